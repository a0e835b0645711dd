import { readBare } from "./bare.ts";
import { parseCall } from "./called.ts";
import { concatenated } from "./concatenated.ts";
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
  skipNoise,
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
  symbolKeyAt,
  type Cursor,
} from "./scan.ts";
import type { ArrayNode, Node, ObjectNode, TextNode } from "./tree.ts";

/** Deeper than this is no answer; it also bounds the recursion. */
const MAX_DEPTH = 256;

/**
 * Reads one value, however broken, at the cursor. Null when nothing that could be one stands there.
 */
export function parseValue(cursor: Cursor, place: Place): Node | null {
  skipBlank(cursor);
  const char = cursor.text[cursor.at];
  if (cursor.at >= cursor.end || char === undefined || cursor.failed) return null;
  if (cursor.stack.length >= MAX_DEPTH) {
    cursor.failed = true;
    return null;
  }
  if (char === "{") return parseObject(cursor);
  if (char === "[") return parseArray(cursor, "[");
  if (char === "(") return parseArray(cursor, "(");
  if (isQuote(char)) return parseString(cursor, place);
  if (isCloser(char) || char === ",") return null;
  if (isEscapedQuote(cursor)) {
    cursor.failed = true;
    return null;
  }
  return parseCall(cursor, place, parseValue) ?? readBare(cursor, place);
}

/** Escaped as a whole: what is behind the escapes is read in its own right. */
function isEscapedQuote(cursor: Cursor): boolean {
  if (cursor.text[cursor.at] !== "\\") return false;
  const next = cursor.text[cursor.at + 1];
  return isQuote(next) || (cursor.stack.length > 0 && (next === "n" || next === "r"));
}

function parseObject(cursor: Cursor): ObjectNode {
  const node = newObject(cursor);
  cursor.at++;
  cursor.stack.push("{");
  parseMembers(cursor, node);
  return node;
}

function newObject(cursor: Cursor): ObjectNode {
  const edits = cursor.edits.length;
  return {
    kind: "object",
    members: [],
    bare: [],
    start: cursor.at,
    end: cursor.at,
    editFrom: edits,
    editTo: edits,
    open: false,
  };
}

/**
 * Reads members up to and with the closing brace, which may be missing or come too early. The brace
 * is on the stack.
 */
function parseMembers(cursor: Cursor, node: ObjectNode): void {
  for (;;) {
    parseUntilClosed(cursor, node);
    cursor.stack.pop();
    finish(cursor, node);
    if (cursor.failed || !reopens(cursor, node)) return;
    edit(cursor, "early-close", node.end - 1, node.end, "");
    cursor.stack.push("{");
    node.open = false;
  }
}

function parseUntilClosed(cursor: Cursor, node: ObjectNode): void {
  let isSeparated = true;
  while (!cursor.failed) {
    skipBlank(cursor);
    const char = cursor.text[cursor.at];
    if (cursor.at >= cursor.end || char === undefined || isFenceEnd(cursor, char)) {
      node.open = true;
      if (!cursor.partial) edit(cursor, "missing-closer", cursor.at, cursor.at, "}");
      return;
    }
    if (isCloser(char)) {
      if (closeContainer(cursor, char, "}")) return;
    } else if (char === "," || char === ";") {
      noteComma(cursor, isSeparated, "}");
      isSeparated = true;
    } else if (skipEllipsis(cursor)) {
      isSeparated = true;
    } else if (isDoubledBrace(cursor, node)) {
      edit(cursor, "doubled-opener", cursor.at, cursor.at + 1, "");
      cursor.at++;
    } else if (char === "{" && cursor.stack.at(-2) === "[") {
      edit(cursor, "missing-closer", cursor.at, cursor.at, "}");
      return;
    } else if (isSeparated || !skipGlued(cursor)) {
      if (!isSeparated) edit(cursor, "missing-comma", cursor.at, cursor.at, ",");
      parseMember(cursor, node);
      isSeparated = false;
    }
  }
}

/** `{{"a": 1}`. */
function isDoubledBrace(cursor: Cursor, node: ObjectNode): boolean {
  if (!cursor.text.startsWith("{{", cursor.at - 1) || node.members.length > 0) return false;
  const inList = cursor.stack.at(-2) === "[";
  return !inList || !isCloser(cursor.text[blankEnd(cursor, cursor.at + 1)]);
}

function finish(cursor: Cursor, node: Node): void {
  node.end = cursor.at;
  node.editTo = cursor.edits.length;
}

