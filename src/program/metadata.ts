import { ModullmError } from "../core/error.ts";
import { isObject, jsonType, writeJson } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Frontmatter } from "./frontmatter.ts";
import type { Warning } from "./program.ts";
import { asksNoModel, NEEDED_FOR_MODEL } from "./without-model.ts";

const REPAIR_LEVELS = ["off", "safe", "full"] as const;

/** The keys that a frontmatter must have, each with what it holds. */
export const REQUIRED_KEYS: Readonly<Record<string, string>> = {
  name: "a string",
  description: "a string",
  version: "a string",
  author: "a string",
  max_context_window: "an integer of at least 1: tokens that the prompt may have",
  input_schema: "a JSON Schema of the input, which is an object",
  output_schema: "a JSON Schema of the output, which is an object",
  llm: "`model`: provider/name; `fallbacks`: models to try in order when the one before fails",
  llm_params: "parameters of the call; {} for none",
};

/** The keys that it may have besides; null counts as left out. */
export const OPTIONAL_KEYS: Readonly<Record<string, string>> = {
  output:
    "what the program gives, filled in as " +
    "with: no model is " +
    "asked, and llm, llm_params, " +
    "max_context_window and the body may be left out",
  system: "a string: template of the system message",
  examples: "a list of {input, output}: few-shot turns; both sides are checked against the schemas",
  recovery_prompt: "a string: template of what a retry adds",
  retries: "an integer of at least 0: retries after an answer that breaks the contract",
  repair: `${REPAIR_LEVELS.join(", ")}: how far a broken answer may be repaired; safe without it`,
  uses: "a list of programs that run first",
  tools: "a list of programs and plugins whose tools the model may call while it works",
  tool_choice:
    "auto, required, none, or the name of the tool that is called first; auto without it",
  max_turns: "an integer of at least 1: turns of the model until its answer; 8 without it",
  budget: "a mapping of limits on a run and all it uses",
  cache:
    "a duration such as 30s, 10m, 2h, 7d: how " +
    "long an answer to " +
    "the identical request is " +
    "used again",
  recommended_models: "a list of provider/name, for --model recommended",
  tags: "a list of strings",
  metadata: "a mapping of anything",
  runllm_compat:
    "versions of the runtime: {min: " +
    '"0.1.0", max_exclusive: ' +
    '"0.2.0"}, in quotes; the second ' +
    "may be left out",
  modullm_compat:
    "versions of the runtime: {min: " +
    '"0.1.0", max_exclusive: ' +
    '"0.2.0"}, in quotes; the second ' +
    "may be left out",
  tests: "a list of {name, input, expect}: what `modullm test` runs",
};

/** Every key a frontmatter may have, required ones first. */
export const FRONTMATTER_KEYS: readonly string[] = [
  ...Object.keys(REQUIRED_KEYS),
  ...Object.keys(OPTIONAL_KEYS),
];

/** @throws {ModullmError} RLLM_002 naming every required key that is missing */
export function checkRequired(front: Frontmatter): void {
  const missing = Object.keys(REQUIRED_KEYS)
    .filter((key) => !Object.hasOwn(front.values, key))
    .filter((key) => !asksNoModel(front) || !NEEDED_FOR_MODEL.includes(key))
    .toSorted();
  if (missing.length === 0) return;
  throw new ModullmError(
    "RLLM_002",
    `The frontmatter lacks ${missing.map((key) => `"${key}"`).join(", ")}`,
    {
      details: { missing_fields: missing },
      place: front.place([]),
    },
  );
}

/** As many of the same kind are told one by one. */
const MOST_TOLD = 50;

export function unknownKeyWarnings(front: Frontmatter): Warning[] {
  const unknown = Object.keys(front.values).filter((key) => !FRONTMATTER_KEYS.includes(key));
  const told = unknown.slice(0, MOST_TOLD).map((key) => ({
    message:
      `The frontmatter key "${key}" is not ` +
      "known and has no " +
      `effect.${didYouMean(key, FRONTMATTER_KEYS)}`,
    place: front.keyPlace(key),
  }));
  const rest = unknown.length - told.length;
  if (rest === 0) return told;
  const message = `${rest} more frontmatter keys are not known and have no effect`;
  return [...told, { message, place: front.keyPlace(unknown[MOST_TOLD] ?? "") }];
}

