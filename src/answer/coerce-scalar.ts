import { readPattern } from "../contract/patterns.ts";
import { isObject, writeJson } from "../core/json.ts";
import { bareRule, bareValue, isGuessed } from "./bare.ts";
import { listToSingle } from "./coerce-choice.ts";
import { coerceToNumber } from "./coerce-number.ts";
import { formatted } from "./formats.ts";
import { booleanIn } from "./spoken-boolean.ts";
import {
  allows,
  cheaper,
  plain,
  withEdit,
  type Coercion,
  type Outcome,
  type Path,
} from "./outcome.ts";
import { ruleOf } from "./rules.ts";
import { takesNull } from "./schemas.ts";
import type { Node, ParseEdit, TextNode } from "./tree.ts";
import { booleanOf, saysNothing } from "./words/said.ts";

type ScalarType = "number" | "integer" | "boolean" | "null";
type Schema = Record<string, unknown>;

export function isScalarType(type: string): type is ScalarType {
  return type === "number" || type === "integer" || type === "boolean" || type === "null";
}

export function coerceToString(
  coercion: Coercion,
  node: Node,
  schema: Schema,
  path: Path,
): Outcome | null {
  if (node.kind !== "text") return containerToString(coercion, node, schema, path);
  if (node.quoted) return keepString(coercion, node, node.text, schema, path, null);
  if (node.isUntyped === true) return untypedText(coercion, node, schema, path);
  const isBegun = node.open && BEGUN_LITERAL.test(node.text);
  if (isBegun && (coercion.partial || takesNull(coercion, schema))) return null;
  const value = bareValue(node.text);
  if (value === null && /^(?:null|none|undefined|nil)$/i.test(node.text)) {
    if (coercion.partial) return null;
    return /^(?:null|undefined|nil)$/.test(node.text)
      ? null
      : keepString(coercion, node, node.text, schema, path, "to-text");
  }
  return keepString(
    coercion,
    node,
    node.text,
    schema,
    path,
    value === undefined ? bareRule(node.text) : "to-text",
  );
}

/** The beginning of a word that is no text. */
const BEGUN_LITERAL =
  /^(?:n(?:u(?:ll?)?|o(?:ne?)?)?|t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|u(?:n(?:d(?:e(?:f\w*)?)?)?)?)$/i;

/**
 * Text in a notation without quotes is text as it stands; a number, a boolean or nothing only where
 * the schema takes none of these.
 */
function untypedText(
  coercion: Coercion,
  node: TextNode,
  schema: Schema,
  path: Path,
): Outcome | null {
  const isOther = node.text === "" || bareValue(node.text) !== undefined;
  const rule = node.text === "null" ? "to-text" : isOther ? "bare-string" : null;
  return keepString(coercion, node, node.text, schema, path, rule);
}

function keepString(
  coercion: Coercion,
  node: Node,
  text: string,
  schema: Schema,
  path: Path,
  rule: "bare-string" | "bare-with-quotes" | "to-text" | null,
): Outcome | null {
  // The rest of what is under way may make another date of it.
  const isBegun = coercion.partial && node.open;
  const made = isBegun ? undefined : formatted(text, schema["format"]);
  // Where a form is wanted, a word that says that there is nothing is no text of it.
  if (made === null && !coercion.partial) return null;
  const value = made?.value ?? text;
  if (!coercion.partial && !meetsString(value, schema)) return null;
  const kept = rule ? withEdit(coercion, plain(value), rule, node, path, value) : plain(value);
  return made ? withEdit(coercion, kept, made.rule, node, path, value) : kept;
}

function meetsString(text: string, schema: Schema): boolean {
  const { minLength, maxLength, pattern } = schema;
  if (typeof minLength === "number" && [...text].length < minLength) return false;
  if (typeof maxLength === "number" && [...text].length > maxLength) return false;
  if (typeof pattern !== "string") return true;
  const reading = readPattern(pattern);
  return !reading.ok || reading.test(text);
}

