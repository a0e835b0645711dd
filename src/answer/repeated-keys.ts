import type { Edit } from "./answer.ts";
import { shorten } from "./candidate.ts";
import { parseValue } from "./parse.ts";
import { newCursor } from "./scan.ts";
import type { Node } from "./tree.ts";

/**
 * Whether an object of a valid JSON text has a key twice: `JSON.parse` keeps the last value, and
 * the others are lost. Counts the colons between strings against the members of the value.
 */
export function hasRepeatedKeys(text: string, value: unknown): boolean {
  return typeof value === "object" && value !== null && colonsIn(text) !== membersOf(value);
}

/**
 * Valid JSON says what it says: of a key that stands twice the last value counts, on record. Null
 * where several keys of an object do: it may be two objects, run together.
 */
export function repeatedKeys(text: string): Edit[] | null {
  const root = parseValue(newCursor(text, 0, text.length, false, true), "top");
  const edits: Edit[] = [];
  const waiting: { node: Node | null; path: Edit["path"] }[] = [{ node: root, path: [] }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, path } = next;
    if (node?.kind === "array")
      for (const [index, item] of node.items.entries())
        waiting.push({ node: item, path: [...path, index] });
    if (node?.kind !== "object") continue;
    const last = new Map(node.members.map((member) => [member.key, member]));
    if (last.size < node.members.length - 1) return null;
    for (const member of node.members) {
      const { key, keyStart, value } = member;
      waiting.push({ node: value, path: [...path, key] });
      const kept = last.get(key);
      if (kept === member) continue;
      const before = shorten(text.slice(keyStart, value.end));
      const after = shorten(text.slice(kept?.keyStart, kept?.value.end));
      edits.push({
        rule: "duplicate-key",
        path: [...path, key],
        before,
        after,
        position: keyStart,
      });
    }
  }
  return edits;
}

const [QUOTE, BACKSLASH, COLON] = [34, 92, 58];

function colonsIn(text: string): number {
  let colons = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COLON) colons++;
    else if (code === QUOTE) at = closeOf(text, at);
  }
  return colons;
}

function closeOf(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close >= 0 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close < 0 ? text.length : close;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 1;
}

function membersOf(value: object): number {
  let members = 0;
  const waiting: object[] = [value];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const children: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (next !== children) members += children.length;
    for (const child of children)
      if (typeof child === "object" && child !== null) waiting.push(child);
  }
  return members;
}
