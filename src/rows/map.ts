import { ModullmError, errorPayload, toModullmError } from "../core/error.ts";
import type { RunEvent, Trace } from "../core/events.ts";
import { sha256 } from "../core/digest.ts";
import { writeJson } from "../core/json.ts";
import { sleepFor } from "../core/waiting.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { Scope } from "../engine/scope.ts";
import type { App, StartOptions } from "../workspace.ts";
import type { RowInput } from "./fields.ts";
import type { Journal } from "./journal.ts";
import type { Outcome, RowCost } from "./outcome.ts";
import { createPace, type Rate } from "./rate.ts";
import type { Row, Rows } from "./row.ts";

export interface MapOptions {
  readonly app: App;
  readonly loaded: LoadedProgram;
  /** What all rows share: the budget for the whole, and the signal that ends it. */
  readonly scope: Scope;
  readonly run: Omit<StartOptions, "scope" | "signal" | "budget" | "traces">;
  readonly toInput: RowInput;
  /** Null: nothing is remembered, and nothing can be gone on with. */
  readonly journal: Journal | null;
  /** Whether rows that failed before are tried again, and no others. */
  readonly retryFailed: boolean;
  /** Rows at a time, from 1. */
  readonly concurrency: number;
  readonly rate: Rate | null;
  /** How many failures end it; null: none do. */
  readonly stopAfter: number | null;
  /** Whether results are told as they come, and not in the order of the rows. */
  readonly unordered: boolean;
  /** Told each result once. Its text may be written at once: the journal has it by then. */
  readonly tell: (result: Result) => void;
  /** Told of the rows that are being asked, and of what they cost. */
  readonly watch: MapWatch;
}

export interface Result {
  readonly outcome: Outcome;
  /** Null where the row could not be read. */
  readonly input: unknown;
}

export interface MapWatch {
  begun(row: number): void;
  /** @param known whether the journal had it */
  ended(outcome: Outcome, known: boolean): void;
}

/** How it ended, beside what was told. */
export interface MapEnd {
  /** Null: every row was taken. */
  readonly stopped: ModullmError | "failures" | "interrupted" | null;
}

/** Failures that every further row would have: the rows are left for another time. */
const FINAL: ReadonlySet<string> = new Set(["RLLM_010", "RLLM_014", "RLLM_018"]);

/** Results that wait for one before them, at most, for each row at a time. */
const WINDOW = 256;

/** Runs a program for each row. A row's failure is a result; what would hit every row ends it. */
export async function mapRows(rows: Rows, options: MapOptions): Promise<MapEnd> {
  const { concurrency, stopAfter, scope, journal, retryFailed } = options;
  const pace = options.rate === null ? null : createPace(options.rate);
  const line = createLine(options);
  const landing = createLanding(options);
  const running = new Set<Promise<void>>();
  let failures = 0;
  let stopped: MapEnd["stopped"] = null;
  /** What is no row's failure: a full disk. */
  let fault: { readonly thrown: unknown } | null = null;

  async function ask(row: Row, place: Place): Promise<void> {
    options.watch.begun(row.number);
    const asked = await askRow(row, options);
    if ("stop" in asked) {
      stopped ??= asked.stop;
      return;
    }
    await landing.land({ ...asked, place });
    if (!asked.outcome.ok && ++failures === stopAfter) stopped ??= "failures";
  }

  const hasEnded = (): boolean => stopped !== null || fault !== null || scope.signal.aborted;
  try {
    for await (const row of rows) {
      if (hasEnded()) break;
      const known = journal?.state(row.number) ?? null;
      if (known === null && retryFailed) continue;
      const result = known === null ? null : knownResult(row, options);
      if (result !== null && (known === "answered" || !retryFailed)) {
        options.watch.ended(result.outcome, true);
        line.place().take(result);
        continue;
      }
      while (running.size >= concurrency || line.waiting >= concurrency * WINDOW)
        await Promise.race(running);
      const early = pace?.(performance.now()) ?? 0;
      if (early > 0) await sleepFor(early, scope.signal);
      if (hasEnded()) break;
      const asking: Promise<void> = ask(row, line.place())
        .catch((thrown: unknown) => (fault ??= { thrown }))
        .then(() => void running.delete(asking));
      running.add(asking);
    }
  } finally {
    // What was asked is paid for, and is waited for.
    await Promise.all(running);
    line.flush();
  }
  rethrow(fault);
  return { stopped: stopped ?? (scope.signal.aborted ? "interrupted" : null) };
}

function rethrow(fault: { readonly thrown: unknown } | null): void {
  if (fault) throw fault.thrown;
}

interface Place {
  take(result: Result): void;
}

