import { ModullmError } from "../core/error.ts";
import { isObject, jsonType } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";

/**
 * `Cannot read configuration "…" (line 3): runtime.default_model must be a string, but it is a
 * list`.
 */
export function configError(
  reason: string,
  facts: {
    readonly path: string;
    readonly line?: number;
    readonly field?: string;
    readonly cause?: unknown;
  },
): ModullmError {
  const { path, line, field, cause } = facts;
  const place = line === undefined ? "" : ` (line ${line})`;
  const subject = field === undefined ? "" : `${field} `;
  const details = {
    path,
    ...(line === undefined ? {} : { line }),
    ...(field === undefined ? {} : { field }),
    reason,
  };
  return new ModullmError(
    "RLLM_018",
    `Cannot read configuration "${path}"${place}: ${subject}${reason}`,
    {
      details,
      cause,
    },
  );
}

/** Where a value stands in the file: the keys that lead there. */
export type Field = readonly string[];

/** Takes typed values out of the file, and knows where each stands. */
export class Reader {
  readonly warnings: string[] = [];
  readonly #path: string;
  readonly #line: (field: Field) => number;

  constructor(path: string, line: (field: Field) => number) {
    this.#path = path;
    this.#line = line;
  }

  wrong(field: Field, reason: string): never {
    const name = field.length === 0 ? {} : { field: field.join(".") };
    const subject = field.length === 0 ? "the file " : "";
    throw configError(`${subject}${reason}`, {
      path: this.#path,
      line: this.#line(field),
      ...name,
    });
  }

  /** A mapping; null and absent count as an empty one. With `keys`, others are warned about. */
  mapping(value: unknown, field: Field, keys?: readonly string[]): Record<string, unknown> {
    if (value === null || value === undefined) return {};
    if (!isObject(value))
      return this.wrong(field, `must be a mapping, but it is ${described(value)}`);
    for (const key of keys === undefined ? [] : Object.keys(value)) {
      if (!keys?.includes(key)) this.#warnUnknown([...field, key], keys ?? []);
    }
    return value;
  }

  /** Blank counts as unset. */
  text(value: unknown, field: Field): string | null {
    if (value === null || value === undefined) return null;
    if (typeof value !== "string")
      return this.wrong(field, `must be a string, but it is ${described(value)}`);
    return value.trim() === "" ? null : value.trim();
  }

  url(value: unknown, field: Field): string | null {
    const text = this.text(value, field);
    if (text === null || /^https?:\/\/[^\s/]/i.test(text)) return text;
    return this.wrong(field, "must be a URL that starts with http:// or https://");
  }

  flag(value: unknown, field: Field): boolean | null {
    if (value === null || value === undefined || typeof value === "boolean") return value ?? null;
    return this.wrong(field, `must be true or false, but it is ${described(value)}`);
  }

  number(value: unknown, field: Field, want: { integer: boolean; least: number }): number | null {
    if (value === null || value === undefined) return null;
    const fits = typeof value === "number" && Number.isFinite(value) && value >= want.least;
    if (fits && (!want.integer || Number.isSafeInteger(value))) return value;
    const kind = want.integer ? "a whole number" : "a number";
    return this.wrong(
      field,
      `must be ${kind} of at least ${want.least}, but it is ${described(value)}`,
    );
  }

  names(value: unknown, field: Field): string[] {
    if (value === null || value === undefined) return [];
    if (!Array.isArray(value))
      return this.wrong(field, `must be a list of strings, but it is ${described(value)}`);
    return value.map((entry: unknown, index) => {
      const at = [...field, String(index)];
      return this.text(entry, at) ?? this.wrong(at, "must be a name, but it is blank");
    });
  }

  /** Words as they stand, blank ones too; a number or a flag counts as its text. */
  texts(value: unknown, field: Field): string[] {
    if (value === null || value === undefined) return [];
    if (!Array.isArray(value))
      return this.wrong(field, `must be a list of strings, but it is ${described(value)}`);
    return value.map((entry: unknown, index) => {
      if (typeof entry === "string") return entry;
      if (typeof entry === "number" || typeof entry === "boolean") return String(entry);
      return this.wrong(
        [...field, String(index)],
        `must be a string, but it is ${described(entry)}`,
      );
    });
  }

  #warnUnknown(field: Field, keys: readonly string[]): void {
    const hint = didYouMean(field.at(-1) ?? "", keys);
    this.warnings.push(
      `Unknown key "${field.join(".")}" in ${this.#path}, line ${this.#line(field)}.${hint}`,
    );
  }
}

/** A value in words, without strings' text: what stands in the wrong place may be a secret. */
export function described(value: unknown): string {
  const type = jsonType(value);
  if (type === "number" || type === "boolean") return `the ${type} ${String(value)}`;
  return type === "array" ? "a list" : type === "object" ? "a mapping" : `a ${type}`;
}
