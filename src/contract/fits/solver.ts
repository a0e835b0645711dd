import { isPlainlyEmpty, meet, meetAll, readShapes } from "./read.ts";
import {
  anyOfType,
  negated,
  type Names,
  type Part,
  says,
  type Shape,
  TYPES,
  withLiterals,
} from "./shape.ts";
import { type Expr, type NodeId, type Space, Undecided } from "./space.ts";
import { isAmong, type ObjectView, viewArray, viewObject, withPart } from "./views.ts";

/** Steps for one question; an everyday one takes a few hundred. */
const MAX_STEPS = 20_000;
/** Alternatives left over while others are taken away. */
const MAX_LEFT = 400;
const MAX_DEPTH = 120;

/**
 * Decides whether an expression has no value: A lies inside B when nothing meets A and not B; they
 * are apart when nothing meets both. A yes is a proof. A no means that none was found: a value that
 * shows it must be made and checked.
 *
 * A question that comes up again inside itself, one step down in the value, is taken as answered
 * with yes: if there were a value, the smallest one would hold a smaller one.
 */
export class Solver {
  readonly space: Space;
  readonly #shapes = new Map<NodeId, readonly Shape[]>();
  readonly #known = new Map<string, boolean>();
  readonly #made = new Map<string, NodeId>();
  /** Open questions, outermost first. */
  readonly #open: string[] = [];
  /** How far out in `#open` the answers of now lean on. */
  #leansOn = Infinity;
  #steps = 0;

  constructor(space: Space) {
    this.space = space;
  }

  /** Asks with a fresh allowance of steps. The answer, or why there is none. */
  ask<T>(question: () => T): { readonly answer: T } | { readonly undecided: string } {
    this.#steps = 0;
    this.#open.length = 0;
    this.#leansOn = Infinity;
    try {
      return { answer: question() };
    } catch (thrown) {
      if (thrown instanceof Undecided) return { undecided: thrown.message };
      if (thrown instanceof RangeError) return { undecided: "the schemas are nested too deeply" };
      throw thrown;
    }
  }

  shapes(id: NodeId): readonly Shape[] {
    const known = this.#shapes.get(id);
    if (known !== undefined) return known;
    this.#step();
    const read = readShapes(this.space, id, (other) => this.shapes(other));
    this.#shapes.set(id, read);
    return read;
  }

  /** What was made under this name before, or is made now. */
  remember(name: string, make: () => NodeId): NodeId {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(name, made);
    return made;
  }

