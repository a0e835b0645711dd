import type { Random } from "./random.ts";

/** How somebody writes JSON who doesn't mind its rules. What is null is as JSON has it. */
export interface Style {
  readonly indent: number;
  /** The quotes of strings, opening and closing. */
  readonly quotes: readonly [string, string] | null;
  readonly keyQuotes: readonly [string, string] | null;
  /** Keys that are plain words stand without quotes. */
  readonly bareKeys: boolean;
  /** Values that are plain words stand without quotes. */
  readonly bareText: boolean;
  readonly literals: {
    readonly true: string;
    readonly false: string;
    readonly null: string;
  } | null;
  readonly number: ((value: number | bigint, random: Random) => string) | null;
  /** What stands in place of a comma, site by site. */
  readonly comma: ((random: Random) => string) | null;
  readonly colon: ((random: Random) => string) | null;
  /** What stands before a closing bracket that something precedes. */
  readonly beforeCloser: ((random: Random) => string) | null;
  /** What stands in place of a closing bracket. */
  readonly closer: ((own: string, depth: number, random: Random) => string) | null;
  /** What stands in place of an opening bracket. */
  readonly opener: ((own: string, depth: number, random: Random) => string) | null;
  readonly comment: ((random: Random) => string) | null;
  /** Writes a string and its quotes; null leaves it to the quotes. */
  readonly text: ((value: string, random: Random) => string | null) | null;
  /** What stands behind a string's closing quote. */
  readonly afterText: ((random: Random) => string) | null;
  /** A member that stands a second time, before or behind its own. */
  readonly again: ((member: string, random: Random) => string) | null;
}

export const JSON_STYLE: Style = {
  indent: 0,
  quotes: null,
  keyQuotes: null,
  bareKeys: false,
  bareText: false,
  literals: null,
  number: null,
  comma: null,
  colon: null,
  beforeCloser: null,
  closer: null,
  opener: null,
  comment: null,
  text: null,
  afterText: null,
  again: null,
};

export function writeJson(value: unknown, style: Style, random: Random): string {
  return writeAt(value, 0, { style, random });
}

interface Writing {
  readonly style: Style;
  readonly random: Random;
}

function writeAt(value: unknown, depth: number, writing: Writing): string {
  const { style, random } = writing;
  if (value === null) return style.literals?.null ?? "null";
  if (typeof value === "boolean") {
    return style.literals?.[value ? "true" : "false"] ?? String(value);
  }
  if (typeof value === "number" || typeof value === "bigint")
    return style.number?.(value, random) ?? String(value);
  if (typeof value === "string") return writeText(value, writing);
  if (Array.isArray(value)) {
    return bracketed(
      "[",
      "]",
      value.map((item) => writeAt(item, depth + 1, writing)),
      depth,
      writing,
    );
  }
  const members = Object.entries(value as object).map(([key, item]) => {
    const member = `${writeKey(key, writing)}${style.colon?.(random) ?? ": "}${writeAt(item, depth + 1, writing)}`;
    return style.again?.(member, random) ?? member;
  });
  return bracketed("{", "}", members, depth, writing);
}

function bracketed(
  opener: string,
  closer: string,
  parts: readonly string[],
  depth: number,
  { style, random }: Writing,
): string {
  const open = style.opener?.(opener, depth, random) ?? opener;
  const close = style.closer?.(closer, depth, random) ?? closer;
  if (parts.length === 0) return `${open}${close}`;
  const line = style.indent > 0 ? `\n${" ".repeat(style.indent * (depth + 1))}` : "";
  const last = style.indent > 0 ? `\n${" ".repeat(style.indent * depth)}` : "";
  let text = open;
  for (const [index, part] of parts.entries()) {
    const comma = index === 0 ? "" : commaBetween(parts[index - 1], part, { style, random });
    const comment = style.comment?.(random) ?? "";
    text += `${comma}${line === "" && index > 0 ? " " : line}${comment}${part}`;
  }
  return `${text}${style.beforeCloser?.(random) ?? ""}${last}${close}`;
}

/** Words beside words are one text where nothing stands between them. */
function commaBetween(
  before: string | undefined,
  part: string,
  { style, random }: Writing,
): string {
  const drawn = style.comma?.(random) ?? ",";
  return drawn.trim() === "" && isBare(before) && isBare(part) ? "," : drawn;
}

function isBare(part: string | undefined): boolean {
  return part !== undefined && BARE_TEXT.test(part);
}

const BARE_KEY = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const BARE_TEXT = /^\p{L}+(?: \p{L}+)*$/u;
/** Words that mean something else where they stand without quotes. */
const LITERAL = /^(?:true|false|null|none|yes|no|on|off|undefined)\b/i;

function writeKey(key: string, { style }: Writing): string {
  if (style.bareKeys && BARE_KEY.test(key)) return key;
  return quoted(key, style.keyQuotes);
}

function writeText(value: string, { style, random }: Writing): string {
  const own = style.text?.(value, random) ?? null;
  if (own !== null) return own;
  if (style.bareText && BARE_TEXT.test(value) && !LITERAL.test(value)) return value;
  return `${quoted(value, style.quotes)}${style.afterText?.(random) ?? ""}`;
}

/** In other quotes where the text holds none of them. */
function quoted(text: string, quotes: readonly [string, string] | null): string {
  if (quotes === null || /[\\"'`´‘’“”„«»「」\n\t]/.test(text)) return JSON.stringify(text);
  return `${quotes[0]}${text}${quotes[1]}`;
}
