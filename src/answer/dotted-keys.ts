import { isObject } from "../core/json.ts";
import { objectNode } from "./rows.ts";
import type { Member, ObjectNode } from "./tree.ts";

type Schema = Record<string, unknown>;

/**
 * `{"address.city": "Graz"}` as `{"address": {"city": "Graz"}}`, where the schema has the first
 * name and not the whole; null where there is no such key, or the first name stands there as well.
 */
export function withoutDots(node: ObjectNode, properties: Schema): ObjectNode | null {
  const isDotted = ({ key }: Member): boolean => firstOf(key, properties) !== null;
  if (!node.members.some(isDotted)) return null;
  const members: Member[] = [];
  const groups = new Map<string, ObjectNode>();
  for (const member of node.members) {
    const first = firstOf(member.key, properties);
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
  const isTwice = members.some(({ key, value }) => groups.has(key) && value !== groups.get(key));
  return isTwice ? null : { ...node, members };
}

/** The property that stands in front of the first point of a key. */
function firstOf(key: string, properties: Schema): string | null {
  const point = key.indexOf(".");
  if (point <= 0 || Object.hasOwn(properties, key)) return null;
  const first = key.slice(0, point);
  return Object.hasOwn(properties, first) && isObject(properties[first]) ? first : null;
}