/** An object or a list where text is wanted: one item of a list, or the source as it stands. */
function containerToString(
  coercion: Coercion,
  node: Node,
  schema: Schema,
  path: Path,
): Outcome | null {
  if (node.open && coercion.partial) return null;
  const [only, ...others] = node.kind === "array" ? node.items : [];
  // Brackets around bare words may be part of them.
  const isSure = only?.kind !== "text" || only.quoted || coercion.level === "full";
  const single =
    only !== undefined && others.length === 0 && isSure
      ? listToSingle(coercion, node, schema, path)
      : null;
  const source = coercion.text.slice(node.start, node.end);
  // What had to be guessed at is no source to be taken as it stands.
  const guesses = coercion.edits.slice(node.editFrom, node.editTo).filter(isGuess);
  const isJson = /^[{[(]/.test(source) && guesses.length === 0;
  const whole =
    isJson && !isHollow(node) && meetsString(source, schema)
      ? withEdit(coercion, plain(source), "json-to-text", node, path, source)
      : null;
  const muted = whole && {
    ...whole,
    notes: [whole.notes, { mute: [node.editFrom, node.editTo] as const }] as const,
  };
  return cheaper(single, muted);
}

function isGuess({ rule }: ParseEdit): boolean {
  return ruleOf(rule).level === "full";
}

/** Brackets with nothing in them say nothing. */
function isHollow(node: Node): boolean {
  if (node.kind === "text") return false;
  return node.kind === "array"
    ? node.items.every(isHollow)
    : node.members.length === 0 && node.bare.length === 0;
}

export function coerceToScalar(
  coercion: Coercion,
  node: Node,
  type: ScalarType,
  schema: Schema,
  path: Path,
): Outcome | null {
  if (node.kind === "array")
    return type === "null" ? null : listToSingle(coercion, node, schema, path);
  if (node.kind === "object") {
    const [only] = node.members;
    if (!only || node.members.length > 1 || node.bare.length > 0 || type === "null") return null;
    return withEdit(
      coercion,
      coerceToScalar(coercion, only.value, type, schema, path),
      "unwrap",
      node,
      path,
    );
  }
  if (type === "boolean") return toBoolean(coercion, node, path);
  if (type === "null") return toNull(coercion, node, path);
  return coerceToNumber(coercion, node, type, schema, path);
}

function toBoolean(coercion: Coercion, node: TextNode, path: Path): Outcome | null {
  const text = node.text.trim();
  if (!node.quoted && (node.text === "true" || node.text === "false"))
    return plain(node.text === "true");
  if (node.open && coercion.partial && !node.quoted) return cut(coercion, node, path);
  const word = booleanOf(text);
  if (word !== undefined) {
    const rule = !node.quoted && /^(?:true|false)$/i.test(text) ? "literal" : "text-to-boolean";
    return withEdit(coercion, plain(word), rule, node, path, String(word));
  }
  if (/^[01](?:\.0+)?$/.test(text))
    return withEdit(
      coercion,
      plain(text.startsWith("1")),
      "number-to-boolean",
      node,
      path,
      String(text.startsWith("1")),
    );
  const isText = text.length < 20_000 && !isGuessed(coercion, node);
  const found = isText ? booleanIn(text) : undefined;
  return found === undefined
    ? null
    : withEdit(coercion, plain(found), "scalar-in-text", node, path, String(found));
}

function cut(coercion: Coercion, node: TextNode, path: Path): Outcome | null {
  const text = node.text.toLowerCase();
  const value = "true".startsWith(text) ? true : "false".startsWith(text) ? false : undefined;
  return value === undefined || text === ""
    ? null
    : withEdit(coercion, plain(value), "literal", node, path, String(value));
}

function toNull(coercion: Coercion, node: TextNode, path: Path): Outcome | null {
  if (!node.quoted && node.text === "null") return plain(null);
  if (node.isUntyped === true && node.text === "")
    return withEdit(coercion, plain(null), "literal", node, path, "null");
  if (!node.quoted && node.isUntyped !== true && bareValue(node.text) === null)
    return withEdit(coercion, plain(null), "literal", node, path, "null");
  if (node.open && !node.quoted && node.text !== "" && "null".startsWith(node.text))
    return coercion.partial
      ? plain(null)
      : withEdit(coercion, plain(null), "truncated", node, path);
  if (node.open && coercion.partial) return null;
  const rule = saysNothing(node.text)
    ? "text-to-null"
    : DASH.test(node.text.trim())
      ? "missing-value"
      : null;
  return rule && withEdit(coercion, plain(null), rule, node, path, "null");
}

/** Nothing said by a mark. */
const DASH = /^(?:[-–—]{1,3}|\?)$/;

/** What a string holds, where a list or an object is wanted and the string is JSON. */
export function fromJsonText(
  coercion: Coercion,
  node: Node,
  schema: unknown,
  path: Path,
): Outcome | null {
  if (node.kind !== "text" || !node.quoted || !/^\s*(?:[{[]|```)/.test(node.text)) return null;
  const inner = coercion.nested(node.text, schema, path);
  if (!inner || (!inner.isStrict && !allows(coercion, "truncated"))) return null;
  return withEdit(coercion, inner, "text-to-json", node, path, writeJson(inner.value));
}

export function defaultOf(schema: unknown): unknown {
  return isObject(schema) ? schema["default"] : undefined;
}
