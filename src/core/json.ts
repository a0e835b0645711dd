export type Json =
  | null
  | boolean
  | number
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
  if (type === "boolean" || type === "number" || type === "string" || type === "object")
    return type;
  return "null";
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Something that was counted: a whole number, not below zero. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Values nested deeper than this are refused where they come in: everything behind may recurse. */
export const MAX_DEPTH = 1000;

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
