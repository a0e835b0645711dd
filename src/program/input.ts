import type { Contract } from "../contract/contract.ts";
import { ModullmError } from "../core/error.ts";
import { isObject, jsonFault, parseJson } from "../core/json.ts";
import { numberFromText } from "../core/json-number.ts";
import { JsonFault } from "../core/json-reader.ts";
import { parseYaml } from "../core/yaml.ts";

/**
 * Input that comes as text is coerced where that loses nothing, and only there; typed input (JSON,
 * YAML) never is. For a field whose schema wants a number, "5" is 5 when it is written as JSON
 * writes it; "true" and "false" are booleans, "null" is null, and text that starts with { or [ is
 * read as JSON or YAML. Text is taken as it is wherever a string fits.
 */
export function fieldValue(contract: Contract, key: string, text: string): unknown {
  const fits = (value: unknown): boolean => {
    const check = contract.check({ [key]: value });
    return check.ok || !check.issues.some((issue) => issue.path[0] === key);
  };
  if (fits(text)) return text;
  const [value = text] = candidates(text).filter(fits);
  return value;
}

/** `key=value` pairs as an object. @throws {ModullmError} RLLM_016 */
export function pairsToInput(
  contract: Contract,
  pairs: readonly string[],
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw inputError("arguments", `"${pair}" is not a key=value pair`);
    const key = pair.slice(0, at);
    if (key === "__proto__") throw inputError("arguments", '"__proto__" is not a usable key');
    input[key] = fieldValue(contract, key, pair.slice(at + 1));
  }
  return input;
}

/**
 * Plain text as an input: it goes to the one string property, where the schema has exactly one, or
 * exactly one that is required.
 * @throws {ModullmError} RLLM_016 where there is no such property, or several
 */
export function textToInput(contract: Contract, text: string): Record<string, unknown> {
  const { properties, required } = contract.schema;
  const strings = isObject(properties)
    ? Object.keys(properties).filter((key) => isStringSchema(properties[key]))
    : [];
  const needed = strings.filter((key) => Array.isArray(required) && required.includes(key));
  const [key] = strings.length === 1 ? strings : needed;
  if (key !== undefined && (strings.length === 1 || needed.length === 1)) return { [key]: text };
  const why =
    strings.length === 0
      ? "input_schema has no string property to put it in"
      : `input_schema has several string properties (${strings.join(", ")})`;
  throw inputError(
    "text",
    `Cannot use plain text as input: ${why}`,
    {},
    "Pass a JSON object, or key=value pairs after --.",
  );
}

/**
 * JSON or YAML text to an object.
 * @param source how messages call it: `--input`, a file's path
 * @throws {ModullmError} RLLM_016
 */
export function objectFromText(
  text: string,
  source: string,
  format: "json" | "yaml" | "either",
): Record<string, unknown> {
  const read = format === "yaml" ? readYaml(text) : readJson(text, format === "either");
  if (!read.ok)
    throw inputError(
      source,
      `Cannot read ${source} as ${format === "yaml" ? "YAML" : "JSON"}: ${read.reason}`,
      read.place,
    );
  const fault = jsonFault(read.value);
  if (fault !== null) throw inputError(source, `Cannot use ${source} as input: it ${fault}`);
  if (isObject(read.value)) return read.value;
  const what = Array.isArray(read.value)
    ? "a list"
    : read.value === null
      ? "empty"
      : `a ${typeof read.value}`;
  throw inputError(source, `Cannot use ${source} as input: it is ${what}, but an object is wanted`);
}

export function inputError(
  source: string,
  message: string,
  place: Record<string, unknown> = {},
  hint?: string,
): ModullmError {
  return new ModullmError("RLLM_016", message, {
    details: { source, reason: message, ...place },
    ...(hint === undefined ? {} : { hint }),
  });
}

type Read =
  | { ok: true; value: unknown }
  | { ok: false; reason: string; place: Record<string, unknown> };

function readJson(text: string, orYaml: boolean): Read {
  const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  try {
    return { ok: true, value: parseJson(plain) };
  } catch (thrown) {
    if (!(thrown instanceof JsonFault)) throw thrown;
    if (orYaml) {
      const yaml = readYaml(plain);
      // Text whose first key is not quoted was meant as YAML.
      if (yaml.ok || !/^\s*[[{]\s*"/.test(plain)) return yaml;
    }
    const reason = thrown.message.endsWith("end of the text is due") ? SEVERAL : thrown.message;
    return { ok: false, ...withPlace(plain, reason, thrown.offset) };
  }
}

const SEVERAL = "something stands behind the first value, and one object is wanted";

function readYaml(text: string): Read {
  const parsed = parseYaml(text);
  if (parsed.ok) return { ok: true, value: parsed.value };
  return { ok: false, ...withPlace(text, parsed.reason, parsed.offset) };
}

/** A reason that names the line; both numbers count from 1. */
function withPlace(text: string, reason: string, offset: number) {
  const before = text.slice(0, offset).split("\n");
  const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  return { reason: `${reason} (line ${place.line}, column ${place.column})`, place };
}

function candidates(text: string): unknown[] {
  const found: unknown[] = [];
  if (/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/.test(text)) {
    const number = numberFromText(text);
    if (number !== null) found.push(number);
  }
  if (text === "true" || text === "false") found.push(text === "true");
  if (text === "null") found.push(null);
  if (/^\s*[[{]/.test(text)) {
    const read = readJson(text, true);
    if (read.ok) found.push(read.value);
  }
  return found;
}

function isStringSchema(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  const types = [schema["type"]].flat();
  return types.includes("string") && types.every((type) => type === "string" || type === "null");
}
