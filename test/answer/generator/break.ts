import { parseJson, writeJson as printJson } from "../../../src/core/json.ts";
import { AROUND } from "./around.ts";
import type { Kind, Written } from "./kinds.ts";
import { alsoRight, NUMBERS } from "./numbers.ts";
import { NOTATIONS } from "./notations.ts";
import type { Random } from "./random.ts";
import { SPELLINGS } from "./spellings.ts";
import { STYLES } from "./styles.ts";
import { newTruth, type Truth } from "./truth.ts";
import { JSON_STYLE, writeJson, type Style } from "./write-json.ts";

/** A value, its schema, and a text that says it in one or several of the kinds. */
export interface Breakage extends Written {
  readonly truth: Truth;
  readonly kinds: readonly string[];
}

/** Every kind, in the order of the table. */
export const KINDS: readonly Kind[] = [
  ...STYLES,
  ...NUMBERS,
  ...SPELLINGS,
  ...NOTATIONS,
  ...AROUND,
];

/** How often one is tried before a value is given up: not every kind suits every value. */
const TRIES = 4;

export function newBreakage(random: Random): Breakage {
  for (;;) {
    const truth = newTruth(random);
    for (let left = TRIES; left > 0; left--) {
      const broken = breakTruth(truth, random);
      if (broken) return broken;
    }
  }
}

/** Null where the kinds that were drawn left the text as it was. */
function breakTruth(truth: Truth, random: Random): Breakage | null {
  const kinds: string[] = [];
  const plain = printJson(truth.value, random.pick([0, 0, 2, 4]));
  let written: Written = { text: plain, accepts: [truth.value] };
  // Where anything is taken, what is no JSON is right as the text that it is.
  const isOpen = Object.keys(truth.schema).length === 0;
  const notation = !isOpen && random.chance(0.25) ? random.pick(NOTATIONS) : null;
  const own = notation?.notation?.(truth, random) ?? null;
  if (notation && own !== null) {
    written = { ...written, text: own };
    kinds.push(notation.name);
  } else {
    const count = random.pick([0, 1, 1, 1, 2, 3]);
    const drawn = random.some(
      isSure(truth) ? [...STYLES, ...NUMBERS, ...SPELLINGS] : stylesFor(isOpen),
      count,
    );
    const chosen = drawn.filter((kind) => changes(truth.value, kind, random));
    if (mayJoin(chosen)) return null;
    if (chosen.length > 0) written = { ...written, ...writeStyled(truth.value, chosen, random) };
    if (isOpen && isOther(written.text, truth.value)) return null;
    written = withRepeats(written);
    kinds.push(...chosen.map((kind) => kind.name));
  }
  const count = kinds.length === 0 ? random.pick([1, 1, 2]) : random.pick([0, 0, 0, 1, 1, 2]);
  for (let left = count; left > 0; left--) {
    const kind = random.pick(AROUND);
    const around = kind.around?.(written, truth, random);
    if (!around) continue;
    kinds.push(kind.name);
    written = around;
    // What must be refused stays so.
    if (written.accepts.length === 0) break;
  }
  return kinds.length === 0 ? null : { ...written, truth, kinds };
}

/** Several faults may make up for each other: where anything is taken, that is another value. */
function isOther(text: string, value: unknown): boolean {
  try {
    return !Bun.deepEquals(parseJson(text), value, true);
  } catch {
    return false;
  }
}

/** A plus sign with no comma behind it joins two strings. */
function mayJoin(kinds: readonly Kind[]): boolean {
  return (
    kinds.some(({ name }) => name === "an operator left dangling") &&
    kinds.some(({ name }) => name.startsWith("missing commas"))
  );
}

/**
 * Valid JSON says what it says: where faults run members together, the last of a key counts as
 * well.
 */
function withRepeats(written: Written): Written {
  try {
    return { ...written, accepts: [...written.accepts, parseJson(written.text)] };
  } catch {
    return written;
  }
}

/** Where anything is taken, a missing opener can't be told from a closer too many. */
function stylesFor(isOpen: boolean): readonly Kind[] {
  return isOpen ? STYLES.filter(({ name }) => name !== "an opener that is missing") : STYLES;
}

/** Where a number is wanted no text is: without that, a number spelled out is text as it stands. */
function isSure({ schema }: Truth): boolean {
  const text = JSON.stringify(schema);
  return text !== "{}" && !text.includes("anyOf");
}

function changes(value: unknown, kind: Kind, random: Random): boolean {
  const style = { ...JSON_STYLE, ...kind.style?.(random) };
  return (
    writeJson(value, style, random) !==
    writeJson(value, { ...JSON_STYLE, indent: style.indent }, random)
  );
}

function writeStyled(value: unknown, kinds: readonly Kind[], random: Random): Written {
  const style: Style = { ...JSON_STYLE, indent: random.pick([0, 0, 2]) };
  const joined = Object.assign(style, ...kinds.map((kind) => kind.style?.(random))) as Style;
  const percent = kinds.find((kind) => kind.name === "numbers with a percent sign");
  const accepts = percent
    ? [value, mapNumbers(value, (number) => alsoRight(percent.name, number).at(-1) ?? number)]
    : [value];
  return { text: writeJson(value, joined, random), accepts };
}

function mapNumbers(value: unknown, change: (number: number) => number): unknown {
  if (typeof value === "number") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapNumbers(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapNumbers(item, change)]),
  );
}
