import type { Coercion } from "./outcome.ts";
import { fold } from "./fold.ts";
import { wantsArray } from "./schemas.ts";
import type { ObjectNode } from "./tree.ts";

/**
 * Lines of keys and values with one table among them: it is the one list that the schema has and
 * no line gives. Null where there is no table, or more than one list for it.
 */
export function withNamedList(
  coercion: Coercion,
  node: ObjectNode,
  properties: Record<string, unknown>,
): ObjectNode | null {
  const [list, ...others] = node.bare;
  if (list?.kind !== "array" || others.length > 0) return null;
  if (!coercion.rules.has("outline")) return null;
  const given = new Set(node.members.map(({ key }) => fold(key)));
  const [name, ...more] = Object.keys(properties).filter(
    (one) => !given.has(fold(one)) && wantsArray(coercion, properties[one]),
  );
  if (name === undefined || more.length > 0) return null;
  const members = [...node.members, { key: name, keyStart: list.start, value: list }];
  return { ...node, members, bare: [] };
}
