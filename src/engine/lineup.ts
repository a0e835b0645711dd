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
  return new ModelLineup(run);
}

class ModelLineup implements Lineup {
  readonly #run: Run;
  readonly #waiting: Model[];
  /** Made when the first model fails: nearly all runs end without. */
  #left: Map<string, Tried> | null = null;
  #model: Model | undefined;
  #tries = 0;
  #milliseconds = 0;
  /** All requests of the call, those to a server that was loading its model too. */
  #requests = 0;

  constructor(run: Run) {
    this.#run = run;
    this.#waiting = inOrder(run);
    this.#model = this.#waiting.shift();
  }

  get model(): Model {
    if (this.#model) return this.#model;
    throw new Error(`no model was planned for "${this.#run.loaded.program.name}"`);
  }

  get another(): boolean {
    return this.#waiting.length > 0;
  }

  get before(): { readonly tries: number; readonly milliseconds: number } {
    return { tries: this.#tries, milliseconds: this.#milliseconds };
  }

  answered(): void {
    this.#tries = 0;
    this.#milliseconds = 0;
    this.#requests = 0;
  }

  record(error: ModullmError, took: number): void {
    this.#milliseconds += took;
    const { status, reason } = error.details;
    const made = numberIn(error, "attempts") ?? 1;
    this.#requests += made;
    this.#tries += made - (numberIn(error, "loading_attempts") ?? 0);
    this.#put(this.#model?.id ?? "", made, {
      reason: typeof reason === "string" ? reason : error.message,
      status: typeof status === "number" ? status : null,
    });
  }

  async next(error: ModullmError): Promise<boolean> {
    const tooLong = isTooLong(error);
    const longer = tooLong && this.#model ? await windowOf(this.#run, this.#model) : null;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      if (tooLong && !(await this.#holdsMore(longer, next))) continue;
      this.#model = next;
      this.answered();
      return true;
    }
    return false;
  }

  last(error: ModullmError): ModullmError {
    const told = error.code === "RLLM_017" || (this.#left?.size ?? 0) > 1;
    if (!told) return error;
    const attempts = numberIn(error, "attempts") === null ? {} : { attempts: this.#requests };
    return withDetails(error, { ...attempts, tried: [...(this.#left?.values() ?? [])] });
  }

  #put(id: string, attempts: number, error: { reason: string; status: number | null }): void {
    this.#left ??= new Map();
    const before = this.#left.get(id)?.attempts ?? 0;
    this.#left.set(id, { model: id, attempts: before + attempts, ...error });
  }

  /** A prompt that was too long for one model is not sent to another that holds no more. */
  async #holdsMore(than: number | null, candidate: Model): Promise<boolean> {
    const window = await windowOf(this.#run, candidate);
    if (than === null || window === null || window > than) return true;
    const reason = `its window of ${window} tokens is no larger than that of ${this.#model?.id}`;
    this.#put(candidate.id, 0, { reason, status: null });
    return false;
  }
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
    const message =
      `${model.id} failed repeatedly and rests for ${seconds} s more: ${ready[0]?.id} goes ` +
      "first";
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
