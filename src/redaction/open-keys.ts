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

/**
 * Tells of a text where a key may have begun that the text does not end: what stands before can't
 * change by anything that follows. The text's length when nothing is open. Made when the first
 * stream is: most processes never need it.
 */
export function createOpenKey(): (text: string) => number {
  const token = openToken();
  const name = openName();
  const query = openQuery();
  return (text) => {
    const found = [token(text), name(text), query(text), openUserinfo(text)];
    return Math.min(text.length, ...found.filter((at) => at !== -1));
  };
}

function openToken(): (text: string) => number {
  const whole = new RegExp(`\\b(?:${ALTERNATIVES}|${JWT})`);
  const parts = beginnings([...PREFIXES, JWT]);
  return (text) => {
    let start = text.length;
    while (start > 0 && /[\w.-]/.test(text.charAt(start - 1))) start--;
    const first = whole.exec(text.slice(start));
    return first ? start + first.index : openWord(text, parts, (part) => part);
  };
}

function openName(): (text: string) => number {
  const bearer = /\b(?:bearer|basic)(?: {1,4}[\w.~+/=-]*)?$/i;
  const rest = [
    `\\\\{0,3}["']?\\s{0,4}`,
    `${HEADER_MIDDLE}(?:${SCHEME} {0,4})?`,
    `${HEADER_MIDDLE}(?:${SCHEME} {1,4})?[^${STOP}]*`,
  ].join("|");
  const header = new RegExp(`(?:^|[${STOP}])${HEADER_NAME}(?:${rest})$`, "i");
  const parts = beginnings([...HEADERS, "bearer", "basic"]);
  return (text) => {
    const found = [header.exec(text), bearer.exec(text)].flatMap((match) =>
      match ? [match.index] : [],
    );
    return found.length > 0
      ? Math.min(...found)
      : openWord(text, parts, (part) => part.toLowerCase());
  };
}

const LONGEST_WORD = 24;

/** Where the text ends in the beginning of a word of the set that stands on its own. */
function openWord(
  text: string,
  parts: ReadonlySet<string>,
  fold: (part: string) => string,
): number {
  for (let length = Math.min(LONGEST_WORD, text.length); length > 0; length--) {
    const start = text.length - length;
    const alone = start === 0 || /\W/.test(text.charAt(start - 1));
    if (alone && parts.has(fold(text.slice(start)))) return start;
  }
  return -1;
}

function openQuery(): (text: string) => number {
  const pair = new RegExp(`^(?:${PARAMETERS.join("|")})=${QUERY_VALUE}*$`, "i");
  const parts = beginnings(PARAMETERS);
  return (text) => {
    const start = Math.max(text.lastIndexOf("?"), text.lastIndexOf("&"), text.lastIndexOf(";"));
    if (start === -1) return -1;
    const rest = text.slice(start + 1);
    return rest === "" || parts.has(rest.toLowerCase()) || pair.test(rest) ? start : -1;
  };
}

function openUserinfo(text: string): number {
  const start = text.lastIndexOf("://");
  if (start !== -1 && !/[\s/?#"'`<>\\]/.test(text.slice(start + 3))) return start;
  return text.endsWith(":/") ? text.length - 2 : text.endsWith(":") ? text.length - 1 : -1;
}

function beginnings(words: readonly string[]): Set<string> {
  return new Set(
    words.flatMap((word) =>
      Array.from({ length: word.length }, (_, index) => word.slice(0, index + 1)),
    ),
  );
}
