import { MAX_DEPTH, readJsonText } from "./json-reader.ts";

/** A whole number beyond ±(2^53 − 1) is a bigint; every other number is a `number`. */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export type JsonType = "null" | "boolean" | "number" | "string" | "array" | "object";

/** The JSON Schema name of a value's type; `undefined` and functions count as "null". */
export function jsonType(value: unknown): JsonType {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  if (type === "bigint") return "number";
  if (type === "boolean" || type === "number" || type === "string" || type === "object")
    return type;
  return "null";
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a list; none where it is no list. */
export function objectsIn(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Something that was counted: a whole number, not below zero. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

export interface ParseJsonOptions {
  /**
   * A decimal that no double holds is refused; or read as the nearest double, for what a server
   * tells of its own work. @default "exact"
   */
  readonly decimals?: "exact" | "nearest";
}

/**
 * JSON text to its value: everything that comes from users, models and files is read here. Numbers
 * keep their digits, as `numberFromText` says.
 * @throws {JsonFault} with the place, for text that is not JSON and for a decimal that no double
 * holds
 */
export function parseJson(text: string, { decimals = "exact" }: ParseJsonOptions = {}): unknown {
  if (TO_LOOK_AT[decimals].test(text)) return readJsonText(text, decimals);
  try {
    return JSON.parse(text);
  } catch {
    return readJsonText(text, decimals);
  }
}

/**
 * A value as JSON, bigints with all their digits; what JSON has not is written as `JSON.stringify`
 * writes it.
 * @param indent blanks a level; 0 is one line
 */
export function writeJson(value: unknown, indent = 0): string {
  try {
    return JSON.stringify(value, null, indent) ?? "null";
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    return writeValue(value, indent === 0 ? "" : "\n", indent);
  }
}

/**
 * What a number looks like of which `JSON.parse` may lose digits: sixteen of them, or an exponent
 * of three.
 */
const TO_LOOK_AT = {
  exact: /[0-9][0-9.]{15}|[0-9][eE][-+]?[0-9]{3}/,
  nearest: /(?:^|[^0-9.])[0-9]{16}/,
} as const;

/** `margin` begins a line: empty where all stands on one. */
function writeValue(value: unknown, margin: string, indent: number): string {
  if (typeof value === "bigint") return String(value);
  if (!isContainer(value)) return JSON.stringify(value) ?? "null";
  const inner = margin === "" ? "" : margin + " ".repeat(indent);
  if (Array.isArray(value)) {
    const items = value.map((item) => inner + writeValue(item, inner, indent));
    return items.length === 0 ? "[]" : `[${items.join(",")}${margin}]`;
  }
  const colon = margin === "" ? ":" : ": ";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined && typeof member !== "function")
    .map(([key, member]) => {
      return `${inner}${JSON.stringify(key)}${colon}${writeValue(member, inner, indent)}`;
    });
  return members.length === 0 ? "{}" : `{${members.join(",")}${margin}}`;
}

/** A list or an object that writes itself in no other way. */
function isContainer(value: unknown): value is readonly unknown[] | Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "toJSON") !== "function"
  );
}

/**
 * Why a value can't be written as JSON again, or handled safely: too deep, a number that JSON has
 * not, a key that means more. Null when it can.
 */
export function jsonFault(value: unknown): string | null {
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value: here, depth } = next;
    if (typeof here === "number" && !Number.isFinite(here))
      return "holds a number that is too large";
    if (typeof here !== "object" || here === null) continue;
    if (depth >= MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
    if (Object.hasOwn(here, "__proto__")) return 'has the key "__proto__", which is not taken';
    for (const child of Object.values(here)) {
      if (typeof child === "object" || typeof child === "number")
        waiting.push({ value: child, depth: depth + 1 });
    }
  }
  return null;
}
