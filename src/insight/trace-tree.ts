import { exactDollars } from "../core/cost.ts";
import type { RunEvent } from "../core/events.ts";
import { ModullmError } from "../core/error.ts";
import { isObject, parseJson } from "../core/json.ts";

/**
 * A file of run events as a tree of runs. Keys are a contract. Times are milliseconds, those that
 * start count from the first event.
 */
export interface TraceTree {
  readonly events: number;
  /**
   * The last line, where it was cut off in the middle, as by a kill; null for a file that is whole.
   */
  readonly cut_line: number | null;
  /** From the first event to the last. */
  readonly ms: number;
  readonly total: TraceTotal;
  /** The outermost ones; a file may hold several. */
  readonly runs: readonly TraceRun[];
}

/** Of calls that were made; an answer from the cache counts as none, and took no tokens. */
export interface TraceCounts {
  attempts: number;
  /**
   * Attempts beyond the first of each run, turns with tools not counted, and waits for servers to
   * recover.
   */
  retries: number;
  /** Null where no attempt knows; 0 where no model is asked. */
  prompt_tokens: number | null;
  completion_tokens: number | null;
  /** The sum of what is known; null where no attempt's is. */
  cost_usd: number | null;
  /** Attempts whose cost is not known. */
  unpriced: number;
}

export interface TraceTotal extends TraceCounts {
  runs: number;
  failed: number;
  unfinished: number;
  cache_hits: number;
}

export interface TraceRun extends TraceCounts {
  readonly run: string;
  readonly name: string;
  readonly version: string;
  readonly path: string;
  /** The parent's `uses` entry, and its element of `each`. */
  readonly entry: string | null;
  readonly item: number | null;
  /** As asked for, null where none is; `models` are those that were called. */
  readonly model: string | null;
  readonly models: string[];
  status: "ok" | "failed" | "unfinished";
  readonly start_ms: number;
  ms: number;
  cached: "run" | "store" | null;
  error: { readonly code: string; readonly message: string; readonly in_child: boolean } | null;
  /** What else was said on the way: fallbacks, entries skipped, and the like. */
  readonly notes: { readonly kind: string; readonly message: string }[];
  /** The tools that its model called, in the order of the first call; programs are children too. */
  readonly tools: TraceTool[];
  readonly children: TraceRun[];
}

export interface TraceTool {
  readonly tool: string;
  readonly origin: string;
  calls: number;
  failed: number;
  /** Of all calls together, also of those at the same time. */
  ms: number;
}

/** Reads JSON lines of events. @throws {ModullmError} RLLM_016 with the line that is no event */
export async function readTrace(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): Promise<TraceTree> {
  const reader = new TraceReader(source);
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) reader.add(line);
  }
  reader.addLast(rest + decoder.decode());
  return reader.finish();
}

/** `Cannot read trace "x.jsonl", line 3: it is not JSON` */
export function traceError(path: string, reason: string, line?: number): ModullmError {
  const place = line === undefined ? "" : `, line ${line}`;
  return new ModullmError("RLLM_016", `Cannot read trace "${path}"${place}: ${reason}`, {
    details: { source: path, path, ...(line === undefined ? {} : { line }), reason },
    hint: "Pass a file that `modullm run --trace` wrote.",
  });
}

/**
 * Deeper than programs ever use each other; a tree must stay one that can be walked and written.
 */
const MOST_DEPTH = 500;

class TraceReader {
  readonly #source: string;
  readonly #nodes = new Map<
    string,
    {
      readonly run: TraceRun;
      readonly depth: number;
      readonly at: number;
      /** Attempts in which tools were called: what comes after is no retry. */
      readonly turns: Set<number>;
    }
  >();
  readonly #roots: TraceRun[] = [];
  readonly #total: TraceTotal = { ...noCounts(), runs: 0, failed: 0, unfinished: 0, cache_hits: 0 };
  #line = 0;
  #events = 0;
  #cutLine: number | null = null;
  #first = 0;
  #last = 0;

  constructor(source: string) {
    this.#source = source;
  }

  add(line: string): void {
    this.#line++;
    if (line.trim() === "") return;
    let event: unknown;
    try {
      event = parseJson(line);
    } catch {
      throw this.#bad("it is not JSON");
    }
    this.#take(event);
  }

  /** What stands behind the last line break: nothing, a whole line, or one that was cut off. */
  addLast(line: string): void {
    try {
      if (line.trim() !== "") parseJson(line);
      this.add(line);
    } catch (thrown) {
      if (!(thrown instanceof SyntaxError)) throw thrown;
      this.#cutLine = this.#line + 1;
    }
  }

  finish(): TraceTree {
    let end = this.#last - this.#first;
    for (const { run, at, turns } of this.#nodes.values()) {
      run.retries += Math.max(0, run.attempts - 1 - turns.size);
      if (run.status === "unfinished") run.ms = this.#last - at;
      end = Math.max(end, run.start_ms + run.ms);
      this.#count(run);
    }
    return {
      events: this.#events,
      cut_line: this.#cutLine,
      ms: end,
      total: this.#total,
      runs: this.#roots,
    };
  }

