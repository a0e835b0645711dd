import { isSameJson } from "../values.ts";
import { booleansOf } from "./read.ts";
import { someNumbers } from "./numbers.ts";
import type { Names, Shape } from "./shape.ts";
import type { Solver } from "./solver.ts";
import type { Expr } from "./space.ts";
import { someMatches } from "./language.ts";
import { someStrings } from "./strings.ts";
import {
  type ArrayView,
  isAmong,
  type ObjectView,
  viewArray,
  viewObject,
  withPart,
} from "./views.ts";

/** Values made for one part of a value; more only multiply. */
const PER_PART = 6;
const MAX_DEPTH = 10;
/** Longer lists and larger objects are not made. */
const MAX_PARTS = 2000;
const ANYTHING: readonly unknown[] = ["text", 1, true, null, [], {}];
/** Parts made for one question. */
const MAX_MADE = 4000;

/**
 * Makes values of an expression, so far as that succeeds: the smallest first, then some with more
 * in them. They are meant to be checked, for what the solver does not understand they may break.
 */
export class Sampler {
  readonly #solver: Solver;
  readonly #known = new Map<string, readonly unknown[]>();
  #made = 0;

  constructor(solver: Solver) {
    this.#solver = solver;
  }

  of(expr: Expr, depth = 0): readonly unknown[] {
    if (expr.all.length === 0 && expr.none.length === 0) return ANYTHING;
    if (depth > MAX_DEPTH || ++this.#made > MAX_MADE) return [];
    const key = `${expr.all.join(" ")}!${expr.none.join(" ")}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // Inside itself it has no values yet: what can do without is made, what can't would never end.
    this.#known.set(key, []);
    const values = this.ofShapes(this.#solver.left(expr), depth);
    this.#known.set(key, values);
    return values;
  }

  /** Values of all the shapes by turns, so that none crowds out the others. */
  ofShapes(shapes: readonly Shape[], depth = 0): readonly unknown[] {
    const each = shapes.slice(0, 12).map((shape) => this.#ofShape(shape, depth));
    const turns = Math.max(0, ...each.map((values) => values.length));
    const values = Array.from({ length: turns }, (_, turn) =>
      each.flatMap((one) => one.slice(turn, turn + 1)),
    ).flat();
    return values.slice(0, depth === 0 ? 40 : PER_PART * 2);
  }

  #ofShape(shape: Shape, depth: number): readonly unknown[] {
    switch (shape.type) {
      case "null":
        return [null];
      case "boolean":
        return booleansOf(shape.literals);
      case "number":
        return someNumbers(shape.literals).slice(0, PER_PART);
      case "string":
        return someStrings(shape.literals).slice(0, PER_PART);
      case "array":
        return this.#arrays(viewArray(shape.literals), depth);
      case "object":
        return this.#objects(viewObject(shape.literals), depth);
    }
  }

  #arrays(view: ArrayView, depth: number): readonly unknown[] {
    const placed = this.#places(view, depth);
    if (placed === null) return [];
    const needed = Math.max(view.shortest, ...[...placed.keys()].map((index) => index + 1));
    const sizes = [
      needed,
      needed + 1,
      Math.max(needed, view.alike),
      Math.min(view.longest, needed + 3),
    ];
    const wanted = [...new Set(sizes)].filter(
      (size) => size <= view.longest && size <= MAX_PARTS && size >= needed,
    );
    return wanted
      .flatMap((size) => this.#arraysOf(view, placed, size, depth))
      .slice(0, PER_PART * 2);
  }

  /** Values for the items that must be there somewhere, each at a place where it can be. */
  #places(view: ArrayView, depth: number): ReadonlyMap<number, readonly unknown[]> | null {
    const placed = new Map<number, readonly unknown[]>();
    for (const { from, part } of view.some) {
      const indexes = Array.from(
        { length: view.alike + view.some.length + 1 - from },
        (_, step) => from + step,
      );
      const found = indexes.some((index) => {
        if (placed.has(index) || index >= view.longest) return false;
        const values = this.of(withPart(view.at(index), part), depth + 1);
        if (values.length > 0) placed.set(index, values);
        return values.length > 0;
      });
      if (!found) return null;
    }
    return placed;
  }

  #arraysOf(
    view: ArrayView,
    placed: ReadonlyMap<number, readonly unknown[]>,
    size: number,
    depth: number,
  ): readonly unknown[] {
    const choices: (readonly unknown[])[] = [];
    for (let index = 0; index < size; index++) {
      const values = placed.get(index) ?? this.of(view.at(index), depth + 1);
      if (values.length === 0) return [];
      choices.push(values);
    }
    const lists = Array.from({ length: PER_PART }, (_, turn) => chosen(choices, turn, view.unique));
    const made = lists.filter((list) => list !== null);
    return view.repeats ? made.map((list) => withRepeat(list)) : made;
  }

  #objects(view: ObjectView, depth: number): readonly unknown[] {
    const must = new Map<string, readonly unknown[]>();
    const may = new Map<string, readonly unknown[]>();
    for (const name of view.names) {
      const presence = view.presence(name);
      if (presence === "never" || presence === "both") continue;
      const values = this.#named(view, name, depth) ? this.of(view.at(name), depth + 1) : [];
      if (values.length > 0) (presence === "must" ? must : may).set(name, values);
      else if (presence === "must") return [];
    }
    if (!this.#addSome(view, must, may, depth) || !this.#addOdd(view, must, may, depth)) return [];
    return this.#sized(view, must, may, depth);
  }

  #named(view: ObjectView, name: string, depth: number): boolean {
    return view.allNames.every(
      (id) => this.of({ all: [this.#solver.space.constant(name), id], none: [] }, depth).length > 0,
    );
  }

  /** Adds a property for everything that some property must be. */
  #addSome(
    view: ObjectView,
    must: Map<string, readonly unknown[]>,
    may: Made,
    depth: number,
  ): boolean {
    return view.some.every(({ names, part }) => {
      for (const name of [...must.keys(), ...may.keys(), ...this.#newNames(view, names, depth)]) {
        if (!isAmong(names, name)) continue;
        const values = this.of(withPart(view.at(name), part), depth + 1);
        if (values.length === 0) continue;
        must.set(name, values);
        return true;
      }
      return false;
    });
  }

  /** Adds a property for every name that must be odd. */
  #addOdd(
    view: ObjectView,
    must: Map<string, readonly unknown[]>,
    may: Made,
    depth: number,
  ): boolean {
    const { space } = this.#solver;
    return view.oddNames.every((id) => {
      const odd = this.of(
        { all: [space.plain({ type: "string" }), ...view.allNames], none: [id] },
        depth + 1,
      );
      const names = [...must.keys(), ...may.keys(), ...odd.map(String)];
      return names.some((name) => {
        if (view.presence(name) === "never") return false;
        if (this.#solver.isEmpty({ all: [space.constant(name)], none: [id] })) return false;
        const values = must.get(name) ?? this.of(view.at(name), depth + 1);
        if (values.length > 0) must.set(name, values);
        return values.length > 0;
      });
    });
  }

  /** The least that must be there, all that may be, and what lies between. */
  #sized(
    view: ObjectView,
    must: Map<string, readonly unknown[]>,
    may: Made,
    depth: number,
  ): readonly unknown[] {
    const optional = [...may].filter(([name]) => !must.has(name));
    const more: [string, readonly unknown[]][] = [];
    const lacking = view.shortest - must.size - optional.length;
    const names =
      lacking > 0 || optional.length === 0
        ? this.#newNames(view, OTHERS, depth, Math.max(lacking, 1))
        : [];
    for (const name of names) {
      if (more.length >= Math.max(lacking, 1)) break;
      const values = must.has(name) ? [] : this.of(view.at(name), depth + 1);
      if (values.length > 0) more.push([name, values]);
    }
    const extra = [...optional, ...more];
    const sizes = [0, view.shortest - must.size, extra.length, 1, view.longest - must.size];
    const wanted = [...new Set(sizes)].filter((size) => {
      const total = must.size + size;
      return (
        size >= 0 &&
        size <= extra.length &&
        total >= view.shortest &&
        total <= view.longest &&
        total <= MAX_PARTS
      );
    });
    return wanted.flatMap((size) =>
      Array.from({ length: PER_PART }, (_, turn) => {
        const rotated =
          size < extra.length ? [...extra.slice(turn % (extra.length || 1)), ...extra] : extra;
        const members = [...must, ...new Map(rotated.slice(0, size))];
        return Object.fromEntries(
          members.map(([name, values], at) => [name, pick(values, turn, at)]),
        );
      }),
    );
  }

  /** Names of such a kind that are not spelt out. */
  #newNames(view: ObjectView, names: Names, depth: number, count = 4): readonly string[] {
    const { space } = this.#solver;
    const strings = { all: [space.plain({ type: "string" }), ...view.allNames], none: [] };
    const plain = [
      "extra",
      "more",
      "x",
      "A",
      "1",
      "_",
      ...Array.from({ length: Math.min(count, MAX_PARTS) }, (_, at) => `extra${at}`),
    ];
    const patterned = [names.of === "matching" ? names.pattern : "", ...view.patterns].flatMap(
      (one) => someMatches(one),
    );
    const named = view.allNames.length === 0 ? [] : this.of(strings, depth + 1).map(String);
    const candidates =
      names.of === "matching" ? [...patterned, ...plain] : [...plain, ...patterned];
    const fitting = [...named, ...candidates].filter(
      (name) => isAmong(names, name) && view.presence(name) !== "never",
    );
    const fresh = [...new Set(fitting)].filter((name) => !view.names.includes(name));
    return view.allNames.length === 0
      ? fresh
      : fresh.filter((name) => this.#named(view, name, depth + 1));
  }
}

type Made = ReadonlyMap<string, readonly unknown[]>;

const OTHERS: Names = { of: "other", names: [], patterns: [] };

function chosen(
  choices: readonly (readonly unknown[])[],
  turn: number,
  unique: boolean,
): unknown[] | null {
  const list: unknown[] = [];
  for (const [at, values] of choices.entries()) {
    if (!unique) {
      list.push(pick(values, turn, at));
      continue;
    }
    const index = values.findIndex((value) => !list.some((one) => isSameJson(one, value)));
    if (index === -1) return null;
    list.push(values[index]);
  }
  return list;
}

/** The first turn takes the first of all; later ones mix. */
function pick(values: readonly unknown[], turn: number, at: number): unknown {
  return values[turn === 0 ? 0 : (turn + at * (turn % 2)) % values.length];
}

function withRepeat(list: readonly unknown[]): unknown[] {
  const [first] = list;
  return list.map((item, index) => (index === 1 ? first : item));
}
