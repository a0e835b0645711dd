import { TooManySteps } from "../steps.ts";
import { holds, WORD, type Characters } from "./characters.ts";
import type { Piece } from "./syntax.ts";

/** Larger expressions, their repetitions written out, are not matched here. */
const MAX_STATES = 20_000;
/** States entered for one text: about two seconds. */
const MAX_STEPS = 100_000_000;

type Edge = number;
type State =
  | { readonly on: "one"; readonly of: Characters; next: Edge }
  | { readonly on: "either"; readonly next: Edge; readonly other: Edge }
  | { readonly on: "start" | "end" | "boundary" | "inside"; readonly next: Edge }
  | {
      readonly on: "look";
      readonly program: Program;
      readonly negated: boolean;
      readonly next: Edge;
    }
  | { readonly on: "match" };

interface Program {
  readonly states: readonly State[];
  readonly first: Edge;
  /** Whether it reads towards the start of the text, as lookbehind does. */
  readonly backwards: boolean;
}

export interface LinearMatcher {
  /**
   * Whether the expression matches somewhere in the text, in time that grows with the text times
   * the expression, lookaround with its square. Throws `TooManySteps` past a limit.
   */
  test(text: string): boolean;
}

/**
 * A matcher that never backtracks: it follows all ways at once. Null for what such a matcher can't
 * do (references back to a group), and for expressions that are too large.
 */
export function linearMatcher(piece: Piece): LinearMatcher | null {
  const builder = new Builder();
  const program = builder.program(piece, false);
  return program === null ? null : { test: (text) => new Match(text).search(program) };
}

class Builder {
  #size = 0;

  program(piece: Piece, backwards: boolean): Program | null {
    const states: State[] = [{ on: "match" }];
    const first = this.#build(piece, 0, { states, backwards });
    return first === null ? null : { states, first, backwards };
  }

