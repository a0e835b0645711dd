import { isObject } from "../core/json.ts";
import { choicesOf } from "./coerce-choice.ts";
import { choicesIn } from "./match.ts";
import { isFreeText, isTalk } from "./talk.ts";
import { fromJsonText } from "./coerce-scalar.ts";
import { isElision } from "./placeholders.ts";
import { loss } from "./natural.ts";
import {
  allows,
  isEmptyText,
  cheaper,
  join,
  plain,
  withEdit,
  type Coercion,
  type Notes,
  type Outcome,
  type Path,
} from "./outcome.ts";
import { ruleOf } from "./rules.ts";
import { resolve, takesAnything } from "./schemas.ts";
import type { ArrayNode, Node, ObjectNode, TextNode } from "./tree.ts";

type Schema = Record<string, unknown>;

export function coerceToArray(
  coercion: Coercion,
  node: Node,
  schema: Schema,
  path: Path,
): Outcome | null {
  if (node.kind === "array") {
    if (isCutShort(coercion, node)) return null;
    const list = listOf(coercion, node.items, schema, path);
    const [only, ...others] = node.items;
    if (only?.kind !== "array" || others.length > 0) return list;
    // `[[1, 2]` where the items are no lists: a bracket too many.
    const inner = listOf(coercion, only.items, schema, path);
    return cheaper(list, withEdit(coercion, inner, "doubled-opener", node, path));
  }
  if (node.kind === "object") return objectToArray(coercion, node, schema, path);
  if (!node.quoted && node.text === "null") return null;
  if (isEmptyText(node)) return listOf(coercion, [], schema, path);
  const json = fromJsonText(coercion, node, schema, path);
  if (json) return json;
  const lines = coercion.partial ? null : listedLines(node.text);
  // Several items in one text are no single item; what they are is a guess.
  if (lines && !allows(coercion, "outline")) return null;
  const split = coercion.partial ? null : textToArray(coercion, node, lines, schema, path);
  return split ?? singleToList(coercion, node, schema, path);
}

