import { nodeAt, type OutlineNode } from "../../core/yaml-outline.ts";
import type { Occurrence } from "./occurrence.ts";
import { scalarSpan } from "./scalars.ts";
import { below, nodeOf, type SchemaPart } from "./schema-parts.ts";

/** Keywords whose value has names of the author's choice, each with a schema. */
export const NAMED: ReadonlySet<string | number> = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
]);
/** Keywords that hold values, not schemas. */
const VALUES: ReadonlySet<string> = new Set(["default", "examples", "const", "enum"]);

/** The properties that a schema describes at any depth, and where `required` names them. */
export function schemaOccurrences(schema: SchemaPart): Occurrence[] {
  const node = nodeOf(schema);
  return node === null ? [] : [...ownOf(schema, node), ...deeper(schema, node)];
}

function deeper(part: SchemaPart, node: OutlineNode): Occurrence[] {
  const items = [...(node.items ?? []).keys()].flatMap((index) =>
    schemaOccurrences(below(part, [index])),
  );
  const pairs = (node.pairs ?? []).flatMap(({ key, value }) => {
    if (VALUES.has(key)) return [];
    const inner = below(part, [key]);
    if (!NAMED.has(key)) return schemaOccurrences(inner);
    return (value.pairs ?? []).flatMap((named) => schemaOccurrences(below(inner, [named.key])));
  });
  return [...items, ...pairs];
}

function ownOf(part: SchemaPart, node: OutlineNode): Occurrence[] {
  const { view } = part;
  const properties = nodeAt(node, ["properties"])?.pairs ?? [];
  const defined = properties.map(({ key, from, to }) => ({
    view,
    ...scalarSpan({ from, to }, view.source.text),
    name: key,
    fields: [below(part, ["properties", key])],
    isDefinition: true,
    isShorthand: false,
  }));
  const required = nodeAt(node, ["required"])?.items ?? [];
  const needed = required.flatMap((item) => {
    const { scalar: name } = item;
    if (typeof name !== "string" || !properties.some(({ key }) => key === name)) return [];
    const span = scalarSpan(item, view.source.text);
    const fields = [below(part, ["properties", name])];
    return [{ view, ...span, name, fields, isDefinition: false, isShorthand: false }];
  });
  return [...defined, ...needed];
}
