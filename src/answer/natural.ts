import { isObject, writeJson } from "../core/json.ts";
import { bareRule, bareValue } from "./bare.ts";
import { digitsFault, isJsonNumber } from "./numbers.ts";
import {
  allows,
  join,
  plain,
  setOwn,
  withEdit,
  type Coercion,
  type Note,
  type Notes,
  type Outcome,
  type Path,
} from "./outcome.ts";
import { ruleOf, type RuleName } from "./rules.ts";
import type { Member, Node, ObjectNode, TextNode } from "./tree.ts";

/** The value of a node where the schema says nothing about it. */
export function natural(coercion: Coercion, node: Node, path: Path): Outcome | null {
  if (node.kind === "text") return naturalText(coercion, node, path);
  if (node.kind === "array") {
    const items: unknown[] = [];
    let cost = 0;
    let notes: Notes = null;
    for (const item of node.items) {
      const outcome = natural(coercion, item, { up: path, key: items.length });
      if (!outcome) return null;
      items.push(outcome.value);
      cost += outcome.cost;
      notes = join(notes, outcome.notes);
    }
    return { value: items, cost, notes };
  }
  return naturalObject(coercion, node, path);
}

function naturalObject(coercion: Coercion, node: ObjectNode, path: Path): Outcome | null {
  if (node.members.length === 0 && node.bare.length > 0) return naturalSet(coercion, node, path);
  const value: Record<string, unknown> = {};
  const members = new Map<string, Member>();
  let cost = 0;
  let notes: Notes = null;
  for (const member of node.members) {
    const here = { up: path, key: member.key };
    const outcome = natural(coercion, member.value, here);
    if (!outcome) return null;
    const before = members.get(member.key);
    members.set(member.key, member);
    if (before && !same(value[member.key], outcome.value)) {
      if (!allows(coercion, "duplicate-key")) return null;
      notes = join(notes, loss("duplicate-key", here, before.keyStart, before.value.end));
      cost += ruleOf("duplicate-key").cost;
    }
    setOwn(value, member.key, outcome.value);
    cost += outcome.cost;
    notes = join(notes, outcome.notes);
  }
  return leftovers(coercion, node, path, { value, cost, notes });
}

function naturalSet(coercion: Coercion, node: ObjectNode, path: Path): Outcome | null {
  if (node.open || coercion.text[node.end - 1] !== "}") return null;
  const items: unknown[] = [];
  let inner: Outcome = plain(items);
  for (const item of node.bare) {
    const outcome = natural(coercion, item, { up: path, key: items.length });
    if (!outcome) return null;
    items.push(outcome.value);
    inner = {
      value: items,
      cost: inner.cost + outcome.cost,
      notes: join(inner.notes, outcome.notes),
    };
  }
  return withEdit(coercion, inner, "set-to-list", node, path);
}

/** Text in an object that belongs to no member is lost. */
export function leftovers(
  coercion: Coercion,
  node: ObjectNode,
  path: Path,
  inner: Outcome,
): Outcome | null {
  let { cost, notes } = inner;
  for (const piece of node.bare) {
    if (!allows(coercion, "skipped-text")) return null;
    notes = join(notes, loss("skipped-text", path, piece.start, piece.end));
    cost += ruleOf("skipped-text").cost;
  }
  return { value: inner.value, cost, notes };
}

export function loss(rule: RuleName, path: Path, from: number, to: number): Note {
  return { rule, path, from, to, after: "" };
}

function naturalText(coercion: Coercion, node: TextNode, path: Path): Outcome | null {
  // Blanks at the end of a string that was cut off are layout, unless a schema asks for the text as
  // it is.
  if (node.quoted) return plain(node.open && !coercion.partial ? node.text.trimEnd() : node.text);
  const { text } = node;
  // Nothing stands behind the colon: without a schema that is no text, not null.
  if (node.start === node.end) return plain("");
  const value = bareValue(text);
  if (node.isUntyped === true && value === null && text !== "null") return plain(text);
  // Without a schema a sign alone is the beginning of a number.
  if (value === undefined && digitsFault(text) !== null) return null;
  if (text === "-") return withEdit(coercion, plain(0), "truncated", node, path, "0");
  if (value === undefined) {
    const completed = node.open ? cutLiteral(coercion, text) : undefined;
    if (completed !== undefined)
      return withEdit(coercion, plain(completed), "truncated", node, path, String(completed));
    return withEdit(coercion, plain(text), bareRule(text), node, path, text);
  }
  if (typeof value === "number" || typeof value === "bigint") {
    return isJsonNumber(text)
      ? plain(value)
      : withEdit(
          coercion,
          plain(value),
          coercion.partial ? "literal" : "number",
          node,
          path,
          String(value),
        );
  }
  const spelled = writeJson(value);
  return text === spelled
    ? plain(value)
    : withEdit(coercion, plain(value), "literal", node, path, spelled);
}

/** `tru` at the end of the text. In a finished answer one letter is not enough to go by. */
function cutLiteral(coercion: Coercion, text: string): boolean | null | undefined {
  if (text.length < (coercion.partial ? 1 : 2)) return undefined;
  const lower = coercion.partial ? text.toLowerCase() : text;
  if ("true".startsWith(lower)) return true;
  if ("false".startsWith(lower)) return false;
  if (coercion.partial && ("none".startsWith(lower) || "undefined".startsWith(lower))) return null;
  return "null".startsWith(lower) ? null : undefined;
}

/** Whether two values are the same, whatever the order of their keys. */
export function same(left: unknown, right: unknown): boolean {
  if (Object.is(left, right) || left === right) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, index) => same(item, right[index]));
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && same(left[key], right[key]));
}
