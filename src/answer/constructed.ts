import type { Notation } from "./notation.ts";
import { parseValue } from "./parse.ts";
import { blankEnd, edit, newCursor } from "./scan.ts";
import { objectNode, textNode, type Member, type Node, type ObjectNode } from "./tree.ts";

/** `print(`, `person =` and the like in front of a call. */
const LEAD =
  /^\s*(?:(?:print|return)\b\s*\(?\s*|(?:await\s+)?[\p{L}_]\w{0,60}(?:\s*:\s*[\w.[\], |]{1,60})?\s*=\s*(?!=))?/u;
const CALL = /^[\p{L}_][\w.]{0,80}\(\s*[\p{L}_][\p{L}\p{M}\p{N}_]{0,80}\s*=(?!=)/u;
/** So long may the head of a call be. In UTF-16 units. */
const MAX_HEAD = 400;

/**
 * A call with named arguments, or such arguments alone on one line, as the object of them:
 * `Person(name="Ada", age=31)`, `name='Ada' age=31`. Null where more stands there than that, or
 * where its names are not the contract's.
 */
export function readConstructed(
  text: string,
  from: number,
  to: number,
  isName: (name: string) => boolean,
): Notation | null {
  const node = readCall(text, from, to) ?? readPairs(text, from, to);
  const isKnown = node?.object.members.every(({ key }) => isName(key)) ?? false;
  return node && isKnown
    ? { rung: "call", cursor: node.cursor, nodes: [node.object], start: from, end: to }
    : null;
}

interface Constructed {
  readonly object: ObjectNode;
  readonly cursor: Notation["cursor"];
}

function readCall(text: string, from: number, to: number): Constructed | null {
  const lead = LEAD.exec(text.slice(from, Math.min(to, from + MAX_HEAD)))?.[0] ?? "";
  const start = from + lead.length;
  if (!CALL.test(text.slice(start, Math.min(to, start + MAX_HEAD)))) return null;
  const cursor = newCursor(text, start, to, false);
  const node = parseValue(cursor, "top");
  if (node?.kind !== "object" || cursor.failed) return null;
  const behind = text.slice(cursor.at, to).trim();
  return behind === "" || (behind === ")" && lead.includes("(")) ? { object: node, cursor } : null;
}

const PAIR = /([\p{L}_][\p{L}\p{M}\p{N}_]{0,80})=(?!=)/uy;

/** Each value ends where the next name begins: one in quotes, in brackets, or without blanks. */
function readPairs(text: string, from: number, to: number): Constructed | null {
  const cursor = newCursor(text, from, to, false);
  const members: Member[] = [];
  for (let at = blankEnd(cursor, from); at < to; at = blankEnd(cursor, cursor.at)) {
    PAIR.lastIndex = at;
    const [whole, key = ""] = PAIR.exec(text) ?? [];
    if (whole === undefined) return null;
    cursor.at = at + whole.length;
    const value = /["'[{(]/.test(text[cursor.at] ?? "")
      ? parseValue(cursor, "item")
      : wordAt(cursor);
    if (!value || cursor.failed || !/[\s,]|^$/.test(text[cursor.at] ?? "")) return null;
    if (text[cursor.at] === ",") cursor.at++;
    members.push({ key, keyStart: at, value });
  }
  if (members.length < 2) return null;
  edit(cursor, "assignments", from, to, "");
  return { object: objectNode(members, from, to), cursor };
}

function wordAt(cursor: Notation["cursor"]): Node | null {
  const word = /^[^\s,"'[\](){}=]+/.exec(cursor.text.slice(cursor.at, cursor.end))?.[0];
  if (word === undefined) return null;
  const start = cursor.at;
  cursor.at += word.length;
  return textNode({ text: word, start, end: cursor.at, isQuoted: false });
}
