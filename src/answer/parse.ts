import { readBare, bareValue } from "./bare.ts";
import type { Place } from "./follow.ts";
import { readQuoted } from "./quoted.ts";
import {
  closeContainer,
  endsInProse,
  isBracket,
  isFenceEnd,
  noteComma,
  reopens,
  skipEllipsis,
  skipGlued,
  takeColon,
} from "./marks.ts";
import { regroup, splitRepeats } from "./regroup.ts";
import {
  blankEnd,
  edit,
  isCloser,
  isQuote,
  newCursor,
  quotedKeyAt,
  skipBlank,
  type Cursor,
} from "./scan.ts";
import type { ArrayNode, Node, ObjectNode, TextNode } from "./tree.ts";

/** Deeper than this is no answer; it also bounds the recursion. */
const MAX_DEPTH = 256;

/**
 * Reads one value, however broken, at the cursor. Null when nothing that could be one stands there.
 */
export function parseValue(c: Cursor, place: Place): Node | null {
  skipBlank(c);
  const char = c.text[c.at];
  if (c.at >= c.end || char === undefined || c.failed) return null;
  if (c.stack.length >= MAX_DEPTH) {
    c.failed = true;
    return null;
  }
  if (char === "{") return parseObject(c);
  if (char === "[") return parseArray(c, "[");
  if (char === "(") return parseArray(c, "(");
  if (isQuote(char)) return parseString(c, place);
  if (isCloser(char) || char === ",") return null;
  if (isEscapedQuote(c)) {
    c.failed = true;
    return null;
  }
  return parseCall(c, place) ?? readBare(c, place);
}

/** Escaped as a whole: what is behind the escapes is read in its own right. */
function isEscapedQuote(c: Cursor): boolean {
  return c.text[c.at] === "\\" && isQuote(c.text[c.at + 1]);
}

function parseObject(c: Cursor): ObjectNode {
  const node = newObject(c);
  c.at++;
  c.stack.push("{");
  parseMembers(c, node);
  return node;
}

function newObject(c: Cursor): ObjectNode {
  const edits = c.edits.length;
  return {
    kind: "object",
    members: [],
    bare: [],
    start: c.at,
    end: c.at,
    editFrom: edits,
    editTo: edits,
    open: false,
  };
}

/**
 * Reads members up to and with the closing brace, which may be missing or come too early. The brace
 * is on the stack.
 */
function parseMembers(c: Cursor, node: ObjectNode): void {
  for (;;) {
    parseUntilClosed(c, node);
    c.stack.pop();
    finish(c, node);
    if (c.failed || !reopens(c)) return;
    edit(c, "early-close", node.end - 1, node.end, "");
    c.stack.push("{");
    node.open = false;
  }
}

function parseUntilClosed(c: Cursor, node: ObjectNode): void {
  let isSeparated = true;
  while (!c.failed) {
    skipBlank(c);
    const char = c.text[c.at];
    if (c.at >= c.end || char === undefined || isFenceEnd(c, char)) {
      node.open = true;
      if (!c.partial) edit(c, "missing-closer", c.at, c.at, "}");
      return;
    }
    if (isCloser(char)) {
      if (closeContainer(c, char, "}")) return;
    } else if (char === "," || char === ";") {
      noteComma(c, isSeparated, "}");
      isSeparated = true;
    } else if (skipEllipsis(c)) {
      isSeparated = true;
    } else if (char === "{" && c.stack.at(-2) === "[") {
      edit(c, "missing-closer", c.at, c.at, "}");
      return;
    } else if (char === "{" && c.text[c.at - 1] === "{" && node.members.length === 0) {
      edit(c, "doubled-opener", c.at, c.at + 1, "");
      c.at++;
    } else if (isSeparated || !skipGlued(c)) {
      if (!isSeparated) edit(c, "missing-comma", c.at, c.at, ",");
      parseMember(c, node);
      isSeparated = false;
    }
  }
}

function finish(c: Cursor, node: Node): void {
  node.end = c.at;
  node.editTo = c.edits.length;
}

