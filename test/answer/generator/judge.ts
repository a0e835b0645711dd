import { writeJson } from "../../../src/core/json.ts";
import type { Edit, Reading } from "../../../src/answer/answer.ts";
import { RULES } from "../../../src/answer/rules.ts";
import { wordsOf } from "../losses.ts";
import type { Written } from "./kinds.ts";

export type Verdict = "read" | "refused" | "on record" | "wrong";

type Path = readonly (string | number)[];

/** Edits that only say in which notation the whole was read: they account for no difference. */
const NOTATION = new Set(["outline", "wrap-text", "many-values", "bare-list", "single-to-list"]);

export function judge(written: Written, reading: Reading, level: "safe" | "full"): Verdict {
  if (!reading.ok) return "refused";
  const { accepts } = written;
  if (accepts.some((value) => same(value, reading.value))) {
    return written.needsWord === true && !hasWord(reading) ? "wrong" : "read";
  }
  if (level === "safe") return "wrong";
  if (accepts.length === 0)
    return written.isDamaged === true && reading.lost.length > 0 ? "on record" : "wrong";
  return accepts.some(
    (value) => isOnRecord(written, reading, value) || isOther(written, reading, value),
  )
    ? "on record"
    : "wrong";
}

function hasWord(reading: Reading): boolean {
  return reading.lost.length > 0 || reading.edits.some(isGuess);
}

function isGuess(edit: Edit): boolean {
  return ruleLevel(edit.rule) === "full" && !NOTATION.has(edit.rule);
}

function ruleLevel(rule: string): string | undefined {
  return (RULES as Readonly<Record<string, { readonly level: string }>>)[rule]?.level;
}

/** Another value that the text states, where what says the one that is meant is listed as lost. */
function isOther({ text, others = [] }: Written, reading: Reading, value: unknown): boolean {
  const lost = lostWords(text, reading);
  return (
    others.some((other) => same(other, reading.value)) &&
    wordsIn(value).every((word) => lost.has(word))
  );
}

function lostWords(text: string, { lost }: Reading): ReadonlySet<string> {
  const pieces = lost.map((piece) => pieceAt(text, piece.position, piece.characters));
  return new Set(pieces.flatMap((piece) => wordsOf(piece)));
}

/**
 * Each place that differs has its own entry: a guess that was made there or around it, or a loss
 * that names what is missing, where nothing else stands in its place.
 */
function isOnRecord(written: Written, reading: Reading, value: unknown): boolean {
  const guesses = reading.edits.filter(isGuess);
  const lost = lostWords(written.text, reading);
  // What would stand behind the end of a text can't be told: that the text ended is on record.
  const isEnded = written.isShort === true && guesses.some(({ rule }) => ENDS.has(rule));
  return differences(reading.value, value, []).every(
    ({ path, got, meant }) =>
      guesses.some((edit) => covers(edit, path)) ||
      isMissing(got, meant, (word) => isEnded || lost.has(word)),
  );
}

const ENDS = new Set(["missing-closer", "truncated", "missing-quote"]);

/** Guesses of where a container begins or ends move what stands beside it as well. */
const MOVES = new Set([
  "missing-closer",
  "missing-opener",
  "doubled-opener",
  "early-close",
  "wrong-closer",
  "merged-list",
  "missing-quote",
  "stray-quote",
  "guessed-quote",
  "truncated",
]);

function covers({ rule, path }: Edit, at: Path): boolean {
  return isAround(MOVES.has(rule) ? path.slice(0, -1) : path, at);
}

function isAround(outer: Path, path: Path): boolean {
  return outer.length <= path.length && outer.every((key, index) => key === path[index]);
}

/** What was read says nothing that wasn't meant, and what it lacks is listed as lost. */
function isMissing(got: unknown, meant: unknown, isLost: (word: string) => boolean): boolean {
  const wanted = wordsIn(meant);
  const said = wordsIn(got);
  return (
    said.every((word) => wanted.includes(word)) &&
    wanted.every((word) => said.includes(word) || isLost(word))
  );
}

function wordsIn(value: unknown): string[] {
  return value === undefined || value === null ? [] : wordsOf(writeJson(value));
}

/** A piece that `lost` gives by its place and its number of letters and digits. */
function pieceAt(text: string, from: number, characters: number): string {
  let at = from;
  for (let left = characters; left > 0 && at < text.length; at++)
    if (/[\p{L}\p{N}]/u.test(text[at] ?? "")) left--;
  return text.slice(from, at);
}

interface Difference {
  readonly path: Path;
  readonly got: unknown;
  readonly meant: unknown;
}

function differences(got: unknown, meant: unknown, path: Path): Difference[] {
  if (same(got, meant)) return [];
  if (Array.isArray(got) && Array.isArray(meant) && got.length === meant.length)
    return got.flatMap((item, index) => differences(item, meant[index], [...path, index]));
  if (!isRecord(got) || !isRecord(meant)) return [{ path, got, meant }];
  const keys = [...new Set([...Object.keys(got), ...Object.keys(meant)])];
  return keys.flatMap((key) => differences(got[key], meant[key], [...path, key]));
}

/** Equal, but for the order of keys. */
function same(left: unknown, right: unknown): boolean {
  return Bun.deepEquals(left, right, true);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
