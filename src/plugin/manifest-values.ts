import { jsonType } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";

/** Why a manifest is none: one sentence without a full stop. */
export class ManifestFault extends Error {}

export const VERSION =
  /^\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,64})?(?:\+[0-9A-Za-z.-]{1,64})?$/;
/** Characters of a text, unless it says otherwise. */
export const MOST_TEXT = 500;

export function checkKeys(
  value: Record<string, unknown>,
  known: readonly string[],
  prefix: string,
): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key) && key !== "$schema");
  if (unknown !== undefined)
    throw new ManifestFault(
      `it has the unknown key "${prefix}${unknown}".${didYouMean(unknown, known)}`.replace(
        /\.$/,
        "",
      ),
    );
}

export function text(
  value: Record<string, unknown>,
  key: string,
  { field = key, most = MOST_TEXT }: { readonly field?: string; readonly most?: number } = {},
): string {
  const found = value[key];
  if (found === undefined) throw new ManifestFault(`${field} is missing`);
  if (typeof found !== "string")
    throw new ManifestFault(`${field} must be a string, but it is ${described(found)}`);
  if (found.trim() === "") throw new ManifestFault(`${field} is blank`);
  if (found.length > most) throw new ManifestFault(`${field} is longer than ${most} characters`);
  return found;
}

export function matching(found: string, pattern: RegExp, key: string, wanted: string): string {
  if (!pattern.test(found))
    throw new ManifestFault(`${key} is "${found}", but it must be ${wanted}`);
  return found;
}

export function texts(value: unknown, field: string, most: number): readonly string[] {
  if (value === undefined) throw new ManifestFault(`${field} is missing`);
  if (!Array.isArray(value))
    throw new ManifestFault(`${field} must be a list of strings, but it is ${described(value)}`);
  if (value.length > most)
    throw new ManifestFault(`${field} has ${value.length} entries, and ${most} are the most`);
  return value.map((entry: unknown, index) => {
    if (typeof entry === "string") return entry;
    throw new ManifestFault(`${field}.${index} must be a string, but it is ${described(entry)}`);
  });
}

export function described(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (typeof value === "number" || typeof value === "boolean")
    return `the ${typeof value} ${value}`;
  return Array.isArray(value)
    ? "a list"
    : typeof value === "object"
      ? "an object"
      : `a ${jsonType(value)}`;
}
