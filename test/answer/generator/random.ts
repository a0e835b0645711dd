/** Numbers that look random and come again with the same seed. */
export interface Random {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<Item>(list: readonly [Item, ...Item[]] | readonly Item[]): Item;
  /** Some of a list, in its order. */
  some<Item>(list: readonly Item[], count: number): Item[];
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (list) => {
      const item = list[below(list.length)];
      if (item === undefined) throw new Error("nothing can be picked from an empty list");
      return item;
    },
    some: (list, count) => {
      const kept = new Set<number>();
      while (kept.size < Math.min(count, list.length)) kept.add(below(list.length));
      return list.filter((_, index) => kept.has(index));
    },
  };
}