/** Results in the order of their rows, or as they come. */
function createLine({ unordered, tell }: MapOptions) {
  const waiting = new Map<number, Result>();
  let next = 0;
  let last = 0;
  function take(at: number, result: Result): void {
    if (unordered) return tell(result);
    waiting.set(at, result);
    for (let ready = waiting.get(next); ready; ready = waiting.get(next)) {
      waiting.delete(next++);
      tell(ready);
    }
  }
  return {
    get waiting() {
      return waiting.size;
    },
    /** What waited for rows that were not asked. */
    flush(): void {
      for (const [, result] of [...waiting].toSorted(([a], [b]) => a - b)) tell(result);
      waiting.clear();
    },
    place(): Place {
      const at = last++;
      return { take: (result) => take(at, result) };
    },
  };
}

interface Answered {
  readonly outcome: Outcome;
  readonly input: unknown;
  readonly digest: string;
}

/**
 * Results of one turn of the event loop: the journal has them all before any is told. Rows wait for
 * it, so that no more answers than there are rows at a time can be lost.
 */
function createLanding({ journal, watch }: MapOptions) {
  let landed: (Answered & { readonly place: Place })[] = [];
  let settled: Promise<void> | null = null;
  async function settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const batch = landed;
    landed = [];
    settled = null;
    journal?.append(batch.map(({ outcome, digest }) => ({ ...outcome, input: digest })));
    for (const { outcome, input, place } of batch) {
      watch.ended(outcome, false);
      place.take({ outcome, input });
    }
  }
  return {
    land(one: Answered & { readonly place: Place }): Promise<void> {
      landed.push(one);
      return (settled ??= settle());
    },
  };
}

type Asked = { readonly stop: ModullmError | "interrupted" } | Answered;

/** One row: read, run, counted. */
async function askRow(row: Row, options: MapOptions): Promise<Asked> {
  const { app, loaded, scope, toInput } = options;
  const { number } = row;
  const start = performance.now();
  const account = createAccount();
  let input: unknown = row.ok ? null : row.raw;
  let digest = "";
  try {
    if (!row.ok) throw row.error;
    input = toInput(row.content, number);
    digest = digestOf(input);
    const traces = [account.trace];
    const { output } = await app.run(loaded, input, { ...options.run, scope, traces });
    const facts = { row: number, ...account.total(), ms: performance.now() - start };
    return { outcome: { ...facts, ok: true, output }, input, digest };
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (scope.signal.aborted) return { stop: "interrupted" };
    if (FINAL.has(error.code) || isWholeBudget(error)) return { stop: error };
    const facts = { row: number, ...account.total(), ms: performance.now() - start };
    const told = app.redactor.value(errorPayload(error));
    return { outcome: { ...facts, ok: false, error: told }, input, digest };
  }
}

/**
 * A result that an earlier process had; null for a failure of what the row no longer is. @throws
 * {ModullmError} RLLM_016 for an answer to another row
 */
function knownResult(row: Row, { journal, toInput }: MapOptions): Result | null {
  if (journal === null) throw new Error("there is no journal");
  const { input: digest, ...outcome } = journal.read(row.number);
  let input: unknown = row.ok ? null : row.raw;
  let now = "";
  try {
    if (row.ok) now = digestOf((input = toInput(row.content, row.number)));
  } catch {
    // It made no input then, either: its digest is empty.
  }
  if (digest === now) return { outcome, input };
  if (outcome.ok) throw changed(row.number);
  return null;
}

function changed(row: number): ModullmError {
  const reason = `row ${row} is not what it was when its answer came`;
  return new ModullmError("RLLM_016", `Cannot go on with the journal: ${reason}`, {
    details: { row, reason },
    hint: "Give the rows that it was begun with, or begin anew with --restart.",
  });
}

/** Enough of a digest to tell an input from another. */
function digestOf(input: unknown): string {
  return sha256(writeJson(input)).slice(0, 16);
}

/** Whether the budget for the whole has refused: the row itself has done nothing wrong. */
function isWholeBudget({ code, details }: ModullmError): boolean {
  return code === "RLLM_020" && details["scope"] === WHOLE;
}

/** How errors call the scope of all rows. */
export const WHOLE = "the whole run";

const ATTEMPTS: ReadonlySet<RunEvent["type"]> = new Set(["attempt-end"]);

function createAccount(): { readonly trace: Trace; total(): RowCost } {
  const total = { calls: 0, prompt_tokens: 0, completion_tokens: 0, cost_usd: 0 };
  let priced = true;
  function listen(event: RunEvent): void {
    if (event.type !== "attempt-end" || event.cached !== null) return;
    total.calls++;
    total.prompt_tokens += event.usage?.prompt_tokens ?? 0;
    total.completion_tokens += event.usage?.completion_tokens ?? 0;
    if (event.cost_usd === null) priced &&= event.usage === null && !event.ok;
    else total.cost_usd += event.cost_usd;
  }
  return {
    trace: { wants: { payloads: false, deltas: false }, raw: true, only: ATTEMPTS, listen },
    total: () => ({ ...total, cost_usd: priced ? total.cost_usd : null }),
  };
}
