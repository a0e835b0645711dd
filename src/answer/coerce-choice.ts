import { isObject, writeJson } from "../core/json.ts";
import { bareValue, isGuessed } from "./bare.ts";
import { matchChoice, newChoice, type Choice } from "./match.ts";
import { cheaper, plain, withEdit, type Coercion, type Outcome, type Path } from "./outcome.ts";
import { loss, same } from "./natural.ts";
import { allows, join } from "./outcome.ts";
import { ruleOf } from "./rules.ts";
import type { Node } from "./tree.ts";

/** The values of an `enum` or `const` with the names they go by, or null for another schema. */
export function choicesOf(
  coercion: Coercion,
  schema: Record<string, unknown>,
): readonly Choice[] | null {
  let choices = coercion.schemas.choices.get(schema);
  if (choices === undefined) coercion.schemas.choices.set(schema, (choices = readChoices(schema)));
  return choices;
}

function readChoices(schema: Record<string, unknown>): readonly Choice[] | null {
  const values: readonly unknown[] | null = Array.isArray(schema["enum"])
    ? schema["enum"]
    : "const" in schema
      ? [schema["const"]]
      : null;
  if (!values) return null;
  return values.map((value) => newChoice(value, namesOf(schema, value)));
}

/** The value itself, its aliases, its description, and both as `alias: description`. */
function namesOf(schema: Record<string, unknown>, value: unknown): string[] {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
    return [];
  const own = String(value);
  const names = [own];
  const aliases = isObject(schema["x-aliases"]) ? schema["x-aliases"][own] : undefined;
  const only = "const" in schema ? schema["x-alias"] : undefined;
  for (const alias of [aliases, only].flat()) if (typeof alias === "string") names.push(alias);
  const description = isObject(schema["x-descriptions"])
    ? schema["x-descriptions"][own]
    : undefined;
  if (typeof description === "string")
    names.push(description, ...names.map((name) => `${name}: ${description}`));
  return names;
}

export function coerceToChoice(
  coercion: Coercion,
  node: Node,
  choices: readonly Choice[],
  schema: Record<string, unknown>,
  path: Path,
): Outcome | null {
  if (node.kind === "text") return textToChoice(coercion, node, choices, path);
  const whole = choices.find(
    (choice) =>
      typeof choice.value === "object" &&
      choice.value !== null &&
      same(jsonOf(coercion, node), choice.value),
  );
  if (whole) return plain(whole.value);
  if (node.kind === "object") {
    const [only] = node.members;
    if (!only || node.members.length > 1 || node.bare.length > 0) return null;
    return withEdit(coercion, coercion.coerce(only.value, schema, path), "unwrap", node, path);
  }
  return listToSingle(coercion, node, schema, path);
}

/**
 * A list where one value is wanted: its only item, or the only one that fits and the rest is lost.
 */
export function listToSingle(
  coercion: Coercion,
  node: Node,
  schema: unknown,
  path: Path,
): Outcome | null {
  if (node.kind !== "array") return null;
  const fitting = node.items.map((item) => ({
    item,
    outcome: coercion.coerce(item, schema, path),
  }));
  const fits = fitting.filter((entry) => entry.outcome !== null);
  const first = fits[0]?.outcome;
  if (!first || fits.length > 1) return null;
  let notes = first.notes;
  let { cost } = first;
  for (const { item, outcome } of fitting) {
    if (outcome) continue;
    if (!allows(coercion, "other-item")) return null;
    notes = join(notes, loss("other-item", path, item.start, item.end));
    cost += ruleOf("other-item").cost;
  }
  return withEdit(coercion, { value: first.value, cost, notes }, "list-to-single", node, path);
}

function textToChoice(
  coercion: Coercion,
  node: Node & { kind: "text" },
  choices: readonly Choice[],
  path: Path,
): Outcome | null {
  const value = node.quoted ? node.text : bareValue(node.text);
  if (value !== undefined && choices.some((choice) => same(choice.value, value)))
    return plain(value);
  const match = matchChoice(node.text, choices);
  if (!match) return null;
  if (match.how === "exact" && match.value === node.text) return plain(match.value);
  if (match.how === "within" && isGuessed(coercion, node)) return null;
  const rule =
    match.how === "within" ? "enum-in-text" : match.how === "exact" ? "alias" : "enum-match";
  return cheaper(
    null,
    withEdit(coercion, plain(match.value), rule, node, path, writeJson(match.value)),
  );
}

function jsonOf(coercion: Coercion, node: Node): unknown {
  return coercion.coerce(node, true, null)?.value;
}
