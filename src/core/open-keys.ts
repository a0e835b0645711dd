import {
  ALTERNATIVES,
  HEADER_MIDDLE,
  HEADER_NAME,
  HEADERS,
  JWT,
  PARAMETERS,
  PREFIXES,
  QUERY_VALUE,
  SCHEME,
  STOP,
} from "./key-patterns.ts";

const PARTIAL_PREFIXES = new Set([...PREFIXES, JWT].flatMap((prefix) => beginnings(prefix)));
const PARTIAL_NAMES = new Set([...HEADERS, "bearer", "basic"].flatMap((name) => beginnings(name)));
const PARTIAL_PARAMETERS = new Set(PARAMETERS.flatMap((name) => beginnings(name)));
const LONGEST_NAME = 24;

const FIRST_TOKEN = new RegExp(`\\b(?:${ALTERNATIVES}|${JWT})`);
const BEARER_OPEN = /\b(?:bearer|basic)(?: {1,4}[\w.~+/=-]*)?$/i;
const HEADER_OPEN = new RegExp(
  `(?:^|[${STOP}])${HEADER_NAME}(?:\\\\{0,3}["']?\\s{0,4}|${HEADER_MIDDLE}(?:${SCHEME} {0,4})?|${HEADER_MIDDLE}(?:${SCHEME} {1,4})?[^${STOP}]*)$`,
  "i",
);
const QUERY_OPEN = new RegExp(`^(?:${PARAMETERS.join("|")})=${QUERY_VALUE}*$`, "i");

/**
 * Where a key may have begun that the text does not end: what stands before can't change by anything that follows.
 * The text's length when nothing is open.
 */
export function openKey(text: string): number {
  const found = [openToken(text), openName(text), openQuery(text), openUserinfo(text)];
  return Math.min(text.length, ...found.filter((at) => at !== -1));
}

function openToken(text: string): number {
  let start = text.length;
  while (start > 0 && /[\w.-]/.test(text.charAt(start - 1))) start--;
  const run = text.slice(start);
  const first = FIRST_TOKEN.exec(run);
  if (first) return start + first.index;
  return openWord(text, PARTIAL_PREFIXES, (part) => part);
}

function openName(text: string): number {
  const found = [HEADER_OPEN.exec(text)?.index ?? -1, BEARER_OPEN.exec(text)?.index ?? -1].filter((at) => at !== -1);
  if (found.length > 0) return Math.min(...found);
  return openWord(text, PARTIAL_NAMES, (part) => part.toLowerCase());
}

/** Where the text ends in the beginning of a word of the set that stands on its own. */
function openWord(text: string, parts: ReadonlySet<string>, fold: (part: string) => string): number {
  for (let length = Math.min(LONGEST_NAME, text.length); length > 0; length--) {
    const start = text.length - length;
    const alone = start === 0 || /\W/.test(text.charAt(start - 1));
    if (alone && parts.has(fold(text.slice(start)))) return start;
  }
  return -1;
}

function openQuery(text: string): number {
  const start = Math.max(text.lastIndexOf("?"), text.lastIndexOf("&"), text.lastIndexOf(";"));
  if (start === -1) return -1;
  const rest = text.slice(start + 1);
  return rest === "" || PARTIAL_PARAMETERS.has(rest.toLowerCase()) || QUERY_OPEN.test(rest) ? start : -1;
}

function openUserinfo(text: string): number {
  const start = text.lastIndexOf("://");
  if (start !== -1 && !/[\s/?#"'`<>\\]/.test(text.slice(start + 3))) return start;
  return text.endsWith(":/") ? text.length - 2 : text.endsWith(":") ? text.length - 1 : -1;
}

function beginnings(word: string): string[] {
  return Array.from({ length: word.length }, (_, index) => word.slice(0, index + 1));
}
