import { isObject } from "../core/json.ts";
import type { Coercion } from "./outcome.ts";
import { memberNamer } from "./property-names.ts";
import { resolve, typesOf } from "./schemas.ts";
import { objectNode, type Member, type ObjectNode } from "./tree.ts";

type Schema = Record<string, unknown>;

/**
 * `{"home.city": "Graz"}` as `{"home": {"city": "Graz"}}`, where the schema wants an object of the
 * first name and has no property of the whole; null where there is no such key, or the first name
 * stands there as well.
 */
export function withoutDots(
  coercion: Coercion,
  node: ObjectNode,
  properties: Schema,
): ObjectNode | null {
  if (!node.members.some(({ key }) => key.includes("."))) return null;
  const nameOf = memberNamer(coercion, node, properties);
  const firstOf = (key: string): string | null => {
    const first = key.slice(0, Math.max(0, key.indexOf(".")));
    if (nameOf(key) !== undefined || !Object.hasOwn(properties, first)) return null;
    const schema = resolve(coercion, properties[first]);
    return isObject(schema) && typesOf(schema)?.includes("object") ? first : null;
  };
  const members: Member[] = [];
  const groups = new Map<string, ObjectNode>();
  for (const member of node.members) {
    const first = firstOf(member.key);
    if (first === null) {
      members.push(member);
      continue;
    }
    let group = groups.get(first);
    if (!group) {
      group = { ...objectNode([], member.keyStart, member.value.end) };
      groups.set(first, group);
      members.push({ key: first, keyStart: member.keyStart, value: group });
    }
    group.end = member.value.end;
    group.members.push({ ...member, key: member.key.slice(first.length + 1) });
  }
  if (groups.size === 0) return null;
  const isTwice = members.some(({ key, value }) => groups.has(key) && value !== groups.get(key));
  return isTwice ? null : { ...node, members };
}
