import { isObject, writeJson } from "../core/json.ts";

/** `{{path}}` text, parsed once. A part is literal text or a path with its place in the file. */
export interface Template {
  readonly text: string;
  readonly parts: readonly (string | TemplatePath)[];
}

export interface TemplatePath {
  /** `["input", "items", "0"]` */
  readonly path: readonly string[];
  /** Offset of the opening braces in the template's text. */
  readonly offset: number;
}

const TOKEN =
  /\{\{[ \t]*([A-Za-z_][A-Za-z0-9_]*(?:\.(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+))*)[ \t]*\}\}/g;

export function parseTemplate(text: string): Template {
  const parts: (string | TemplatePath)[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({ path: (match[1] ?? "").split("."), offset: match.index });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return { text, parts };
}

/**
 * One pass: braces inside a value stay as they are. A path that is not there renders as nothing.
 */
export function renderTemplate(
  template: Template,
  values: Readonly<Record<string, unknown>>,
): string {
  let out = "";
  for (const part of template.parts)
    out += typeof part === "string" ? part : renderValue(lookUp(values, part.path));
  return out;
}

/**
 * The value at a path; undefined where there is none. Only own properties and array elements count.
 */
export function lookUp(values: unknown, path: readonly string[]): unknown {
  let value: unknown = values;
  for (const key of path) {
    if (Array.isArray(value)) value = /^[0-9]+$/.test(key) ? value[Number(key)] : undefined;
    else if (isObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

/** The path of a text that is exactly one `{{path}}`; null for any other value. */
export function onlyPath(text: unknown): readonly string[] | null {
  if (typeof text !== "string") return null;
  const { parts } = parseTemplate(text);
  const [only] = parts;
  return parts.length === 1 && only !== undefined && typeof only !== "string" ? only.path : null;
}

/** How a value stands in a text: strings raw, null nothing, the rest as JSON with `, ` and `: `. */
export function renderValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  return spacedJson(value);
}

/** JSON on one line with a space after commas and colons; characters unescaped. */
function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(", ")}]`;
  if (!isObject(value)) return writeJson(value);
  const members: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${writeJson(key)}: ${spacedJson(member)}`);
  }
  return `{${members.join(", ")}}`;
}
