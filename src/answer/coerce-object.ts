import { readPattern } from "../contract/patterns.ts";
import { isObject, writeJson } from "../core/json.ts";
import { defaultOf, fromJsonText } from "./coerce-scalar.ts";
import { withoutDots } from "./dotted-keys.ts";
import { entriesOf } from "./entries.ts";
import { isTalk } from "./talk.ts";
import { listToSingle } from "./coerce-choice.ts";
import { leftovers, loss, natural, same } from "./natural.ts";
import {
  allows,
  isEmptyText,
  cheaper,
  join,
  setOwn,
  withEdit,
  type Coercion,
  type Notes,
  type Outcome,
  type Path,
} from "./outcome.ts";
import { withNamedList } from "./unnamed-list.ts";
import { isElision } from "./placeholders.ts";
import { aliasesOf, keyOf, memberNamer } from "./property-names.ts";
import { ruleOf, type RuleName } from "./rules.ts";
import { propertiesOf, resolve, takesNull, wantsArray } from "./schemas.ts";
import type { Member, Node, ObjectNode } from "./tree.ts";
import { fromCall } from "./tool-call.ts";
import { unwrap, unwrapBeside } from "./unwrap.ts";

type Schema = Record<string, unknown>;

export function coerceToObject(
  coercion: Coercion,
  node: Node,
  schema: Schema,
  path: Path,
): Outcome | null {
  if (isEmptyText(node)) return emptyObject(coercion, node, schema, path);
  if (node.kind !== "text") {
    const entries = entriesOf(node);
    const isMap = Object.keys(propertiesOf(schema)).length === 0;
    if (entries && isMap && schema["additionalProperties"] !== undefined)
      return withEdit(coercion, byMember(coercion, entries, schema, path), "entries", node, path);
  }
  if (node.kind === "object") {
    const plain = withoutDots(coercion, node, propertiesOf(schema));
    if (plain)
      return withEdit(coercion, byMember(coercion, plain, schema, path), "dotted-key", node, path);
    const named = withNamedList(coercion, node, propertiesOf(schema));
    return named
      ? withEdit(coercion, byMember(coercion, named, schema, path), "unnamed-list", node, path)
      : objectToObject(coercion, node, schema, path);
  }
  const wrapped = wrap(coercion, node, schema, path);
  if (node.kind === "array") return cheaper(listToSingle(coercion, node, schema, path), wrapped);
  return fromJsonText(coercion, node, schema, path) ?? wrapped;
}

/** `<extras></extras>` where an object is wanted. */
function emptyObject(coercion: Coercion, node: Node, schema: Schema, path: Path): Outcome | null {
  const empty: ObjectNode = { ...node, kind: "object", members: [], bare: [] };
  return byMember(coercion, empty, schema, path);
}

function objectToObject(
  coercion: Coercion,
  node: ObjectNode,
  schema: Schema,
  path: Path,
): Outcome | null {
  const direct = byMember(coercion, node, schema, path);
  if (coercion.level !== "full" && !coercion.partial && holdsAnother(node, schema)) return null;
  if (coercion.edits.length > 0 && !coercion.partial && isClosedEarly(coercion, node, schema))
    return null;
  if (direct && direct.cost < ruleOf("unwrap").cost) return direct;
  const inner =
    fromCall(coercion, node, schema, path) ??
    unwrap(coercion, node, schema, path) ??
    (direct ? null : unwrapBeside(coercion, node, schema, path));
  const isNamed = node.members.some(({ key }) => propertiesOf(schema)[key] !== undefined);
  const own = inner && !isNamed ? null : direct;
  return cheaper(cheaper(own, inner), wrap(coercion, node, schema, path));
}

/** A member that the schema doesn't declare holds an answer of its own. */
function holdsAnother(node: ObjectNode, schema: Schema): boolean {
  const properties = propertiesOf(schema);
  const names = node.members.map(({ key }) => key).filter((key) => properties[key] !== undefined);
  return node.members.some(
    ({ key, value }) =>
      properties[key] === undefined &&
      value.kind === "object" &&
      names.length > 0 &&
      names.every((name) => value.members.some((member) => member.key === name)),
  );
}

