import { isObject } from "../../core/json.ts";

/** What may be added to a small schema, in parts. */
const SMALL = 2000;

/**
 * How much a schema may grow while it is rewritten. Written out in place of a reference, or once in
 * each alternative, a part may hold such places itself, and double at each level.
 */
export class Room {
  #left: number;

  constructor(schemas: Iterable<unknown>) {
    this.#left = SMALL;
    for (const schema of schemas) this.#left += 3 * sizeOf(schema, Infinity);
  }

  /** Whether there is room for so many copies; it is taken where there is. */
  takes(part: unknown, copies = 1): boolean {
    const size = sizeOf(part, this.#left + 1) * copies;
    if (size > this.#left) return false;
    this.#left -= size;
    return true;
  }
}

/** Values within a value, itself included, counted as far as the limit. */
function sizeOf(value: unknown, limit: number): number {
  let size = 0;
  const waiting: unknown[] = [value];
  for (; waiting.length > 0 && size < limit; size++) {
    const next = waiting.pop();
    if (Array.isArray(next) || isObject(next))
      for (const part of Object.values(next)) waiting.push(part);
  }
  return size;
}
