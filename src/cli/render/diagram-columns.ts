import type { Diagram } from "./diagram.ts";

/** A box in its column, or the row that an arrow has in a column that it passes. */
export interface Item {
  /** Where in the diagram's boxes; null for an arrow that passes. */
  readonly box: number | null;
  readonly ins: Link[];
  readonly outs: Link[];
}

/** A piece of an arrow, from one column to the next. */
export interface Link {
  readonly arrow: number;
  readonly from: Item;
  /** Which of `from`'s rows, from 0, is its own. */
  readonly row: number;
  /** Null for an arrow that leads back to a program it comes from, and ends behind its label. */
  readonly to: Item | null;
}

/**
 * Each box in the column behind the last that leads to it, each arrow as links from column to
 * column. In a column the order is that of what leads to it from the column before, which keeps
 * crossings few.
 */
export function columnsOf(diagram: Diagram): readonly (readonly Item[])[] {
  const { arrows } = diagram;
  const { column, back } = rank(diagram);
  const columns: Item[][] = Array.from({ length: Math.max(0, ...column) + 1 }, () => []);
  function add(box: number | null, at: number): Item {
    const item: Item = { box, ins: [], outs: [] };
    columns[at]?.push(item);
    return item;
  }
  const boxes = diagram.boxes.map((_, box) => add(box, column[box] ?? 0));
  for (const [arrow, { from, to }] of arrows.entries()) {
    let item = boxes[from];
    const last = back.has(arrow) ? null : (boxes[to] ?? null);
    for (
      let at = (column[from] ?? 0) + 1;
      item && at < (last === null ? 0 : (column[to] ?? 0));
      at++
    ) {
      item = join(item, add(null, at), arrow);
    }
    if (item) join(item, last, arrow);
  }
  for (const items of columns.slice(1)) sortColumn(items, columns);
  return columns;
}

function join<To extends Item | null>(from: Item, to: To, arrow: number): To {
  const link: Link = { arrow, from, row: from.outs.length, to };
  from.outs.push(link);
  to?.ins.push(link);
  return to;
}

function sortColumn(items: Item[], columns: readonly (readonly Item[])[]): void {
  const before = columns[columns.indexOf(items) - 1] ?? [];
  const places = new Map(before.map((item, place) => [item, place]));
  const keys = new Map(
    items.map((item) => [
      item,
      mean(item.ins.map(({ from, row }) => (places.get(from) ?? 0) + row / from.outs.length)) ?? 0,
    ]),
  );
  items.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
}

export function mean(numbers: readonly number[]): number | null {
  return numbers.length === 0
    ? null
    : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

interface Ranks {
  /** The column of each box. */
  readonly column: readonly number[];
  /** Arrows that lead back. */
  readonly back: ReadonlySet<number>;
}

/**
 * Longest paths over a search in depth: an arrow to a box that is still being searched closes a
 * circle, and leads back.
 */
function rank({ boxes, arrows }: Diagram): Ranks {
  const out: number[][] = boxes.map(() => []);
  for (const [index, { from }] of arrows.entries()) out[from]?.push(index);
  const back = new Set<number>();
  const finished: number[] = [];
  const state = new Map<number, "open" | "done">([[0, "open"]]);
  const trail = [{ box: 0, next: 0 }];
  for (let top = trail.at(-1); top; top = trail.at(-1)) {
    const arrow = out[top.box]?.[top.next++];
    if (arrow === undefined) {
      state.set(top.box, "done");
      finished.push(top.box);
      trail.pop();
      continue;
    }
    const to = arrows[arrow]?.to ?? 0;
    if (state.get(to) === "open") back.add(arrow);
    if (state.has(to)) continue;
    state.set(to, "open");
    trail.push({ box: to, next: 0 });
  }
  const column = boxes.map(() => 0);
  for (const box of finished.toReversed()) {
    for (const arrow of out[box] ?? []) {
      const to = arrows[arrow]?.to ?? 0;
      if (!back.has(arrow)) column[to] = Math.max(column[to] ?? 0, (column[box] ?? 0) + 1);
    }
  }
  return { column, back };
}
