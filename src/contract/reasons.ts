import { isObject, writeJson } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { codePoints } from "./values.ts";

/**
 * Longer values are cut in reasons: a reason is read by a person, or paid for as a part of a
 * prompt.
 */
const MAX_SHOWN = 80;
const MAX_LISTED = 12;

/** A value in a reason: `the number 5`, `an array of 3 items`. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value))
    return value.length === 0 ? "an empty array" : `an array of ${count(value.length, "item")}`;
  switch (typeof value) {
    case "string":
      return `the string ${quote(value)}`;
    case "number":
      return Number.isFinite(value) ? `the number ${value}` : `${value}, which JSON can't hold`;
    case "bigint":
      return `the number ${value}`;
    case "boolean":
      return String(value);
    case "object":
      return describeObject(value);
    case "undefined":
      return "missing";
    default:
      return `a ${typeof value}, which JSON can't hold`;
  }
}

/** A value as JSON, cut to 80 characters. */
export function show(value: unknown): string {
  if (typeof value === "string") return quote(value);
  return typeof value === "object" && value !== null ? showCompound(value) : plain(value);
}

export function quote(text: string): string {
  if (text.length <= MAX_SHOWN) return JSON.stringify(text);
  return `${JSON.stringify(cut(text))} (${codePoints(text)} characters)`;
}

/** `"a", "b" or "c"`; a long list is cut and says how long it is. */
export function alternatives(values: readonly unknown[]): string {
  const shown = values.slice(0, MAX_LISTED).map(show);
  if (values.length > MAX_LISTED)
    return `${shown.join(", ")} or one of ${values.length - MAX_LISTED} more`;
  return join(shown, "or");
}

/** `is "reed", but "red" or "green" is wanted. Did you mean "red"?` */
export function wrongChoice(value: unknown, allowed: readonly unknown[]): string {
  const is = isObject(value) || Array.isArray(value) ? describe(value) : show(value);
  if (allowed.length === 0) return `is ${is}, but no value is allowed`;
  const words = allowed.filter((one) => typeof one === "string");
  const hint =
    typeof value === "string" && value.length > 2 && allowed.length > 1
      ? didYouMean(value, words)
      : "";
  return `is ${is}, but ${alternatives(allowed)} is wanted${hint && `.${hint}`}`;
}

export function join(words: readonly string[], last: "and" | "or"): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

export function count(amount: number, noun: string): string {
  const plural = noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${amount} ${amount === 1 ? noun : plural}`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "an integer",
  boolean: "a boolean (true or false)",
  array: "an array",
  object: "an object",
  null: "null",
};

export function typeWords(types: readonly unknown[]): string {
  return join(
    types.map((type) => TYPE_WORDS[String(type)] ?? String(type)),
    "or",
  );
}

const FORMAT_WORDS: Readonly<Record<string, string>> = {
  date: "a date such as 2024-05-31",
  "date-time": "a date and time with a zone, such as 2024-05-31T09:30:00Z",
  time: "a time with a zone, such as 09:30:00Z",
  duration: "an ISO 8601 duration such as P1DT2H",
  email: "an email address",
  "idn-email": "an email address",
  hostname: "a host name",
  "idn-hostname": "a host name",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  uri: "an absolute URI such as https://example.com/a",
  "uri-reference": "a URI reference",
  iri: "an absolute IRI",
  "iri-reference": "an IRI reference",
  "uri-template": "a URI template",
  uuid: "a UUID",
  "json-pointer": "a JSON pointer such as /a/0",
  "relative-json-pointer": "a relative JSON pointer such as 1/a",
  regex: "a regular expression",
};

export function formatWords(format: string): string {
  return FORMAT_WORDS[format] ?? `text of the format "${format}"`;
}

function describeObject(value: object): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return "an empty object";
  const shown = keys.slice(0, 3).map((key) => quote(key));
  const more = keys.length > 3 ? [...shown, `${keys.length - 3} more`] : shown;
  return `an object with the ${keys.length === 1 ? "property" : "properties"} ${join(more, "and")}`;
}

/**
 * Reads no deeper and no further than it can show, so that the size of the value does not matter.
 */
function showCompound(value: object): string {
  const text = writeJson(shortened(value, 0));
  return text.length > MAX_SHOWN ? cut(text) : text;
}

function shortened(value: unknown, depth: number): unknown {
  if (typeof value === "string") return value.slice(0, MAX_SHOWN);
  if (Array.isArray(value))
    return depth > 3 ? "…" : value.slice(0, MAX_LISTED).map((item) => shortened(item, depth + 1));
  if (typeof value !== "object" || value === null)
    return isJsonScalar(value) ? value : plain(value);
  if (!isObject(value)) return null;
  const keys = Object.keys(value).slice(0, MAX_LISTED);
  return depth > 3
    ? "…"
    : Object.fromEntries(keys.map((key) => [key, shortened(value[key], depth + 1)]));
}

function isJsonScalar(value: unknown): boolean {
  return (
    value === null ||
    typeof value === "boolean" ||
    typeof value === "bigint" ||
    Number.isFinite(value)
  );
}

function plain(value: unknown): string {
  const isNamed =
    typeof value === "number" ||
    typeof value === "bigint" ||
    typeof value === "boolean" ||
    value === null ||
    value === undefined;
  return isNamed ? String(value) : `a ${typeof value}`;
}

/** Never through the middle of a surrogate pair. */
function cut(text: string): string {
  const end = MAX_SHOWN - 1;
  const isPair = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return `${text.slice(0, isPair ? end - 1 : end)}…`;
}
