import { ModullmError } from "../core/error.ts";
import { isObject, jsonType } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Frontmatter } from "./frontmatter.ts";
import type { Warning } from "./program.ts";

const REQUIRED = [
  "name",
  "description",
  "version",
  "author",
  "max_context_window",
  "input_schema",
  "output_schema",
  "llm",
  "llm_params",
];
const OPTIONAL = [
  "recovery_prompt",
  "uses",
  "recommended_models",
  "tags",
  "metadata",
  "runllm_compat",
  "modullm_compat",
  "system",
  "examples",
  "retries",
  "repair",
  "budget",
  "cache",
  "tests",
];

/** Every key a frontmatter may have, required ones first. */
export const FRONTMATTER_KEYS: readonly string[] = [...REQUIRED, ...OPTIONAL];

/** @throws {ModullmError} RLLM_002 naming every required key that is missing */
export function checkRequired(front: Frontmatter): void {
  const missing = REQUIRED.filter((key) => !Object.hasOwn(front.values, key)).toSorted();
  if (missing.length === 0) return;
  throw new ModullmError("RLLM_002", `The frontmatter lacks ${missing.map((key) => `"${key}"`).join(", ")}`, {
    details: { missing_fields: missing },
    place: front.place([]),
  });
}

export function unknownKeyWarnings(front: Frontmatter): Warning[] {
  return Object.keys(front.values)
    .filter((key) => !FRONTMATTER_KEYS.includes(key))
    .map((key) => ({
      message: `The frontmatter key "${key}" is not known and has no effect.${didYouMean(key, FRONTMATTER_KEYS)}`,
      place: front.keyPlace(key),
    }));
}

/** A wrong type or value of a frontmatter key, at its place. */
export function fieldError(front: Frontmatter, path: readonly (string | number)[], wanted: string): ModullmError {
  let value: unknown = front.values;
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key];
  const field = path.join(".");
  const type = jsonType(value);
  const simple = type !== "array" && type !== "object";
  const shown = simple
    ? value === null || value === undefined
      ? "null"
      : JSON.stringify(value)
    : type === "array"
      ? "a list"
      : "a mapping";
  return new ModullmError("RLLM_002", `"${field}" is ${shown}, but ${wanted} is wanted`, {
    details: { field, ...(simple ? { value: value ?? null } : {}), actual_type: type },
    place: front.place(path),
  });
}

/** A string; a number or boolean counts as its source text, so that `version: 0.10` stays `0.10`. */
export function readText(front: Frontmatter, key: string): string {
  const value = front.values[key];
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return front.written(key) ?? String(value);
  throw fieldError(front, [key], "a string");
}

export function readOptionalString(front: Frontmatter, key: string): string | null {
  const value = front.values[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw fieldError(front, [key], "a string");
  return value;
}

export function readInteger(front: Frontmatter, key: string, least: number): number {
  const value = front.values[key];
  if (!Number.isSafeInteger(value) || (value as number) < least)
    throw fieldError(front, [key], `an integer of at least ${least}`);
  return value as number;
}

const REPAIR_LEVELS = ["off", "safe", "full"] as const;

export function readRepair(front: Frontmatter): (typeof REPAIR_LEVELS)[number] | null {
  const value = front.values["repair"] ?? null;
  const level = REPAIR_LEVELS.find((each) => each === value) ?? null;
  if (value !== null && level === null) throw fieldError(front, ["repair"], REPAIR_LEVELS.join(", "));
  return level;
}

export function readObject(front: Frontmatter, key: string): Record<string, unknown> {
  const value = front.values[key];
  if (!isObject(value)) throw fieldError(front, [key], "a mapping");
  return value;
}

export function readStrings(front: Frontmatter, key: string): string[] {
  const value = front.values[key] ?? [];
  if (!Array.isArray(value)) throw fieldError(front, [key], "a list of strings");
  for (const [index, item] of value.entries()) {
    if (typeof item !== "string" || item.trim() === "")
      throw fieldError(front, [key, index], "a string that is not blank");
  }
  return value as string[];
}
