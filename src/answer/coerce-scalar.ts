import { readPattern } from "../contract/patterns.ts";
import { isObject, writeJson } from "../core/json.ts";
import { bareRule, bareValue, isGuessed } from "./bare.ts";
import { listToSingle } from "./coerce-choice.ts";
import { toIsoDate } from "./dates.ts";
import { booleanIn, yesOrNo } from "./spoken-boolean.ts";
import { isJsonNumber } from "./numbers.ts";
import { onlyNumberIn } from "./number-in-text.ts";
import { numberWord } from "./number-words.ts";
import { groupedByPoint, readSpelledNumber, type SpelledNumber } from "./spelled-number.ts";
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
  const format = schema["format"];
  const dated = format === "date" || format === "date-time" ? toIsoDate(text, format) : undefined;
  const value = dated ?? text;
  // Where a date is wanted, words for nothing are no text.
  if (format !== undefined && dated === undefined && ruleForNothing(text) !== null) return null;
  if (!coercion.partial && !meetsString(value, schema)) return null;
  const kept = rule ? withEdit(coercion, plain(value), rule, node, path, value) : plain(value);
  return dated === undefined || dated === text
    ? kept
    : withEdit(coercion, kept, "date", node, path, value);
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
  const outcome = toNumber(coercion, node, path);
  if (outcome && meetsNumber(outcome.value, type, schema)) return outcome;
  const guess = coercion.partial ? undefined : guessedNumber(node.text, type, schema);
  return guess && meetsNumber(guess.value, type, schema)
    ? withEdit(coercion, plain(guess.value), guess.rule, node, path, String(guess.value))
    : null;
}

/** A number that only what is wanted tells: a word, a share, points out of a maximum. */
function guessedNumber(text: string, type: string, schema: Schema): SpelledNumber | undefined {
  const word = numberWord(text);
  if (word !== undefined) return { value: word, rule: "number-in-words" };
  if (type === "integer") return groupedByPoint(text) ?? points(text);
  const share = schema["maximum"] === 1 ? readSpelledNumber(text.replace(/ ?%$/, "")) : undefined;
  return share && typeof share.value === "number" && text.endsWith("%")
    ? { value: Number((share.value / 100).toPrecision(15)), rule: "text-to-fraction" }
    : undefined;
}

/** "4/5", "85 out of 100". */
function points(text: string): SpelledNumber | undefined {
  const [, own, most] =
    /^(\d{1,3}) ?(?:\/|out of|of|von|sur|de|из|su) ?(5|6|10|15|20|50|100)$/iu.exec(text.trim()) ??
    [];
  if (own === undefined || Number(own) > Number(most)) return undefined;
  return { value: Number(own), rule: "number-in-words" };
}

function toNumber(coercion: Coercion, node: TextNode, path: Path): Outcome | null {
  if (!node.quoted) {
    const value = bareValue(node.text);
    if (typeof value === "number" || typeof value === "bigint") {
      return isJsonNumber(node.text)
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
  }
  const spelled = readSpelledNumber(node.text);
  if (spelled)
    return withEdit(
      coercion,
      plain(spelled.value),
      spelled.rule,
      node,
      path,
      String(spelled.value),
    );
  const found = isGuessed(coercion, node)
    ? undefined
    : onlyNumberIn(node.text, { isMember: path !== null });
  return found === undefined
    ? null
    : withEdit(coercion, plain(found.value), "scalar-in-text", node, path, String(found.value));
}

function meetsNumber(value: unknown, type: ScalarType, schema: Schema): boolean {
  if (typeof value !== "number" && typeof value !== "bigint") return false;
  if (type === "integer" && typeof value === "number" && !Number.isInteger(value)) return false;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (typeof minimum === "number" && value < minimum) return false;
  if (typeof maximum === "number" && value > maximum) return false;
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) return false;
  return !(typeof exclusiveMaximum === "number" && value >= exclusiveMaximum);
}

function toBoolean(coercion: Coercion, node: TextNode, path: Path): Outcome | null {
  const text = node.text.trim().replace(/^\*+|\*+$/g, "");
  if (!node.quoted && (node.text === "true" || node.text === "false"))
    return plain(node.text === "true");
  if (node.open && coercion.partial && !node.quoted) return cut(coercion, node, path);
  const word = yesOrNo(text);
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
  const rule = ruleForNothing(node.text.trim());
  return rule && withEdit(coercion, plain(null), rule, node, path, "null");
}

function ruleForNothing(text: string): "text-to-null" | "missing-value" | null {
  if (NOTHING.test(text)) return "text-to-null";
  return DASH.test(text) ? "missing-value" : null;
}

/** Words that say that there is nothing, or that it is not known. */
const NOTHING =
  /^(?:null|none|nil|n\/a|n\.a\.|n\/d|s\/d|unknown|not (?:known|available|applicable|specified|provided|given|stated|mentioned|found|listed)|unbekannt|k\. ?a\.|keine (?:angaben?|daten)|ohne angabe|nicht (?:angegeben|vorhanden|bekannt|verfügbar)|inconnue?|non (?:renseignée?|précisée?|spécifiée?|disponible)|néant|desconocid[oa]|no (?:disponible|especificad[oa]|consta|aplica|indicad[oa])|sconosciut[oa]|non (?:specificat[oa]|indicat[oa])|nessuno|desconhecid[oa]|não (?:informad[oa]|disponível|especificad[oa])|onbekend|niet (?:bekend|opgegeven)|okänt|ukjent|ukendt|brak(?: danych)?|nie (?:podano|dotyczy)|neuvedeno|bilinmiyor|belirtilmemiş|yok|неизвестно|нет(?: данных)?|не (?:указан[оаы]?|известно|применимо)|غير (?:معروف|متوفر|متاح|محدد)|لا يوجد|अज्ञात|उपलब्ध नहीं|ไม่ระบุ|ไม่ทราบ|不明|未知|无|無|なし|未记载|未提供|不适用|記載なし|該当なし|없음|미상|해당 없음)\.?$/iu;
/** The same said by a mark. */
const DASH = /^[-–—]{1,3}$/;

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
