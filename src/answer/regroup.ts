import type { Cursor } from "./scan.ts";
import type { ArrayNode, Member, Node } from "./tree.ts";

/**
 * A list of lists that was closed too early: the items at its end belong to a list whose opening
 * bracket is missing.
 */
export function regroup(list: ArrayNode): void {
  const first = list.items.findLastIndex((item) => item.kind === "array") + 1;
  const items = list.items.splice(first);
  const [start, end] = [items[0], items.at(-1)];
  if (start && end) list.items.push({ ...list, items, start: start.start, end: end.end });
}

/**
 * An object that only the list's end closed, with keys that repeat: the braces between several
 * objects are missing.
 */
export function splitRepeats(cursor: Cursor, node: Node): readonly Node[] {
  if (node.kind !== "object" || (cursor.text[node.end - 1] === "}" && !endsOpen(cursor, node)))
    return [node];
  const parts: Member[][] = [[]];
  const keys = new Set<string>();
  for (const member of node.members) {
    if (keys.has(member.key)) {
      parts.push([]);
      keys.clear();
    }
    keys.add(member.key);
    parts.at(-1)?.push(member);
  }
  if (parts.length < 2) return [node];
  return parts.map((members, index): Node => {
    const [first] = members;
    return {
      ...node,
      members,
      bare: index === 0 ? node.bare : [],
      start: first?.keyStart ?? node.start,
      end: members.at(-1)?.value.end ?? node.end,
    };
  });
}

function endsOpen(cursor: Cursor, node: Node): boolean {
  return (
    cursor.edits[node.editTo - 1]?.rule === "missing-closer" &&
    cursor.edits[node.editTo - 1]?.from === node.end
  );
}