/** A wrong type or value of a frontmatter key, at its place. */
export function fieldError(
  front: Frontmatter,
  path: readonly (string | number)[],
  wanted: string,
): ModullmError {
  let value: unknown = front.values;
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key];
  const field = path.join(".");
  const type = jsonType(value);
  const simple = type !== "array" && type !== "object";
  const shown = simple
    ? value === null || value === undefined
      ? "null"
      : writeJson(value)
    : type === "array"
      ? "a list"
      : "a mapping";
  return new ModullmError("RLLM_002", `"${field}" is ${shown}, but ${wanted} is wanted`, {
    details: { field, ...(simple ? { value: value ?? null } : {}), actual_type: type },
    place: front.place(path),
  });
}

/**
 * A string; a number or boolean counts as its source text, so that `version: 0.10` stays `0.10`.
 */
export function readText(front: Frontmatter, key: string): string {
  const value = front.values[key];
  if (typeof value === "string") return value;
  if (["number", "bigint", "boolean"].includes(typeof value))
    return front.written(key) ?? String(value);
  throw fieldError(front, [key], "a string");
}

/** A string that may be left out; another scalar counts as its text, with a warning. */
export function readOptionalString(
  front: Frontmatter,
  key: string,
  warnings: Warning[],
): string | null {
  const value = front.values[key] ?? null;
  if (value === null || typeof value === "string") return value;
  const isScalar = typeof value !== "object";
  warnings.push(wrongType(front, [key], "a string", isScalar ? "it counts as its text" : NONE));
  return isScalar ? (front.written(key) ?? writeJson(value)) : null;
}

/** What hangs on a key of the wrong type that nothing needs. */
const NONE = "it has no effect";

function wrongType(
  front: Frontmatter,
  path: readonly (string | number)[],
  wanted: string,
  effect: string,
): Warning {
  const { message, place } = fieldError(front, path, wanted);
  return { message: `${message}: ${effect}`, place };
}

export function readInteger(front: Frontmatter, key: string, least: number): number {
  const value = front.values[key];
  if (!Number.isSafeInteger(value) || (value as number) < least)
    throw fieldError(front, [key], `an integer of at least ${least}`);
  return value as number;
}

export function readRepair(front: Frontmatter): (typeof REPAIR_LEVELS)[number] | null {
  const value = front.values["repair"] ?? null;
  const level = REPAIR_LEVELS.find((each) => each === value) ?? null;
  if (value !== null && level === null)
    throw fieldError(front, ["repair"], REPAIR_LEVELS.join(", "));
  return level;
}

export function readObject(front: Frontmatter, key: string): Record<string, unknown> {
  const value = front.values[key];
  if (!isObject(value)) throw fieldError(front, [key], "a mapping");
  return value;
}

/** A list that nothing depends on: what is wrong in it is told, and left out. */
export function readStrings(front: Frontmatter, key: string, warnings: Warning[]): string[] {
  const value = front.values[key] ?? [];
  if (!Array.isArray(value)) {
    warnings.push(wrongType(front, [key], "a list of strings", NONE));
    return [];
  }
  return value.flatMap((item: unknown, index) => {
    if (typeof item === "string" && item.trim() !== "") return [item];
    const isText = ["number", "bigint", "boolean"].includes(typeof item);
    const effect = isText ? "it counts as its text" : NONE;
    warnings.push(wrongType(front, [key, index], "a string that is not blank", effect));
    return isText ? [String(item)] : [];
  });
}

/** A mapping that nothing depends on. */
export function readOptionalObject(
  front: Frontmatter,
  key: string,
  warnings: Warning[],
): Record<string, unknown> {
  const value = front.values[key] ?? {};
  if (isObject(value)) return value;
  warnings.push(wrongType(front, [key], "a mapping", NONE));
  return {};
}
