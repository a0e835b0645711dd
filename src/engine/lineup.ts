import { type ModullmError, withDetails } from "../core/error.ts";
import type { Json } from "../core/json.ts";
import type { Model } from "../model/model.ts";
import type { Run } from "./state.ts";

/** A model that was left, and why. */
export interface Tried {
  readonly model: string;
  /** Calls made; 0 for one that was passed over. */
  readonly attempts: number;
  readonly reason: string;
  readonly status: number | null;
}

/** The models of one run in the order they are asked, and what came of those that were left. */
export interface Lineup {
  readonly model: Model;
  /** Whether another one is left behind it. */
  readonly another: boolean;
  /** What the call that is being made has had: failed tries, the model's own ones too. */
  readonly before: { readonly tries: number; readonly milliseconds: number };
  /** Puts a failed call on record, and the milliseconds that it took. */
  record(error: ModullmError, took: number): void;
  /** The model answered, be it wrongly or with nothing: what it is asked next is another call. */
  answered(): void;
  /**
   * Goes on to the next model that may do better where this one failed; false where there is none.
   */
  next(error: ModullmError): Promise<boolean>;
  /** The error that the run ends with: it tells what was tried. */
  last(error: ModullmError): ModullmError;
}

/**
 * Models that rest after repeated failures go behind the others: they are asked when nothing else
 * is left.
 */
export function createLineup(run: Run): Lineup {
  const waiting = inOrder(run);
  // Made when the first model fails: nearly all runs end without.
  let left: Map<string, Tried> | null = null;
  let model = waiting.shift();
  let tries = 0;
  let milliseconds = 0;
  // All requests of the call, those to a server that was loading its model too.
  let requests = 0;

  function answered(): void {
    tries = 0;
    milliseconds = 0;
    requests = 0;
  }

  function put(
    id: string,
    attempts: number,
    error: { reason: string; status: number | null },
  ): void {
    left ??= new Map();
    left.set(id, { model: id, attempts: (left.get(id)?.attempts ?? 0) + attempts, ...error });
  }

  /** A prompt that was too long for one model is not sent to another that holds no more. */
  async function holdsMore(than: number | null, candidate: Model): Promise<boolean> {
    const window = await windowOf(run, candidate);
    if (than === null || window === null || window > than) return true;
    const reason = `its window of ${window} tokens is no larger than that of ${model?.id}`;
    put(candidate.id, 0, { reason, status: null });
    return false;
  }

  return {
    get model() {
      if (!model) throw new Error(`no model was planned for "${run.loaded.program.name}"`);
      return model;
    },
    get another() {
      return waiting.length > 0;
    },
    get before() {
      return { tries, milliseconds };
    },
    answered,
    record(error, took) {
      milliseconds += took;
      const { status, reason } = error.details;
      const made = numberIn(error, "attempts") ?? 1;
      requests += made;
      tries += made - (numberIn(error, "loading_attempts") ?? 0);
      put(model?.id ?? "", made, {
        reason: typeof reason === "string" ? reason : error.message,
        status: typeof status === "number" ? status : null,
      });
    },
    async next(error) {
      const longer = isTooLong(error) && model ? await windowOf(run, model) : null;
      for (let candidate = waiting.shift(); candidate; candidate = waiting.shift()) {
        if (isTooLong(error) && !(await holdsMore(longer, candidate))) continue;
        model = candidate;
        answered();
        return true;
      }
      return false;
    },
    last(error) {
      const told = error.code === "RLLM_017" || (left?.size ?? 0) > 1;
      if (!told) return error;
      const attempts = numberIn(error, "attempts") === null ? {} : { attempts: requests };
      return withDetails(error, { ...attempts, tried: [...(left?.values() ?? [])] });
    },
  };
}

function numberIn({ details }: ModullmError, key: string): number | null {
  const value = details[key];
  return typeof value === "number" ? value : null;
}

function isTooLong({ details }: ModullmError): boolean {
  return details["provider_code"] === "context_length_exceeded";
}

function inOrder(run: Run): Model[] {
  const models = run.tree.models.get(run.loaded) ?? [];
  if (models.length < 2) return [...models];
  if (!models.some(rests)) return [...models];
  const resting = models.filter(rests);
  if (resting.length === models.length) return [...models];
  const ready = models.filter((model) => !resting.includes(model));
  for (const model of resting) {
    const end = model.restsUntil?.() ?? 0;
    const until = new Date(end).toISOString();
    const seconds = Math.max(1, Math.ceil((end - run.tree.tools.clock.now()) / 1000));
    const message = `${model.id} failed repeatedly and rests for ${seconds} s more: ${ready[0]?.id} goes first`;
    const data: Json = { model: model.id, until };
    run.emit({ type: "note", kind: "fallback", message, data });
  }
  return [...ready, ...resting];
}

function rests(model: Model): boolean {
  return typeof model.restsUntil?.() === "number";
}

async function windowOf(run: Run, model: Model): Promise<number | null> {
  return model.window ?? (await run.tree.tools.catalog.facts(model.id))?.window ?? null;
}