  #take(event: unknown): void {
    if (!isObject(event) || typeof event["type"] !== "string" || typeof event["run"] !== "string")
      throw this.#bad("it is no event");
    const at = this.#number(event, "at");
    if (this.#events++ === 0) this.#first = at;
    this.#last = Math.max(this.#last, at);
    if (event["type"] === "run-start") return this.#start(event, event["run"], at);
    const node = this.#nodes.get(event["run"]);
    if (!node) throw this.#bad(`its run "${event["run"]}" has not started`);
    if (event["type"] === "attempt-end") this.#attempt(event, node.run);
    else if (event["type"] === "note")
      note(node.run, this.#text(event, "kind"), this.#text(event, "message"));
    else if (event["type"] === "block-end") this.#block(event, node.run);
    else if (event["type"] === "run-end") this.#end(event, node.run);
    else if (event["type"] === "tool-start") {
      node.turns.add(this.#number(event, "attempt"));
      toolOf(node.run, this.#text(event, "tool"), this.#text(event, "origin")).calls++;
    } else if (event["type"] === "tool-end") this.#toolEnd(event, node.run);
  }

  #start(event: Record<string, unknown>, id: string, at: number): void {
    if (this.#nodes.has(id)) throw this.#bad(`the run "${id}" starts twice`);
    const { parent, entry = null, item = null } = event;
    const above = typeof parent === "string" ? this.#nodes.get(parent) : undefined;
    if (parent !== null && !above) throw this.#bad(`its parent has not started`);
    const depth = (above?.depth ?? 0) + 1;
    if (depth > MOST_DEPTH) throw this.#bad(`it is nested more than ${MOST_DEPTH} deep`);
    const run: TraceRun = {
      run: id,
      name: this.#text(event, "name"),
      version: this.#text(event, "version"),
      path: this.#text(event, "path"),
      entry: typeof entry === "string" ? entry : null,
      item: typeof item === "number" ? item : null,
      model: event["model"] === null ? null : this.#text(event, "model"),
      models: [],
      status: "unfinished",
      start_ms: at - this.#first,
      ms: 0,
      ...noCounts(event["model"] === null ? 0 : null),
      cached: null,
      error: null,
      notes: [],
      tools: [],
      children: [],
    };
    this.#nodes.set(id, { run, depth, at, turns: new Set() });
    (above?.run.children ?? this.#roots).push(run);
  }

  #attempt(event: Record<string, unknown>, run: TraceRun): void {
    const { cached = null, usage, cost_usd: cost } = event;
    const model = this.#text(event, "model");
    if (!run.models.includes(model)) run.models.push(model);
    if (cached === "run" || cached === "store") run.cached = cached;
    else run.attempts++;
    if (isObject(usage)) {
      run.prompt_tokens = sum(run.prompt_tokens, this.#number(usage, "prompt_tokens"));
      run.completion_tokens = sum(run.completion_tokens, this.#number(usage, "completion_tokens"));
    }
    if (typeof cost === "number") run.cost_usd = sum(run.cost_usd, cost);
    else run.unpriced++;
  }

  #block(event: Record<string, unknown>, run: TraceRun): void {
    const [block, level] = [this.#text(event, "block"), this.#text(event, "level")];
    const end = event["ok"] === true ? "ok" : "failed";
    const message = `${block} ${end} at level ${level} in ${this.#number(event, "ms").toFixed(0)} ms`;
    run.notes.push({ kind: "block", message });
  }

  #toolEnd(event: Record<string, unknown>, run: TraceRun): void {
    const tool = toolOf(run, this.#text(event, "tool"), "");
    tool.ms += this.#number(event, "ms");
    if (event["ok"] !== true) tool.failed++;
  }

  #end(event: Record<string, unknown>, run: TraceRun): void {
    const { ok, error } = event;
    run.ms = this.#number(event, "ms");
    run.status = ok === true ? "ok" : "failed";
    if (!isObject(error)) return;
    const { details } = error;
    const inChild =
      isObject(details) && Array.isArray(details["chain"]) && details["chain"].length > 0;
    run.error = {
      code: this.#text(error, "error_code"),
      message: this.#text(error, "message"),
      in_child: inChild,
    };
  }

  #count(run: TraceRun): void {
    const total = this.#total;
    total.runs++;
    if (run.status !== "ok") total[run.status]++;
    if (run.cached !== null) total.cache_hits++;
    total.attempts += run.attempts;
    total.retries += run.retries;
    total.unpriced += run.unpriced;
    for (const key of ["prompt_tokens", "completion_tokens", "cost_usd"] as const)
      total[key] = sum(total[key], run[key]);
  }

  #text(from: Record<string, unknown>, key: string): string {
    const value = from[key];
    if (typeof value !== "string") throw this.#bad(`it is no event: "${key}" is not a string`);
    return value;
  }

  #number(from: Record<string, unknown>, key: string): number {
    const value = from[key];
    if (typeof value !== "number") throw this.#bad(`it is no event: "${key}" is not a number`);
    return value;
  }

  #bad(reason: string): ModullmError {
    return traceError(this.#source, reason, this.#line);
  }
}

/** Notes that say nothing of what a run did but how far it is, or that its answer was repaired. */
const PASSING: ReadonlySet<string> = new Set<Extract<RunEvent, { type: "note" }>["kind"]>([
  "progress",
  "repair",
]);

function note(run: TraceRun, kind: string, message: string): void {
  if (kind === "retry-wait") run.retries++;
  if (!PASSING.has(kind)) run.notes.push({ kind, message });
}

function toolOf(run: TraceRun, tool: string, origin: string): TraceTool {
  const known = run.tools.find((each) => each.tool === tool);
  if (known) return known;
  const added = { tool, origin, calls: 0, failed: 0, ms: 0 };
  run.tools.push(added);
  return added;
}

/** @param known what is known before any attempt: a program that asks no model takes nothing */
function noCounts(known: 0 | null = null): TraceCounts {
  return {
    attempts: 0,
    retries: 0,
    prompt_tokens: known,
    completion_tokens: known,
    cost_usd: known,
    unpriced: 0,
  };
}

/** Of counts, which it leaves as they are, and of dollars. */
function sum(known: number | null, more: number | null): number | null {
  return more === null ? known : exactDollars((known ?? 0) + more);
}
