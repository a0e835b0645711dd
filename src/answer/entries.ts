import type { Member, Node, ObjectNode } from "./tree.ts";

const KEYS = new Set(["key", "name", "k", "id"]);
const VALUES = new Set(["value", "val", "v"]);

/**
 * A map written as its entries, each an object of a key and a value: `<entry><key>a</key>
 * <value>1</value></entry>`, or a list of such objects. Null for anything else.
 */
export function entriesOf(node: Exclude<Node, { kind: "text" }>): ObjectNode | null {
  const parts = node.kind === "array" ? node.items : sameNamed(node);
  if (!parts || parts.length === 0) return null;
  const members: Member[] = [];
  for (const part of parts) {
    const member = part.kind === "object" ? entryOf(part) : null;
    if (!member) return null;
    members.push(member);
  }
  return { ...node, kind: "object", members, bare: [] };
}

/** What an object holds where all its members go by one name. */
function sameNamed(node: ObjectNode): Node[] | null {
  const [first] = node.members;
  if (!first || node.bare.length > 0) return null;
  if (node.members.some((member) => member.key !== first.key)) return null;
  return node.members.map((member) => member.value);
}

function entryOf(node: ObjectNode): Member | null {
  const [key, value, ...others] = node.members;
  if (!key || !value || others.length > 0 || key.value.kind !== "text") return null;
  if (!KEYS.has(key.key.toLowerCase()) || !VALUES.has(value.key.toLowerCase())) return null;
  return { key: key.value.text, keyStart: node.start, value: value.value };
}
