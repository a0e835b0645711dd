import type { Diagram } from "./diagram.ts";
import { columnsOf, type Item, type Link, mean } from "./diagram-columns.ts";

/**
 * Where everything of a diagram stands, in pixels. Columns go from left to right, and each has
 * three parts: boxes, then labels, then room for curves. Lines are level but in the curves, and one
 * that passes a column has a row of its own there: so no line crosses a box or a label.
 */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** As `boxes` of the diagram. */
  readonly boxes: readonly Area[];
  /** As `arrows` of the diagram. */
  readonly arrows: readonly Route[];
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Route {
  /** The level lines of it, from left to right, the label on the first; curves join them. */
  readonly levels: readonly Level[];
  /** It leads back to a program that it comes from, and ends behind its label. */
  readonly back: boolean;
}

export interface Level {
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

export interface Sizes {
  readonly boxes: readonly { readonly width: number; readonly height: number }[];
  /** Widths. */
  readonly labels: readonly number[];
}

/** Height that an arrow takes beside its box, for a line of label above it and one below. */
const ROW = 40;
/** Height of an arrow that passes a column. */
const PASS = 22;
const GAP = 20;
const CURVE = 64;
const MARGIN = 20;

export function layOut(diagram: Diagram, sizes: Sizes): Layout {
  const columns = columnsOf(diagram);
  const plan: Plan = {
    columns,
    heights: heightsOf(columns, sizes),
    tops: new Map(),
    stripes: stripesOf(columns, sizes),
  };
  stackAll(plan);
  const [last] = plan.stripes.slice(-1);
  const bottoms = columns.flat().map((item) => top(plan, item) + height(plan, item));
  return {
    width: Math.ceil((last?.labelsEnd ?? 0) + MARGIN),
    height: Math.ceil(Math.max(0, ...bottoms) + MARGIN),
    boxes: boxAreas(plan, sizes),
    arrows: routes(plan, diagram.arrows.length),
  };
}

interface Plan {
  readonly columns: readonly (readonly Item[])[];
  readonly heights: ReadonlyMap<Item, number>;
  readonly tops: Map<Item, number>;
  readonly stripes: readonly Stripe[];
}

/** A column from left to right. */
interface Stripe {
  readonly boxes: number;
  readonly labels: number;
  readonly labelsEnd: number;
}

function heightsOf(columns: Plan["columns"], sizes: Sizes): Map<Item, number> {
  return new Map(
    columns
      .flat()
      .map((item) => [
        item,
        item.box === null
          ? PASS
          : Math.max(sizes.boxes[item.box]?.height ?? 0, item.outs.length * ROW),
      ]),
  );
}

function stripesOf(columns: Plan["columns"], sizes: Sizes): Stripe[] {
  const stripes: Stripe[] = [];
  let x = MARGIN;
  for (const items of columns) {
    const boxes = items.filter(({ box }) => box !== null);
    const labels = x + Math.max(0, ...boxes.map(({ box }) => sizes.boxes[box ?? 0]?.width ?? 0));
    const widths = boxes.flatMap(({ outs }) => outs.map(({ arrow }) => sizes.labels[arrow] ?? 0));
    const labelsEnd = labels + Math.max(0, ...widths);
    stripes.push({ boxes: x, labels, labelsEnd });
    x = labelsEnd + CURVE;
  }
  return stripes;
}

/**
 * Each item beside what it is joined to, as far as those above leave room: seen from the left
 * first, then from the right.
 */
function stackAll(plan: Plan): void {
  const { columns, tops } = plan;
  for (const items of columns) {
    stack(plan, items, (item) => mean(item.ins.map((link) => leaves(plan, link))));
  }
  for (const items of columns.toReversed()) {
    stack(plan, items, (item) =>
      mean(item.outs.flatMap((link) => (link.to ? [middle(plan, link.to) - rowOffset(link)] : []))),
    );
  }
  const least = Math.min(...tops.values());
  for (const [item, y] of tops) tops.set(item, y - least + MARGIN);
}

/** @param wanted the middle that an item should have; null where it may stay where it is */
function stack(plan: Plan, items: readonly Item[], wanted: (item: Item) => number | null): void {
  let free = -Infinity;
  for (const item of items) {
    const aim = wanted(item) ?? middle(plan, item);
    const y = Math.max(free, aim - height(plan, item) / 2);
    plan.tops.set(item, y);
    free = y + height(plan, item) + GAP;
  }
}

function top({ tops }: Plan, item: Item): number {
  return tops.get(item) ?? 0;
}

function height({ heights }: Plan, item: Item): number {
  return heights.get(item) ?? 0;
}

function middle(plan: Plan, item: Item): number {
  return top(plan, item) + height(plan, item) / 2;
}

/** Of a link's row from the middle of the item that it leaves. */
function rowOffset({ from, row }: Link): number {
  return (row - (from.outs.length - 1) / 2) * ROW;
}

function leaves(plan: Plan, link: Link): number {
  return middle(plan, link.from) + rowOffset(link);
}

function boxAreas(plan: Plan, sizes: Sizes): Area[] {
  const areas: Area[] = [];
  for (const [at, items] of plan.columns.entries()) {
    const { boxes: x = 0, labels = 0 } = plan.stripes[at] ?? {};
    for (const item of items) {
      if (item.box === null) continue;
      areas[item.box] = { x, y: top(plan, item), width: labels - x, height: height(plan, item) };
    }
  }
  return sizes.boxes.map((_, box) => areas[box] ?? { x: 0, y: 0, width: 0, height: 0 });
}

function routes(plan: Plan, count: number): Route[] {
  const found = Array.from({ length: count }, () => ({ levels: [] as Level[], back: false }));
  for (const [at, items] of plan.columns.entries()) {
    const { boxes = 0, labels = 0, labelsEnd = 0 } = plan.stripes[at] ?? {};
    for (const item of items) {
      for (const link of item.outs) {
        const y = leaves(plan, link);
        found[link.arrow]?.levels.push({
          from: item.box === null ? boxes : labels,
          to: labelsEnd,
          y,
        });
        const route = found[link.arrow];
        if (route && link.to === null) route.back = true;
      }
      if (item.box !== null)
        for (const [arrow, y] of arrivals(plan, item))
          found[arrow]?.levels.push({ from: boxes, to: boxes, y });
    }
  }
  return found;
}

/** Where arrows meet a box: spread over its side in the order they come from. */
function arrivals(plan: Plan, item: Item): [arrow: number, y: number][] {
  const links = item.ins.toSorted((a, b) => leaves(plan, a) - leaves(plan, b));
  const step = height(plan, item) / (links.length + 1);
  return links.map(({ arrow }, index) => [arrow, top(plan, item) + step * (index + 1)]);
}
