import type { Edit, Reading } from "../../../src/answer/answer.ts";
import { RULES } from "../../../src/answer/rules.ts";
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
  return accepts.some((value) => isOnRecord(reading, value)) ? "on record" : "wrong";
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

/** A guess stands on record at each place that differs, around it or in it, or what is lost does. */
function isOnRecord(reading: Reading, value: unknown): boolean {
  if (reading.lost.length > 0) return true;
  const guesses = reading.edits.filter(isGuess);
  return differences(reading.value, value, []).every((path) =>
    guesses.some((edit) => isAround(edit.path, path) || isAround(path, edit.path)),
  );
}

function isAround(outer: Path, path: Path): boolean {
  return outer.length <= path.length && outer.every((key, index) => key === path[index]);
}

function differences(left: unknown, right: unknown, path: Path): Path[] {
  if (same(left, right)) return [];
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) return [path];
    return left.flatMap((item, index) => differences(item, right[index], [...path, index]));
  }
  if (!isRecord(left) || !isRecord(right)) return [path];
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return keys.flatMap((key) => differences(left[key], right[key], [...path, key]));
}

/** Equal, but for the order of keys. */
function same(left: unknown, right: unknown): boolean {
  return Bun.deepEquals(left, right, true);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