function parseMember(cursor: Cursor, node: ObjectNode): void {
  const from = cursor.at;
  const char = cursor.text[from] ?? "";
  if (char === "[" || char === "{" || char === "(") return parseLoose(cursor, node);
  if (isEscapedQuote(cursor) || cursor.text.startsWith("```", from)) {
    cursor.failed = true;
    return;
  }
  if (char === ":" && symbolKeyAt(cursor, from)) cursor.at++;
  else if (char === ":") {
    cursor.at++;
    parseValue(cursor, "value");
    edit(cursor, "orphan-value", from, cursor.at, "");
    return;
  }
  if (skipNoise(cursor)) return;
  const key = parseKey(cursor, node);
  if (key) parseMemberValue(cursor, node, key, from);
}

/** A key and its colon. Null where what stands there is no key: it is in `bare` then, or noted. */
function parseKey(cursor: Cursor, node: ObjectNode): TextNode | null {
  const from = cursor.at;
  const char = cursor.text[from] ?? "";
  const key = isQuote(char) ? readQuoted(cursor, "key") : readBare(cursor, "key");
  // Backticks are no key: a fence stands where the object's members should.
  if (key.quoted && key.text === "" && char === "`") cursor.failed = true;
  skipBlank(cursor);
  if (cursor.at >= cursor.end && cursor.partial) return null;
  if (cursor.at >= cursor.end && key.quoted && node.bare.length === 0) {
    edit(cursor, "truncated", from, cursor.at, "");
    return null;
  }
  if (!takeColon(cursor, key)) {
    if (!key.quoted && endsInProse(cursor, from)) return null;
    if (key.text !== "") node.bare.push(key);
    return null;
  }
  if (!key.quoted) {
    // A quote at its end: the one in front of it is missing.
    if (isQuote(key.text.at(-1))) edit(cursor, "missing-quote", key.start, key.start, '"');
    edit(cursor, "bare-key", key.start, key.end, key.text);
    cursor.hasBareKeys = true;
  }
  return key;
}

/** A sign whose digits may still come. */
function isCutSign(cursor: Cursor, node: Node): boolean {
  return (
    cursor.partial && node.kind === "text" && !node.quoted && node.open && /^[-+−]$/.test(node.text)
  );
}

/** What stands in an object without a key: more of the list before it, or something left over. */
function parseLoose(cursor: Cursor, node: ObjectNode): void {
  const from = cursor.at;
  const value = parseValue(cursor, "value");
  if (!value) return;
  const last = node.members.at(-1)?.value;
  if (value.kind === "array" && last?.kind === "array") {
    edit(cursor, "merged-list", from, from + 1, "");
    if (last.items[0]?.kind === "array") {
      regroup(last);
      last.items.push(value);
    } else last.items.push(...value.items);
    last.end = value.end;
  } else if (isOneMore(last, value)) {
    edit(cursor, "early-close", last.end - 1, last.end, "");
    last.items.push(value);
    last.end = value.end;
  } else node.bare.push(value);
}

/** `[{"a": 1}], {"a": 2}`: one more item of a list that was closed too early. */
function isOneMore(last: Node | undefined, value: Node): last is ArrayNode {
  if (last?.kind !== "array" || value.kind !== "object") return false;
  const [first] = value.members;
  const item = last.items.at(-1);
  return first !== undefined && item?.kind === "object" && item.members[0]?.key === first.key;
}

function parseMemberValue(cursor: Cursor, node: ObjectNode, key: TextNode, keyStart: number): void {
  skipBlank(cursor);
  const char = cursor.text[cursor.at];
  if (cursor.at >= cursor.end && !cursor.partial)
    edit(cursor, "truncated", keyStart, cursor.at, "");
  if (cursor.at >= cursor.end) return;
  if (char === "," || isCloser(char)) {
    if (cursor.partial) return;
    edit(cursor, "missing-value", cursor.at, cursor.at, "null");
    const at = cursor.edits.length;
    const empty: TextNode = {
      kind: "text",
      quoted: false,
      text: "null",
      start: cursor.at,
      end: cursor.at,
      editFrom: at,
      editTo: at,
      open: false,
    };
    node.members.push({ key: key.text, keyStart, value: empty });
    return;
  }
  const isOpened = !isBracket(char) && quotedKeyAt(cursor, cursor.at);
  const value = isOpened ? parseOpened(cursor) : parseValue(cursor, "value");
  if (value && !isCutSign(cursor, value)) node.members.push({ key: key.text, keyStart, value });
}

