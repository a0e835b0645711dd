import { type ModullmError, toModullmError } from "../../core/error.ts";
import type { BatchLimits } from "../../model/embedder.ts";
import type { ModelNote } from "../../model/model.ts";

/** A text on its way, and where it stood. */
export interface Item {
  readonly index: number;
  readonly text: string;
  /** Counted here, and rather too high. */
  readonly tokens: number;
}

/** What waits to be asked for, and how much of it goes into one request. */
export class Batches {
  readonly #waiting: Item[] = [];
  #limits: BatchLimits;
  /** What every text of a request brings along: the query it is held against. */
  readonly #beside: number;

  constructor(limits: BatchLimits, beside = 0) {
    this.#limits = limits;
    this.#beside = beside;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get limits(): BatchLimits {
    return this.#limits;
  }

  add(item: Item): void {
    this.#waiting.push(item);
  }

  /**
   * The next request's texts, in their order; a text that alone passes the limit of tokens goes
   * alone. Null where there is room for more of them.
   * @param rest whether they are not to wait for more
   */
  next({ rest }: { rest: boolean }): readonly Item[] | null {
    const { texts, tokens } = this.#limits;
    let sum = 0;
    let count = 0;
    for (const item of this.#waiting) {
      sum += item.tokens + this.#beside;
      if (count > 0 && tokens !== null && sum > tokens) break;
      count++;
      if (count >= texts) break;
    }
    const full = count >= texts || count < this.#waiting.length;
    return count === 0 || !(full || rest) ? null : this.#waiting.splice(0, count);
  }

  /** A request of so many texts was too large: from now on half of it. */
  shrink(texts: number): void {
    const half = Math.max(1, Math.floor(texts / 2));
    this.#limits = { ...this.#limits, texts: Math.min(this.#limits.texts, half) };
  }
}

/** What asks for the parts of a request that a server calls too large. */
export interface Parts<Result> {
  /** `provider/name` */
  readonly model: string;
  readonly batches: Batches;
  /** One result for each item. */
  ask(items: readonly Item[]): Promise<readonly Result[]>;
  note(note: ModelNote): void;
}

/** Asks for all at once; where the server calls that too large, for one half after the other. */
export async function askInParts<Result>(
  items: readonly Item[],
  parts: Parts<Result>,
): Promise<readonly Result[]> {
  try {
    return await parts.ask(items);
  } catch (thrown) {
    if (items.length === 1 || !isTooLarge(toModullmError(thrown))) throw thrown;
    parts.batches.shrink(items.length);
    const { texts } = parts.batches.limits;
    const less = texts === 1 ? "one text" : `${texts} texts`;
    const message = `${parts.model} takes no more at once: from here on ${less} a request`;
    parts.note({ kind: "degraded", message, data: { texts } });
    const middle = Math.ceil(items.length / 2);
    const first = await askInParts(items.slice(0, middle), parts);
    return [...first, ...(await askInParts(items.slice(middle), parts))];
  }
}

/** How servers say that a request holds too much, rather than that one text of it does. */
const TOO_MUCH =
  /batch[ _-]?size|too many (inputs|texts|documents|requests|items|tokens)|at most \d+ (requests|inputs|texts|documents|items)|(max\w*|limit)[^.]{0,40}(batch|number of (inputs|texts|documents))|more batches|total (number of )?tokens|(payload|entity) too large/i;

/** Whether half of the texts may pass where all of them did not. */
function isTooLarge({ code, details }: ModullmError): boolean {
  const { status, reason } = details;
  if (code !== "RLLM_017") return false;
  if (status === 413) return true;
  return (status === 400 || status === 422) && TOO_MUCH.test(String(reason));
}
