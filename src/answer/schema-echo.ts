import { isObject } from "../core/json.ts";
import { withEdit, allows, join, type Coercion, type Outcome, type Path } from "./outcome.ts";
import { loss } from "./natural.ts";
import { ruleOf } from "./rules.ts";
import type { Member, Node } from "./tree.ts";

/** What a schema says of a value, beside the value. */
const ABOUT = new Set([
  "$schema",
  "type",
  "title",
  "description",
  "format",
  "required",
  "additionalProperties",
  "enum",
]);

/**
 * `{"type": "integer", "value": 51}` or `{"properties": {…}, "required": […]}` where the value is
 * wanted: a model put it into the schema that it was shown. Null for anything else.
 */
export function fromSchemaEcho(
  coercion: Coercion,
  node: Node,
  schema: unknown,
  path: Path,
): Outcome | null {
  if (
    node.kind !== "object" ||
    coercion.partial ||
    node.bare.length > 0 ||
    !allows(coercion, "extra-property")
  )
    return null;
  const holder = holderIn(node.members);
  const properties = isObject(schema) ? schema["properties"] : undefined;
  if (holder && isObject(properties) && Object.hasOwn(properties, holder.key)) return null;
  const inner = holder && coercion.coerce(holder.value, schema, path);
  if (!inner) return null;
  let { cost, notes } = inner;
  for (const { keyStart, value } of node.members) {
    if (value === holder.value) continue;
    notes = join(notes, loss("extra-property", path, keyStart, value.end));
    cost += ruleOf("extra-property").cost;
  }
  return withEdit(coercion, { value: inner.value, cost, notes }, "unwrap", node, path);
}

function holderIn(members: readonly Member[]): Member | null {
  const [holder, ...more] = members.filter(({ key }) => !ABOUT.has(key));
  if (!holder || more.length > 0) return null;
  if (holder.key === "properties") return holder.value.kind === "object" ? holder : null;
  // Alone it may be a property like any other.
  const isSure = members.length > 1 || holder.value.kind === "text";
  return holder.key === "value" && isSure ? holder : null;
}