function parseArray(cursor: Cursor, opener: "[" | "("): Node {
  const edits = cursor.edits.length;
  const start = cursor.at;
  const node: ArrayNode = {
    kind: "array",
    items: [],
    start,
    end: start,
    editFrom: edits,
    editTo: edits,
    open: false,
  };
  cursor.at++;
  cursor.stack.push(opener);
  const commas = parseItems(cursor, node, opener === "[" ? "]" : ")");
  cursor.stack.pop();
  if (opener === "(") edit(cursor, "parentheses", start, start + 1, commas > 0 ? "[" : "");
  finish(cursor, node);
  const only = node.items[0];
  return opener === "(" && commas === 0 && node.items.length === 1 && only ? only : node;
}

/** Reads items up to and with the closing bracket, which may be missing. Gives how many commas. */
function parseItems(cursor: Cursor, node: ArrayNode, own: "]" | ")"): number {
  let isSeparated = true;
  let commas = 0;
  while (!cursor.failed) {
    skipBlank(cursor);
    const char = cursor.text[cursor.at];
    if (endsList(cursor, char, isSeparated)) {
      node.open = true;
      if (!cursor.partial) edit(cursor, "missing-closer", cursor.at, cursor.at, own);
      break;
    }
    if (isCloser(char)) {
      if (closeContainer(cursor, char ?? own, own)) break;
    } else if (char === "," || char === ";") {
      noteComma(cursor, isSeparated, own);
      isSeparated = true;
      commas++;
    } else if (skipEllipsis(cursor)) isSeparated = true;
    else if (leavesArray(cursor, node, commas)) {
      edit(cursor, "missing-closer", cursor.at, cursor.at, own);
      break;
    } else if (isSeparated || !skipGlued(cursor)) {
      if (!isSeparated) edit(cursor, "missing-comma", cursor.at, cursor.at, ",");
      parseItem(cursor, node);
      isSeparated = false;
    }
  }
  return commas;
}

/** The text ends, or the fence around it does. */
function endsList(cursor: Cursor, char: string | undefined, isSeparated: boolean): boolean {
  if (cursor.at >= cursor.end || char === undefined) return true;
  return !isSeparated && isFenceEnd(cursor, char);
}

/**
 * A key in a list of no objects, inside an object: the list was not closed, and the object goes on.
 */
function leavesArray(cursor: Cursor, node: ArrayNode, commas: number): boolean {
  const isEmpty = node.items.length === 0 && commas === 0;
  if (cursor.stack.at(-2) !== "{" || isEmpty || isBracket(cursor.text[cursor.at])) return false;
  return quotedKeyAt(cursor, cursor.at) && node.items.every((item) => item.kind !== "object");
}

function parseItem(cursor: Cursor, node: ArrayNode): void {
  const from = cursor.at;
  if (!isBracket(cursor.text[from]) && quotedKeyAt(cursor, from)) {
    node.items.push(parseOpened(cursor));
    return;
  }
  const item = parseValue(cursor, "item");
  if (item) {
    if (item.kind === "text" && !item.quoted && item.text === "") return;
    if (isCutSign(cursor, item)) return;
    node.items.push(...splitRepeats(cursor, item));
  }
  if (cursor.at === from && !cursor.failed) {
    edit(cursor, "skipped-text", from, from + 1, "");
    cursor.at++;
  }
}

/** `"key": …` where an object should begin: its opening brace is missing. */
export function parseOpened(cursor: Cursor): ObjectNode {
  const node = newObject(cursor);
  if (cursor.stack.length >= MAX_DEPTH) {
    cursor.failed = true;
    return node;
  }
  edit(cursor, "missing-opener", cursor.at, cursor.at, "{");
  cursor.stack.push("{");
  parseMembers(cursor, node);
  return node;
}

function parseString(cursor: Cursor, place: Place): Node {
  const first = readQuoted(cursor, place);
  if (place === "key") return first;
  const fenced = first.text.startsWith("```") ? parseFenced(cursor, first) : null;
  return fenced ?? concatenated(cursor, first, place);
}

/** A string that is one fenced block of JSON, its quotes not escaped. */
function parseFenced(cursor: Cursor, node: TextNode): Node | null {
  const source = cursor.text.slice(node.start, node.end);
  const open = /^["'“]```json\s*/i.exec(source);
  if (
    !open ||
    !/```\s*["'”]$/.test(source) ||
    !cursor.edits
      .slice(node.editFrom)
      .some((e) => e.rule === "inner-quote" || e.rule === "guessed-quote")
  )
    return null;
  const inner = newCursor(cursor.text, node.start + open[0].length, node.end - 4, false);
  const value = parseValue(inner, "top");
  if (!value || value.kind === "text") return null;
  cursor.edits.length = node.editFrom;
  edit(cursor, "text-to-json", node.start, node.end, "");
  value.editFrom = node.editFrom;
  value.editTo = cursor.edits.length;
  return value;
}
