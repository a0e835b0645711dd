import { bareValue } from "./bare.ts";
import type { Place } from "./follow.ts";
import { blankEnd, edit, type Cursor } from "./scan.ts";
import { CLOSED, objectNode, type Member, type Node } from "./tree.ts";

type ParseValue = (cursor: Cursor, place: Place) => Node | null;

/** At the top any name may call; elsewhere one that is a class by its spelling, or a known one. */
const AT_TOP = /^[\p{L}_$][\w$.]{0,80}\s*\(/u;
const WITHIN =
  /^(?:(?:new )?(?:[\p{L}_]\w{0,40}\.){0,4}[A-Z][\w$]{1,60}|(?:datetime\.)?date(?:time)?|dict|set|frozenset|array)\(/u;
/** `name =`, and `'name' =>` in PHP's arrays. */
const KEYWORD =
  /^(?:([\p{L}_][\p{L}\p{M}\p{N}_]{0,80})\s*=(?![=>])|(["'])([^"'\n]{1,80})\2\s*=>)\s*/u;
/** So far ahead is looked for the name of a call or an argument. In UTF-16 units. */
const REACH = 240;

/**
 * `callback({…})`, `ObjectId("…")`: a call around one value is taken off. `Person(name="Ada")` is
 * an object, `date(2024, 5, 1)` a date. Null where no call stands that can be read so.
 */
export function parseCall(cursor: Cursor, place: Place, parseValue: ParseValue): Node | null {
  if (!/[\p{L}_$]/u.test(cursor.text[cursor.at] ?? "")) return null;
  const ahead = cursor.text.slice(cursor.at, Math.min(cursor.end, cursor.at + REACH));
  const name = (place === "top" ? AT_TOP : WITHIN).exec(ahead)?.[0];
  if (name === undefined) return null;
  const before = { at: cursor.at, edits: cursor.edits.length };
  cursor.at += name.length;
  cursor.stack.push("(");
  const value =
    dateOf(cursor, name) ?? argumentsNode(cursor, parseValue) ?? parseValue(cursor, "item");
  cursor.stack.pop();
  const close = blankEnd(cursor, cursor.at);
  const isClosed = cursor.text[close] === ")" || (close >= cursor.end && place === "top");
  if (!value || !isValue(value) || !isClosed) {
    cursor.at = before.at;
    cursor.edits.length = before.edits;
    return null;
  }
  edit(cursor, "call-wrapper", before.at, before.at + name.length, "");
  cursor.at = Math.min(cursor.end, close + 1);
  if (place === "top" && cursor.text[blankEnd(cursor, cursor.at)] === ";")
    cursor.at = blankEnd(cursor, cursor.at) + 1;
  const node = (/[Dd]ict\($/.test(name) && fromPairs(value)) || value;
  if (node.kind === "object" && node.start >= before.at) node.start = before.at;
  return node;
}

function isValue(value: Node): boolean {
  return value.kind !== "text" || value.quoted || bareValue(value.text) !== undefined;
}

/** `date(2024, 5, 1)`: year, month and day. */
function dateOf(cursor: Cursor, name: string): Node | null {
  if (!/(?:^|\.)date(?:time)?\($/i.test(name)) return null;
  const ahead = cursor.text.slice(cursor.at, Math.min(cursor.end, cursor.at + REACH));
  const found = /^\s*(\d{4})\s*,\s*(\d{1,2})\s*,\s*(\d{1,2})\s*(?=\))/.exec(ahead);
  if (!found) return null;
  const start = cursor.at;
  cursor.at += found[0].length;
  const parts = [found[1], found[2]?.padStart(2, "0"), found[3]?.padStart(2, "0")];
  return { kind: "text", quoted: true, text: parts.join("-"), start, end: cursor.at, ...CLOSED };
}

function argumentsNode(cursor: Cursor, parseValue: ParseValue): Node | null {
  const from = { at: cursor.at, edits: cursor.edits.length };
  const members = parseArguments(cursor, parseValue);
  if (!members || members.length === 0) {
    cursor.at = from.at;
    cursor.edits.length = from.edits;
    return null;
  }
  const node = objectNode(members, from.at, cursor.at);
  node.editFrom = from.edits;
  node.editTo = cursor.edits.length;
  return node;
}

/**
 * `name="Ada", age=31` up to the closing bracket, whose opener is on the stack. Null for anything
 * else: the cursor is then where reading ended.
 */
export function parseArguments(cursor: Cursor, parseValue: ParseValue): Member[] | null {
  const members: Member[] = [];
  for (;;) {
    const keyStart = blankEnd(cursor, cursor.at);
    if (cursor.text[keyStart] === ")") {
      cursor.at = keyStart;
      return members;
    }
    const key = KEYWORD.exec(cursor.text.slice(keyStart, Math.min(cursor.end, keyStart + REACH)));
    if (!key) return null;
    cursor.at = keyStart + key[0].length;
    const value = parseValue(cursor, "item");
    // A name or an expression is not known.
    if (!value || cursor.failed || !isValue(value)) return null;
    members.push({ key: key[1] ?? key[3] ?? "", keyStart, value });
    cursor.at = blankEnd(cursor, cursor.at);
    if (cursor.text[cursor.at] === ",") cursor.at++;
    else if (cursor.text[cursor.at] !== ")") return null;
  }
}

/** `[("a", 1), ("b", 2)]` as an object; null for anything else. */
function fromPairs(node: Node): Node | null {
  if (node.kind !== "array") return null;
  const members: Member[] = [];
  for (const pair of node.items) {
    const [key, value, ...more] = pair.kind === "array" ? pair.items : [];
    if (key?.kind !== "text" || !key.quoted || !value || more.length > 0) return null;
    members.push({ key: key.text, keyStart: key.start, value });
  }
  return {
    ...objectNode(members, node.start, node.end),
    editFrom: node.editFrom,
    editTo: node.editTo,
  };
}