  /** The entry of the piece, from which `next` is reached; built from its end. */
  #build(
    piece: Piece,
    next: Edge,
    into: { readonly states: State[]; readonly backwards: boolean },
  ): Edge | null {
    const add = (state: State): Edge | null => {
      if (++this.#size > MAX_STATES) return null;
      return into.states.push(state) - 1;
    };
    switch (piece.kind) {
      case "one":
        return add({ on: "one", of: piece.of, next });
      case "sequence": {
        const parts = into.backwards ? piece.parts : piece.parts.toReversed();
        let entry: Edge | null = next;
        for (const part of parts) if (entry !== null) entry = this.#build(part, entry, into);
        return entry;
      }
      case "choice": {
        let entry: Edge | null = null;
        for (const option of piece.options) {
          const way = this.#build(option, next, into);
          if (way === null) return null;
          entry = entry === null ? way : add({ on: "either", next: entry, other: way });
          if (entry === null) return null;
        }
        return entry ?? next;
      }
      case "repeat":
        return this.#repeat(piece, next, into);
      case "look": {
        const program = this.program(piece.part, piece.behind);
        return program && add({ on: "look", program, negated: piece.negated, next });
      }
      case "back":
        return null;
      default:
        return add({ on: piece.kind, next });
    }
  }

  #repeat(
    { part, least, most }: Extract<Piece, { kind: "repeat" }>,
    next: Edge,
    into: { readonly states: State[]; readonly backwards: boolean },
  ): Edge | null {
    let entry: Edge | null = next;
    if (most === Infinity) {
      const loop = { on: "either", next, other: next } as const;
      const at = into.states.push(loop) - 1;
      const inner = this.#build(part, at, into);
      if (inner === null || ++this.#size > MAX_STATES) return null;
      into.states[at] = { ...loop, other: inner };
      entry = at;
    }
    const copies = most === Infinity ? least : most;
    for (let turn = 0; turn < copies && entry !== null; turn++) {
      const once = this.#build(part, entry, into);
      const isOptional = most !== Infinity && turn < most - least;
      if (once === null || !isOptional) entry = once;
      else if (++this.#size > MAX_STATES) entry = null;
      else entry = into.states.push({ on: "either", next, other: once }) - 1;
    }
    return entry;
  }
}

class Match {
  readonly #text: string;
  /** Results of lookaround by program and position. */
  readonly #looked = new Map<Program, Map<number, boolean>>();
  #steps = 0;

  constructor(text: string) {
    this.#text = text;
  }

  search(program: Program): boolean {
    return this.#run(program, 0, true);
  }

  /** Whether the program matches from the position on, or anywhere after it. */
  #run(program: Program, from: number, anywhere: boolean): boolean {
    const { states, backwards } = program;
    let [now, then] = [new Front(states.length), new Front(states.length)];
    let position = from;
    while (true) {
      if (anywhere || position === from) {
        if (this.#enter(program, program.first, position, now)) return true;
      }
      const codePoint = this.#codePoint(position, backwards);
      if (codePoint === null || (now.size === 0 && !anywhere)) return false;
      const next = position + (backwards ? -1 : 1) * (codePoint > 0xffff ? 2 : 1);
      then.clear();
      for (let index = 0; index < now.size; index++) {
        const state = states[now.at(index)];
        if (state?.on !== "one" || !holds(state.of, codePoint)) continue;
        if (this.#enter(program, state.next, next, then)) return true;
      }
      [now, then] = [then, now];
      position = next;
    }
  }

  /** Follows all that needs no character; true when that is the end. */
  #enter(program: Program, first: Edge, position: number, front: Front): boolean {
    const waiting = [first];
    for (let edge = waiting.pop(); edge !== undefined; edge = waiting.pop()) {
      if (++this.#steps > MAX_STEPS) throw new TooManySteps();
      if (!front.add(edge)) continue;
      const state = program.states[edge];
      if (state === undefined || state.on === "one") continue;
      if (state.on === "match") return true;
      if (state.on === "either") waiting.push(state.other, state.next);
      else if (this.#stands(state, position)) waiting.push(state.next);
    }
    return false;
  }

  #stands(state: Exclude<State, { on: "one" | "either" | "match" }>, position: number): boolean {
    switch (state.on) {
      case "start":
        return position === 0;
      case "end":
        return position === this.#text.length;
      case "look":
        return this.#look(state.program, position) !== state.negated;
      default: {
        const isBoundary = this.#isWord(position - 1) !== this.#isWord(position);
        return isBoundary === (state.on === "boundary");
      }
    }
  }

  #look(program: Program, position: number): boolean {
    const known = this.#looked.get(program) ?? new Map<number, boolean>();
    this.#looked.set(program, known);
    const before = known.get(position);
    if (before !== undefined) return before;
    const found = this.#run(program, position, false);
    known.set(position, found);
    return found;
  }

  #isWord(position: number): boolean {
    const code = this.#text.charCodeAt(position);
    return WORD.some(([first, last]) => first <= code && code <= last);
  }

  #codePoint(position: number, backwards: boolean): number | null {
    if (!backwards) return this.#text.codePointAt(position) ?? null;
    if (position === 0) return null;
    const pair = position > 1 ? (this.#text.codePointAt(position - 2) ?? 0) : 0;
    return pair > 0xffff ? pair : this.#text.charCodeAt(position - 1);
  }
}

/** The states reached at one position, each once. */
class Front {
  size = 0;
  readonly #list: Int32Array;
  readonly #turnOf: Int32Array;
  #turn = 1;

  constructor(states: number) {
    this.#list = new Int32Array(states);
    this.#turnOf = new Int32Array(states);
  }

  at(index: number): number {
    return this.#list[index] ?? 0;
  }

  add(state: number): boolean {
    if (this.#turnOf[state] === this.#turn) return false;
    this.#turnOf[state] = this.#turn;
    this.#list[this.size++] = state;
    return true;
  }

  clear(): void {
    this.size = 0;
    this.#turn++;
  }
}