/** The text ended within an item, or behind the comma in front of one: how many follow is open. */
function isCutShort({ partial, text, root }: Coercion, node: ArrayNode): boolean {
  if (!node.open || partial || takesAnything(root)) return false;
  const last = node.items.at(-1);
  const isWithin = last?.open === true && (last.kind !== "text" || last.quoted);
  return isWithin || /,[\s`]*$/.test(text.slice(node.start, node.end));
}

function itemSchema(schema: Schema, index: number): unknown {
  const prefix = schema["prefixItems"];
  if (Array.isArray(prefix) && index < prefix.length) return prefix[index];
  const { items } = schema;
  if (Array.isArray(items))
    return index < items.length ? items[index] : (schema["additionalItems"] ?? true);
  return items ?? true;
}

/** The items, one by one; an item that can't be read is dropped where the level allows it. */
function listOf(
  coercion: Coercion,
  nodes: readonly Node[],
  schema: Schema,
  path: Path,
): Outcome | null {
  const items: unknown[] = [];
  let cost = 0;
  let notes: Notes = null;
  for (const [index, node] of nodes.entries()) {
    if (node.kind === "text" && isElision(node.text) && !coercion.partial) return null;
    const outcome = coercion.coerce(node, itemSchema(schema, index), {
      up: path,
      key: items.length,
    });
    if (outcome) {
      items.push(outcome.value);
      cost += outcome.cost;
      notes = join(notes, outcome.notes);
    } else {
      if (coercion.partial && index === nodes.length - 1) break;
      if (!allows(coercion, "dropped-item") || schema["prefixItems"] !== undefined) return null;
      notes = join(notes, loss("dropped-item", path, node.start, node.end));
      cost += ruleOf("dropped-item").cost;
    }
  }
  if (items.length === 0 && nodes.length > 0 && !coercion.partial) return null;
  if (!coercion.partial && !meetsLength(items.length, schema)) return null;
  return { value: items, cost, notes };
}

function meetsLength(length: number, schema: Schema): boolean {
  const { minItems, maxItems } = schema;
  if (typeof minItems === "number" && length < minItems) return false;
  return !(typeof maxItems === "number" && length > maxItems);
}

function objectToArray(
  coercion: Coercion,
  node: ObjectNode,
  schema: Schema,
  path: Path,
): Outcome | null {
  if (node.members.length === 0 && node.bare.length > 0) {
    if (coercion.text[node.end - 1] !== "}") return null;
    return withEdit(coercion, listOf(coercion, node.bare, schema, path), "set-to-list", node, path);
  }
  const [only, ...others] = node.members;
  const single = singleToList(coercion, node, schema, path);
  if (!only || node.bare.length > 0) return single;
  if (others.length === 0)
    return cheaper(single, unwrapList(coercion, only.value, node, schema, path));
  const values = node.members.map((member) => member.value);
  if (node.members.every(({ key }, index) => key === String(index)))
    return withEdit(coercion, listOf(coercion, values, schema, path), "set-to-list", node, path);
  if (others.some((member) => member.key !== only.key)) return single;
  return cheaper(
    single,
    withEdit(coercion, listOf(coercion, values, schema, path), "unwrap", node, path),
  );
}

function unwrapList(
  coercion: Coercion,
  value: Node,
  node: Node,
  schema: Schema,
  path: Path,
): Outcome | null {
  const inner = value.kind === "array" ? coercion.coerce(value, schema, path) : null;
  const list =
    inner ??
    (coercion.level === "full" && value.kind !== "text"
      ? coercion.coerce(value, schema, path)
      : null);
  return withEdit(
    coercion,
    list ?? xmlItem(coercion, value, node, schema, path),
    "unwrap",
    node,
    path,
  );
}

/** `<items><item>one</item></items>`: the one child is the one item. */
function xmlItem(
  coercion: Coercion,
  value: Node,
  node: Node,
  schema: Schema,
  path: Path,
): Outcome | null {
  // Brackets that could not be read are no item.
  const isBroken = value.kind === "text" && /^\s*[[{]/.test(value.text);
  return !isBroken && coercion.rules.has("xml") ? listOf(coercion, [value], schema, path) : null;
}

function singleToList(coercion: Coercion, node: Node, schema: Schema, path: Path): Outcome | null {
  const item = itemSchema(schema, 0);
  const inner = coercion.coerce(node, item, { up: path, key: 0 });
  if (!inner || !meetsLength(1, schema)) return null;
  if (node.kind === "text" && path === null && isTalk(coercion, node, inner, item)) return null;
  if (node.kind === "text" && mayBeList(node.text, item) && !allows(coercion, "outline"))
    return null;
  if (node.kind === "text" && path === null) {
    // Words in a fence may be talk, or one of several items.
    const isWords = !node.quoted && isFreeText(item) && !allows(coercion, "outline");
    if (isWords || /^\s*\[/.test(node.text)) return null;
  }
  return withEdit(coercion, { ...inner, value: [inner.value] }, "single-to-list", node, path);
}

/** A text that may be several items: a list that could not be read, or words between commas. */
function mayBeList(text: string, item: unknown): boolean {
  if (/^\s*[[{]|["”]\s*[\]}]\s*$/.test(text)) return true;
  return isFreeText(item) && (/^[^[]*\]\s*$/.test(text) || LISTED_WORDS.test(text));
}

/** A word or two, and more of such behind commas. */
const LISTED_WORDS =
  /^\s*[\p{L}\p{N}-]{1,30}(?: [\p{L}\p{N}-]{1,30})?(?:\s*[,;、，]\s*[\p{L}\p{N}-]{1,30}(?: [\p{L}\p{N}-]{1,30})?)+\s*$/u;

const BULLET = /^\s*(?:[-*•]|\d+[.)])\s+(?:\[[ xX]\]\s+)?(?=\S)/;

/**
 * What stands behind the bullets or numbers of a text that is lines of such; null for any other
 * text.
 */
function listedLines(text: string): string[] | null {
  if (!text.includes("\n")) return null;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length < 2 || !lines.every((line) => BULLET.test(line))) return null;
  return lines.map((line) => withoutQuotes(line.replace(BULLET, "").trim()));
}

function withoutQuotes(text: string): string {
  return /^"[^"\\]*"$/.test(text) ? text.slice(1, -1) : text;
}

/**
 * Text that lists its items: one a line behind bullets or numbers, or between commas where the
 * items are not free text.
 */
function textToArray(
  coercion: Coercion,
  node: TextNode,
  lines: readonly string[] | null,
  schema: Schema,
  path: Path,
): Outcome | null {
  if (!allows(coercion, "outline")) return null;
  const isFree = isFreeText(schema["items"]);
  const isSplit = !isFree || LISTED_WORDS.test(node.text);
  const pieces = lines ?? (isSplit ? node.text.split(/[,;、，]/).map((piece) => piece.trim()) : []);
  if (pieces.length < 2) return null;
  const items = pieces.map((text): Node => ({ ...node, text, quoted: isFree }));
  return cheaper(
    withEdit(coercion, listOf(coercion, items, schema, path), "outline", node, path),
    lines ? null : choicesInText(coercion, node, pieces, schema, path),
  );
}

/** "Affected are mail, auth and search.", where the items are choices: each piece names some. */
function choicesInText(
  coercion: Coercion,
  node: TextNode,
  pieces: readonly string[],
  schema: Schema,
  path: Path,
): Outcome | null {
  const items = resolve(coercion, schema["items"]);
  const choices = isObject(items) ? choicesOf(coercion, items) : null;
  const named = choices && choicesIn(node.text, choices);
  if (
    !named ||
    !pieces.every((piece) => choicesIn(piece, choices)) ||
    named.length < 2 ||
    !meetsLength(named.length, schema)
  )
    return null;
  return withEdit(coercion, plain([...named]), "enum-in-text", node, path, named.join(", "));
}
