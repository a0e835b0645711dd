import { TooManySteps } from "./steps.ts";

/** Steps that no check is asked about, and those that none may pass: a second or two. */
const FREE_STEPS = 100_000;
const MAX_STEPS = 50_000_000;

/**
 * Counts how often one check comes to a schema that several ways lead to. A schema that is held
 * once against each part of the value stays below the limit; alternatives that multiply pass it.
 */
export class Gauge {
  readonly #nodes: number;
  #value: unknown = null;
  #steps = 0;
  #limit = FREE_STEPS;

  /** `nodes`: how many subschemas there are. */
  constructor(nodes: number) {
    this.#nodes = nodes;
  }

  begin(value: unknown): void {
    this.#value = value;
    this.#steps = 0;
    this.#limit = FREE_STEPS;
  }

  /** Always true, for the compiled check; throws `TooManySteps` past the limit. */
  step(): true {
    if (++this.#steps > this.#limit) this.#raise();
    return true;
  }

  #raise(): void {
    const most = Math.min(MAX_STEPS, this.#nodes * sizeOf(this.#value));
    if (this.#limit >= most) throw new TooManySteps();
    this.#limit = most;
  }
}

/** How many values a value holds, itself included. */
function sizeOf(value: unknown): number {
  const waiting: unknown[] = [value];
  let size = 0;
  for (; size < MAX_STEPS && waiting.length > 0; size++) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null) continue;
    for (const part of Object.values(next)) waiting.push(part);
  }
  return size;
}
