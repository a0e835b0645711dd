import { writeJson } from "./sdk/stdio.ts";

/** A JSON Schema, or a part of one, that is an object. */
export type Schema = Readonly<Record<string, unknown>>;

/** Says nothing of what values are allowed. */
const DESCRIPTIVE = new Set(
  "$schema $id $comment $anchor $defs definitions title description default examples deprecated readOnly writeOnly".split(
    " ",
  ),
);

export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without what says nothing of values. */
export function constraintsOf(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !DESCRIPTIVE.has(key)));
}

/**
 * Both schemas as one. What can't be said in one keeps what the second says, and its keyword is
 * told to `lose`.
 */
export function merge(first: Schema, second: Schema, lose: (keyword: string) => void): Schema {
  const merged: Record<string, unknown> = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const held = merged[key];
    if (!Object.hasOwn(merged, key) || same(held, value) || DESCRIPTIVE.has(key))
      merged[key] = value;
    else merged[key] = both(key, held, value, lose);
  }
  return merged;
}

function both(
  key: string,
  held: unknown,
  value: unknown,
  lose: (keyword: string) => void,
): unknown {
  switch (key) {
    case "properties":
      if (isSchema(held) && isSchema(value)) return mergeEach(held, value, lose);
      break;
    case "required":
      if (Array.isArray(held) && Array.isArray(value))
        return [...new Set([...(held as unknown[]), ...(value as unknown[])])];
      break;
    case "type": {
      const shared = typesOf(held).filter((type) => typesOf(value).includes(type));
      if (shared.length > 0) return shared;
      break;
    }
    case "enum":
      if (Array.isArray(held) && Array.isArray(value))
        return (held as unknown[]).filter((each) =>
          (value as unknown[]).some((other) => same(each, other)),
        );
      break;
    case "minimum":
    case "exclusiveMinimum":
    case "minLength":
    case "minItems":
    case "minProperties":
      return Math.max(Number(held), Number(value));
    case "maximum":
    case "exclusiveMaximum":
    case "maxLength":
    case "maxItems":
    case "maxProperties":
      return Math.min(Number(held), Number(value));
    case "items":
    case "additionalProperties":
      if (held === false || value === false) return false;
      if (isSchema(held) && isSchema(value)) return merge(held, value, lose);
      return isSchema(held) ? held : value;
    default:
  }
  lose(key);
  return value;
}

function mergeEach(first: Schema, second: Schema, lose: (keyword: string) => void): Schema {
  const merged: Record<string, unknown> = { ...first };
  for (const [name, value] of Object.entries(second)) {
    const held = merged[name];
    merged[name] =
      isSchema(held) && isSchema(value) ? merge(held, value, lose) : held === false ? false : value;
  }
  return merged;
}

export function typesOf(type: unknown): readonly string[] {
  if (typeof type === "string") return [type];
  return Array.isArray(type) ? type.filter((each) => typeof each === "string") : [];
}

export function same(first: unknown, second: unknown): boolean {
  return writeJson(first) === writeJson(second);
}
