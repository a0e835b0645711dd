import { isObject } from "../core/json.ts";
import { loss } from "./natural.ts";
import { allows, join, withEdit, type Coercion, type Outcome, type Path } from "./outcome.ts";
import { ruleOf } from "./rules.ts";
import { propertiesOf } from "./schemas.ts";
import type { Member, Node, ObjectNode } from "./tree.ts";

type Schema = Record<string, unknown>;

/** `{"result": {…}}` where what is inside is wanted. */
export function unwrap(
  coercion: Coercion,
  node: ObjectNode,
  schema: Schema,
  path: Path,
): Outcome | null {
  const [only] = node.members;
  if (!only || node.members.length > 1 || node.bare.length > 0 || only.value.kind !== "object")
    return null;
  if (propertiesOf(schema)[only.key] !== undefined || only.value.members.length === 0) return null;
  return valueOf(coercion, node, only, schema, path);
}

/** `{"answer": {…}, "confidence": 0.9}`: the one object that fits, where the rest are scalars. */
export function unwrapBeside(
  coercion: Coercion,
  node: ObjectNode,
  schema: Schema,
  path: Path,
): Outcome | null {
  if (!allows(coercion, "extra-property") || coercion.partial || node.bare.length > 0) return null;
  const [holder, ...more] = node.members.filter(({ value }) => value.kind !== "text");
  if (!holder || more.length > 0 || holder.value.kind !== "object") return null;
  if (node.members.some(({ key }) => propertiesOf(schema)[key] !== undefined)) return null;
  if (holder.value.members.length === 0) return null;
  return valueOf(coercion, node, holder, schema, path);
}

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
export function unwrapSchema(
  coercion: Coercion,
  node: Node,
  schema: unknown,
  path: Path,
): Outcome | null {
  if (node.kind !== "object" || node.bare.length > 0) return null;
  if (coercion.partial || !allows(coercion, "extra-property")) return null;
  const holder = holderIn(node.members);
  const properties = isObject(schema) ? schema["properties"] : undefined;
  if (!holder || (isObject(properties) && Object.hasOwn(properties, holder.key))) return null;
  return valueOf(coercion, node, holder, schema, path);
}

function holderIn(members: readonly Member[]): Member | null {
  const [holder, ...more] = members.filter(({ key }) => !ABOUT.has(key));
  if (!holder || more.length > 0) return null;
  if (holder.key === "properties") return holder.value.kind === "object" ? holder : null;
  // Alone it may be a property like any other.
  const isSure = members.length > 1 || holder.value.kind === "text";
  return holder.key === "value" && isSure ? holder : null;
}

/** The value of one member; the others are lost. */
function valueOf(
  coercion: Coercion,
  node: ObjectNode,
  holder: Member,
  schema: unknown,
  path: Path,
): Outcome | null {
  const inner = coercion.coerce(holder.value, schema, path);
  if (!inner) return null;
  let { cost, notes } = inner;
  for (const { keyStart, value } of node.members) {
    if (value === holder.value) continue;
    notes = join(notes, loss("extra-property", path, keyStart, value.end));
    cost += ruleOf("extra-property").cost;
  }
  return withEdit(coercion, { value: inner.value, cost, notes }, "unwrap", node, path);
}