/** A member that the schema doesn't declare is one that an object in front of it lacks. */
function isClosedEarly(coercion: Coercion, node: ObjectNode, schema: Schema): boolean {
  const properties = propertiesOf(schema);
  const others = node.members.filter(({ key }) => properties[key] === undefined);
  return node.members.some(({ key, value }) => {
    if (others.length === 0 || value.kind !== "object") return false;
    const inner = resolve(coercion, properties[key]);
    const wanted = isObject(inner) ? propertiesOf(inner) : {};
    return others.some(
      (other) =>
        wanted[other.key] !== undefined && !value.members.some((own) => own.key === other.key),
    );
  });
}

/**
 * A value that is the one property the schema has. Plain text only where nothing else was answered.
 */
function wrap(coercion: Coercion, node: Node, schema: Schema, path: Path): Outcome | null {
  const properties = propertiesOf(schema);
  const [name, ...others] = Object.keys(properties);
  if (name === undefined || others.length > 0 || coercion.partial) return null;
  if (node.kind !== "text" && isHollow(node)) return null;
  // What has the property is the object itself, and did not fit.
  if (node.kind === "object" && node.members.some((member) => member.key === name)) return null;
  const isText = node.kind === "text" && node.quoted;
  if (isText && path !== null) return null;
  const inner = coercion.coerce(node, properties[name], { up: path, key: name });
  if (node.kind === "text" && isTalk(coercion, node, inner, properties[name])) return null;
  // JSON in a string that could not be read is no text.
  if (node.kind === "text" && /^\s*\{/.test(node.text) && typeof inner?.value === "string")
    return null;
  if (!inner || (node.kind === "text") === (typeof inner.value === "object")) return null;
  const value: Record<string, unknown> = {};
  setOwn(value, name, inner.value);
  return withEdit(
    coercion,
    { ...inner, value },
    node.kind === "text" ? "wrap-text" : "wrap",
    node,
    path,
  );
}

function isHollow(node: Node): boolean {
  if (node.kind === "object") return node.members.length === 0 && node.bare.length === 0;
  return node.kind === "array" && node.items.every(isHollow);
}

/** A property that a schema doesn't declare, but takes. */
const UNDECLARED = 0.05;
/** In a stream a branch of a union that forbids a key that came is not the one that is written. */
const UNKNOWN_IN_STREAM = 1000;
/** What is missing in a stream may still come. */
const MISSING_IN_STREAM = 0.001;

interface Building {
  readonly value: Record<string, unknown>;
  /** By property: the member that gave its value. */
  readonly members: Map<string, Member>;
  cost: number;
  notes: Notes;
}

function byMember(
  coercion: Coercion,
  node: ObjectNode,
  schema: Schema,
  path: Path,
): Outcome | null {
  if (node.members.length === 0 && node.bare.length > 0) return null;
  const properties = propertiesOf(schema);
  const nameOf = memberNamer(coercion, node, properties);
  if (coercion.rules.has("outline") && !node.members.some(({ key }) => nameOf(key) !== undefined)) {
    // Lines with a colon in prose name no property.
    if (Object.keys(properties).length > 0) return null;
  }
  const built: Building = { value: {}, members: new Map(), cost: 0, notes: null };
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  for (const member of node.members) {
    const name = nameOf(member.key);
    const isDone =
      name === undefined
        ? addUnknown(coercion, built, member, schema, path)
        : addKnown(coercion, built, member, name, properties[name], required.includes(name), path);
    if (!isDone) return null;
  }
  for (const name of required) {
    if (typeof name !== "string" || Object.hasOwn(built.value, name)) continue;
    if (!addMissing(coercion, built, node, name, properties[name], path)) return null;
  }
  return leftovers(coercion, node, path, built);
}

function addKnown(
  coercion: Coercion,
  built: Building,
  member: Member,
  name: string,
  schema: unknown,
  isRequired: boolean,
  path: Path,
): boolean {
  const here = { up: path, key: name };
  const outcome = coercion.coerce(member.value, schema, here);
  if (!outcome) return addFailed(coercion, built, member, here, isRequired);
  if (Object.hasOwn(built.value, name)) {
    if (mergeRepeated(coercion, built, name, outcome, schema)) return true;
    if (!replaces(coercion, built, name, outcome, here)) return false;
  }
  built.members.set(name, member);
  setOwn(built.value, name, outcome.value);
  built.cost += outcome.cost;
  built.notes = join(built.notes, outcome.notes);
  if (name === member.key) return true;
  const schemaAlias = aliasesOf(schema).includes(member.key);
  const rule = schemaAlias ? "alias" : "key-match";
  return add(coercion, built, rule, here, member.keyStart, member.value.start, name);
}

/** The value that stood there before is lost where it was another. */
function replaces(
  coercion: Coercion,
  built: Building,
  name: string,
  outcome: Outcome,
  path: Path,
): boolean {
  const before = built.members.get(name);
  if (!before || same(built.value[name], outcome.value)) return true;
  return add(coercion, built, "duplicate-key", path, before.keyStart, before.value.end);
}

/** XML repeats an element for each item of a list. */
function mergeRepeated(
  coercion: Coercion,
  built: Building,
  name: string,
  outcome: Outcome,
  schema: unknown,
): boolean {
  const before = built.value[name];
  if (!Array.isArray(before) || !Array.isArray(outcome.value) || !coercion.rules.has("xml"))
    return false;
  if (!wantsArray(coercion, schema)) return false;
  setOwn(built.value, name, [...before, ...outcome.value]);
  built.cost += outcome.cost;
  built.notes = join(built.notes, outcome.notes);
  return true;
}

/** A property whose value can't be read: absent where the schema allows that. */
function addFailed(
  coercion: Coercion,
  built: Building,
  member: Member,
  path: Path,
  isRequired: boolean,
): boolean {
  if (coercion.partial) return true;
  const isNull =
    member.value.kind === "text" &&
    !member.value.quoted &&
    natural(coercion, member.value, null)?.value === null;
  if (isRequired || holdsElision(member.value)) return false;
  if (isNull) return add(coercion, built, "null-absent", path, member.keyStart, member.value.end);
  return add(coercion, built, "dropped-property", path, member.keyStart, member.value.end);
}

/** A list of which something was left out. */
function holdsElision(node: Node): boolean {
  return (
    node.kind === "array" && node.items.some((item) => item.kind === "text" && isElision(item.text))
  );
}

function addUnknown(
  coercion: Coercion,
  built: Building,
  member: Member,
  schema: Schema,
  path: Path,
): boolean {
  const here = { up: path, key: member.key };
  const wanted = patternSchema(schema, member.key) ?? schema["additionalProperties"] ?? true;
  if (wanted === false && coercion.partial) built.cost += UNKNOWN_IN_STREAM;
  if (wanted === false)
    return (
      coercion.partial ||
      add(coercion, built, "extra-property", here, member.keyStart, member.value.end)
    );
  const outcome = coercion.coerce(member.value, wanted, here);
  if (!outcome) return addFailed(coercion, built, member, here, false);
  const key = keyOf(coercion, schema["propertyNames"], member.key);
  if (Object.hasOwn(built.value, key) && !replaces(coercion, built, key, outcome, here))
    return false;
  built.members.set(key, member);
  setOwn(built.value, key, outcome.value);
  // Between two branches the one that knows the property is meant.
  const isDeclared = Object.keys(propertiesOf(schema)).length === 0;
  built.cost += outcome.cost + (isDeclared ? 0 : UNDECLARED);
  built.notes = join(built.notes, outcome.notes);
  return true;
}

function patternSchema(schema: Schema, key: string): unknown {
  const patterns = schema["patternProperties"];
  if (!isObject(patterns)) return undefined;
  for (const [pattern, wanted] of Object.entries(patterns)) {
    const reading = readPattern(pattern);
    if (reading.ok && reading.test(key)) return wanted;
  }
  return undefined;
}

function addMissing(
  coercion: Coercion,
  built: Building,
  node: ObjectNode,
  name: string,
  schema: unknown,
  path: Path,
): boolean {
  if (coercion.partial) {
    built.cost += MISSING_IN_STREAM;
    setOwn(built.value, name, wantsArray(coercion, schema) ? [] : null);
    return true;
  }
  const fallback = defaultOf(schema);
  const here = { up: path, key: name };
  if (fallback !== undefined) {
    setOwn(built.value, name, structuredClone(fallback));
    return add(coercion, built, "default", here, node.start, node.start, writeJson(fallback));
  }
  if (schema === undefined || !isObject(resolve(coercion, schema)) || !takesNull(coercion, schema))
    return false;
  setOwn(built.value, name, null);
  return add(coercion, built, "absent-null", here, node.start, node.start, "null");
}

function add(
  coercion: Coercion,
  built: Building,
  rule: RuleName,
  path: Path,
  from: number,
  to: number,
  after = "",
): boolean {
  if (!allows(coercion, rule)) return false;
  built.notes = join(
    built.notes,
    rule === "duplicate-key" ? loss(rule, path, from, to) : { rule, path, from, to, after },
  );
  built.cost += ruleOf(rule).cost;
  return true;
}
