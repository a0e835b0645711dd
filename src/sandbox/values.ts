import type { Json } from "../core/json.ts";

/** How deep values from a sandbox may nest. */
const MAX_VALUE_DEPTH = 64;

/** Characters of the place in a reason; keys may be long. */
const MAX_PATH = 300;

export type CheckedValue =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly reason: string };

type Path = (string | number)[];

/**
 * Checks a parsed value from a sandbox: finite numbers, no deeper than 64, no key `__proto__`.
 * `name` is what a reason calls it.
 */
export function checkValue(value: unknown, name: string): CheckedValue {
  const path: Path = [name];
  const fault = findFault(value, path);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just checked
  return fault === null
    ? { ok: true, value: value as Json }
    : { ok: false, reason: `${path.join(".").slice(0, MAX_PATH)} ${fault}` };
}

/** What is wrong; `path` is left at the place. */
function findFault(value: unknown, path: Path): string | null {
  if (value === null || ["boolean", "string", "bigint"].includes(typeof value)) return null;
  if (typeof value === "number") return Number.isFinite(value) ? null : "is not a finite number";
  if (typeof value !== "object") return "is not a JSON value";
  if (path.length > MAX_VALUE_DEPTH) return `is nested deeper than ${MAX_VALUE_DEPTH}`;
  for (const [key, item] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    if (key === "__proto__") return `has the key "__proto__", which is not taken`;
    path.push(key);
    const fault = findFault(item, path);
    if (fault !== null) return fault;
    path.pop();
  }
  return null;
}