  isEmpty(expr: Expr): boolean {
    if (expr.all.length === 0 && expr.none.length === 0) return false;
    if (expr.none.some((id) => expr.all.includes(id))) return true;
    const key = `${expr.all.toSorted(byNumber).join(" ")}!${expr.none.toSorted(byNumber).join(" ")}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const open = this.#open.indexOf(key);
    if (open !== -1) {
      this.#leansOn = Math.min(this.#leansOn, open);
      return true;
    }
    return this.#decide(expr, key);
  }

  /**
   * What is left of an expression, as alternatives that are not plainly empty. Every value of it is
   * in one of them.
   */
  left({ all, none }: Expr): readonly Shape[] {
    const [first, ...others] = all;
    let left = this.#notEmpty(first === undefined ? TYPES.map(anyOfType) : this.shapes(first));
    for (const id of others) left = this.#notEmpty(meetAll(left, this.shapes(id)));
    left = left.flatMap((shape) => this.#settled(shape));
    for (const id of none) {
      if (left.length === 0) return left;
      left = this.#without(left, this.shapes(id));
    }
    return left;
  }

  /** A yes holds only as long as what it leans on; a no was found in spite of it, so it stays. */
  #decide(expr: Expr, key: string): boolean {
    const depth = this.#open.push(key) - 1;
    if (depth > MAX_DEPTH) throw new Undecided("the schemas are nested too deeply");
    const outer = this.#leansOn;
    this.#leansOn = Infinity;
    const isEmpty = this.left(expr).length === 0;
    this.#open.pop();
    if (!isEmpty || this.#leansOn >= depth) this.#known.set(key, isEmpty);
    const own = isEmpty && this.#leansOn < depth ? this.#leansOn : Infinity;
    this.#leansOn = Math.min(outer, own);
    return isEmpty;
  }

  #notEmpty(shapes: readonly Shape[]): readonly Shape[] {
    return shapes.filter((shape) => !this.#isEmptyShape(shape));
  }

  /** What must not be met, taken away. */
  #settled(shape: Shape): readonly Shape[] {
    let left: readonly Shape[] = [{ ...shape, none: [] }];
    for (const id of shape.none) left = this.#without(left, this.shapes(id));
    return left;
  }

  #without(shapes: readonly Shape[], taken: readonly Shape[]): readonly Shape[] {
    let left = shapes;
    for (const one of taken) {
      left = left.flatMap((shape) => (shape.type === one.type ? this.#minus(shape, one) : [shape]));
      if (left.length > MAX_LEFT) throw new Undecided("there are too many alternatives");
    }
    return left;
  }

  /**
   * The parts of a settled shape where one thing after the other that the taken shape says does not
   * hold.
   */
  #minus(shape: Shape, taken: Shape): readonly Shape[] {
    this.#step();
    const both = meet(shape, { ...taken, none: [] });
    if (both === null || this.#isEmptyShape(both)) return [shape];
    const pieces: Shape[] = [];
    let rest = shape;
    for (const literal of taken.literals) {
      if (says(rest, literal)) continue;
      const piece = withLiterals(rest, negated(literal));
      if (this.#isEmptyShape(piece)) continue;
      pieces.push(piece);
      rest = withLiterals(rest, [literal]);
    }
    for (const id of taken.none) {
      for (const other of this.shapes(id)) {
        const back = meet(rest, other);
        if (back !== null && !this.#isEmptyShape(back)) pieces.push(...this.#settled(back));
      }
    }
    return pieces;
  }

  #isEmptyShape(shape: Shape): boolean {
    this.#step();
    if (isPlainlyEmpty(shape)) return true;
    if (shape.type === "array") return this.#isNoArray(shape);
    return shape.type === "object" && this.#isNoObject(viewObject(shape.literals));
  }

  #isNoArray({ literals }: Shape): boolean {
    const view = viewArray(literals);
    let { longest } = view;
    for (let index = 0; index <= view.alike && index < longest; index++) {
      if (this.isEmpty(view.at(index))) longest = index;
    }
    if (view.shortest > longest) return true;
    return view.some.some(({ from, part }) => {
      for (let index = from; index <= view.alike && index < longest; index++) {
        if (!this.isEmpty(withPart(view.at(index), part))) return false;
      }
      return true;
    });
  }

  #isNoObject(view: ObjectView): boolean {
    const must: string[] = [];
    const may: string[] = [];
    for (const name of view.names) {
      const presence = view.presence(name);
      if (presence === "both") return true;
      if (presence === "never") continue;
      const isImpossible = this.#isOddName(view, name) || this.isEmpty(view.at(name));
      if (isImpossible && presence === "must") return true;
      if (!isImpossible) (presence === "must" ? must : may).push(name);
    }
    if (must.length > view.longest) return true;
    const isClosed = view.patterns.length === 0 && !this.#canBeUnnamed(view, EVERY_OTHER, null);
    if (isClosed && must.length + may.length < view.shortest) return true;
    const isFull = must.length >= view.longest;
    const possible = isFull ? must : [...must, ...may];
    return (
      view.some.some(({ names, part }) => {
        if (
          possible.some(
            (name) => isAmong(names, name) && !this.isEmpty(withPart(view.at(name), part)),
          )
        )
          return false;
        return isFull || !this.#canBeUnnamed(view, names, part);
      }) ||
      view.oddNames.some((id) => {
        if (
          possible.some((name) => !this.isEmpty({ all: [this.space.constant(name)], none: [id] }))
        )
          return false;
        return (
          isFull || this.isEmpty({ all: [this.space.plain(STRING), ...view.allNames], none: [id] })
        );
      })
    );
  }

  #isOddName(view: ObjectView, name: string): boolean {
    return view.allNames.some((id) =>
      this.isEmpty({ all: [this.space.constant(name), id], none: [] }),
    );
  }

  /** Whether there may be such a property whose name is not spelt out anywhere. */
  #canBeUnnamed(view: ObjectView, names: Names, part: Part | null): boolean {
    const expr = view.unnamed(names);
    if (this.isEmpty(part === null ? expr : withPart(expr, part))) return false;
    if (view.allNames.length === 0) return true;
    const spelt = view.names.map((name) => this.space.constant(name));
    return !this.isEmpty({ all: [this.space.plain(STRING), ...view.allNames], none: spelt });
  }

  #step(): void {
    if (++this.#steps > MAX_STEPS) throw new Undecided("comparing them takes too many steps");
  }
}

const STRING = { type: "string" };
const EVERY_OTHER: Names = { of: "other", names: [], patterns: [] };

function byNumber(one: number, other: number): number {
  return one - other;
}