function parseMember(c: Cursor, node: ObjectNode): void {
  const from = c.at;
  const char = c.text[from] ?? "";
  if (char === "[" || char === "{" || char === "(") return parseLoose(c, node);
  if (isEscapedQuote(c)) {
    c.failed = true;
    return;
  }
  if (char === ":") {
    c.at++;
    parseValue(c, "value");
    edit(c, "orphan-value", from, c.at, "");
    return;
  }
  const noise =
    char === '"' ? /^"{4,6}(?=\s)/.exec(c.text.slice(from, Math.min(c.end, from + 7))) : null;
  if (noise) {
    edit(c, "stray-quote", from, from + noise[0].length, "");
    c.at += noise[0].length;
    return;
  }
  const key = isQuote(char) ? readQuoted(c, "key") : readBare(c, "key");
  skipBlank(c);
  if (c.at >= c.end && c.partial) return;
  if (c.at >= c.end && key.quoted && node.bare.length === 0) {
    edit(c, "truncated", from, c.at, "");
    return;
  }
  if (!takeColon(c, key)) {
    if (!key.quoted && endsInProse(c, from)) return;
    if (key.text !== "") node.bare.push(key);
    return;
  }
  if (!key.quoted) edit(c, "bare-key", key.start, key.end, key.text);
  parseMemberValue(c, node, key, from);
}

/** What stands in an object without a key: more of the list before it, or something left over. */
function parseLoose(c: Cursor, node: ObjectNode): void {
  const from = c.at;
  const value = parseValue(c, "value");
  if (!value) return;
  const last = node.members.at(-1)?.value;
  if (value.kind === "array" && last?.kind === "array") {
    edit(c, "merged-list", from, from + 1, "");
    if (last.items[0]?.kind === "array") {
      regroup(last);
      last.items.push(value);
    } else last.items.push(...value.items);
    last.end = value.end;
  } else node.bare.push(value);
}

function parseMemberValue(c: Cursor, node: ObjectNode, key: TextNode, keyStart: number): void {
  skipBlank(c);
  const char = c.text[c.at];
  if (c.at >= c.end && !c.partial) edit(c, "truncated", keyStart, c.at, "");
  if (c.at >= c.end) return;
  if (char === "," || isCloser(char)) {
    edit(c, "missing-value", c.at, c.at, "null");
    const at = c.edits.length;
    const empty: TextNode = {
      kind: "text",
      quoted: false,
      text: "null",
      start: c.at,
      end: c.at,
      editFrom: at,
      editTo: at,
      open: false,
    };
    node.members.push({ key: key.text, keyStart, value: empty });
    return;
  }
  const isOpened = !isBracket(char) && quotedKeyAt(c, c.at);
  const value = isOpened ? parseOpened(c) : parseValue(c, "value");
  if (value) node.members.push({ key: key.text, keyStart, value });
}

function parseArray(c: Cursor, opener: "[" | "("): Node {
  const own = opener === "[" ? "]" : ")";
  const edits = c.edits.length;
  const start = c.at;
  const node: ArrayNode = {
    kind: "array",
    items: [],
    start,
    end: start,
    editFrom: edits,
    editTo: edits,
    open: false,
  };
  c.at++;
  c.stack.push(opener);
  let isSeparated = true;
  let commas = 0;
  while (!c.failed) {
    skipBlank(c);
    const char = c.text[c.at];
    if (c.at >= c.end || char === undefined || (!isSeparated && isFenceEnd(c, char))) {
      node.open = true;
      if (!c.partial) edit(c, "missing-closer", c.at, c.at, own);
      break;
    }
    if (isCloser(char)) {
      if (closeContainer(c, char, own)) break;
    } else if (char === "," || char === ";") {
      noteComma(c, isSeparated, own);
      isSeparated = true;
      commas++;
    } else if (skipEllipsis(c)) isSeparated = true;
    else if (leavesArray(c, node)) {
      edit(c, "missing-closer", c.at, c.at, own);
      break;
    } else if (isSeparated || !skipGlued(c)) {
      if (!isSeparated) edit(c, "missing-comma", c.at, c.at, ",");
      parseItem(c, node);
      isSeparated = false;
    }
  }
  c.stack.pop();
  if (opener === "(") edit(c, "parentheses", start, start + 1, commas > 0 ? "[" : "");
  finish(c, node);
  const only = node.items[0];
  return opener === "(" && commas === 0 && node.items.length === 1 && only ? only : node;
}

/**
 * A key in a list of no objects, inside an object: the list was not closed, and the object goes on.
 */
function leavesArray(c: Cursor, node: ArrayNode): boolean {
  if (c.stack.at(-2) !== "{" || node.items.length === 0 || isBracket(c.text[c.at])) return false;
  return quotedKeyAt(c, c.at) && node.items.every((item) => item.kind !== "object");
}

function parseItem(c: Cursor, node: ArrayNode): void {
  const from = c.at;
  if (!isBracket(c.text[from]) && quotedKeyAt(c, from)) {
    node.items.push(parseOpened(c));
    return;
  }
  const item = parseValue(c, "item");
  if (item) {
    if (item.kind === "text" && !item.quoted && item.text === "") return;
    node.items.push(...splitRepeats(c, item));
  }
  if (c.at === from && !c.failed) {
    edit(c, "skipped-text", from, from + 1, "");
    c.at++;
  }
}

/** `"key": …` where an object should begin: its opening brace is missing. */
export function parseOpened(c: Cursor): ObjectNode {
  const node = newObject(c);
  edit(c, "missing-opener", c.at, c.at, "{");
  c.stack.push("{");
  parseMembers(c, node);
  return node;
}

function parseString(c: Cursor, place: Place): Node {
  const first = readQuoted(c, place);
  if (place === "key") return first;
  const fenced = first.text.startsWith("```") ? parseFenced(c, first) : null;
  return fenced ?? concatenated(c, first, place);
}

/** A string that is one fenced block of JSON, its quotes not escaped. */
function parseFenced(c: Cursor, node: TextNode): Node | null {
  const source = c.text.slice(node.start, node.end);
  const open = /^["'“]```json\s*/i.exec(source);
  if (
    !open ||
    !/```\s*["'”]$/.test(source) ||
    !c.edits.slice(node.editFrom).some((e) => e.rule === "inner-quote")
  )
    return null;
  const inner = newCursor(c.text, node.start + open[0].length, node.end - 4, false);
  const value = parseValue(inner, "top");
  if (!value || value.kind === "text") return null;
  c.edits.length = node.editFrom;
  edit(c, "text-to-json", node.start, node.end, "");
  value.editFrom = node.editFrom;
  value.editTo = c.edits.length;
  return value;
}

/** `"a" + "b"`. */
function concatenated(c: Cursor, first: TextNode, place: Place): TextNode {
  let text = first.text;
  let last = first;
  for (;;) {
    const plus = blankEnd(c, c.at);
    if (plus >= c.end || c.text[plus] !== "+") break;
    const next = blankEnd(c, plus + 1);
    if (!isQuote(c.text[next]) || next >= c.end) {
      if (next < c.end) break;
      edit(c, "truncated", plus, c.end, "");
      c.at = c.end;
      break;
    }
    edit(c, "string-concat", plus, next, "");
    c.at = next;
    last = readQuoted(c, place);
    text += last.text;
  }
  return last === first
    ? first
    : { ...first, text, end: last.end, editTo: c.edits.length, open: last.open };
}

/** `callback({…})`, `ObjectId("…")`: a call around one value is taken off. */
function parseCall(c: Cursor, place: Place): Node | null {
  if (place !== "top" && !/[A-Zn]/.test(c.text[c.at] ?? "")) return null;
  const name = (
    place === "top" ? /^[\p{L}_$][\w$.]{0,80}\s*\(/u : /^(?:new )?[A-Z][\w$]{1,40}\(/
  ).exec(c.text.slice(c.at, Math.min(c.end, c.at + 100)));
  if (!name) return null;
  const before = { at: c.at, edits: c.edits.length };
  c.at += name[0].length;
  c.stack.push("(");
  const value = parseValue(c, "item");
  c.stack.pop();
  const close = blankEnd(c, c.at);
  const isValue =
    value && (value.kind !== "text" || value.quoted || bareValue(value.text) !== undefined);
  if (
    isValue &&
    (close >= c.end || c.text[close] === ")") &&
    !(close >= c.end && place !== "top")
  ) {
    edit(c, "call-wrapper", before.at, before.at + name[0].length, "");
    c.at = Math.min(c.end, close + 1);
    if (place === "top" && c.text[blankEnd(c, c.at)] === ";") c.at = blankEnd(c, c.at) + 1;
    return value;
  }
  c.at = before.at;
  c.edits.length = before.edits;
  return null;
}
