import { isObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { isJsonNumber, type JsonNumber } from "./big.ts";
import { keywordValue, type SchemaNode } from "./document.ts";
import { formatCheck } from "./formats.ts";
import { alternatives, count, describe, formatWords, show, typeWords } from "./reasons.ts";
import { codePoints, findDuplicate, isSameJson, multipleOf } from "./values.ts";

/** What a keyword that looks at one value, and at no subschema, has against it. */
export interface Complaint {
  readonly keyword: string;
  readonly reason: string;
  /** What would have done: type names for `type`, values for `const` and `enum`. */
  readonly wanted?: readonly unknown[];
}

/**
 * All that the node's own assertions have against a value; a wrong type is told alone, for the rest
 * follows from it.
 */
export function assert(node: SchemaNode, value: unknown): Complaint[] {
  const types = keywordValue(node, "type");
  if (types !== undefined) {
    const wanted = Array.isArray(types) ? types : [types];
    if (!wanted.some((type) => isOfType(value, type))) {
      return [
        {
          keyword: "type",
          reason: `is ${describe(value)}, but ${typeWords(wanted)} is wanted`,
          wanted,
        },
      ];
    }
  }
  const complaints = assertOneOfSome(node, value);
  if (isJsonNumber(value)) complaints.push(...assertNumber(node, value));
  else if (typeof value === "string") complaints.push(...assertString(node, value));
  else if (Array.isArray(value)) complaints.push(...assertArray(node, value));
  else if (isObject(value)) complaints.push(...assertObject(node, value));
  return complaints;
}

/** `type` as JSON Schema means it: 1.0 is an integer, NaN and Infinity are no numbers. */
export function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case "integer":
      return typeof value === "bigint" || Number.isInteger(value);
    case "number":
      return typeof value === "bigint" || Number.isFinite(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

/** The number that a size keyword holds, or null. No size needs more digits than a double has. */
export function limitOf(node: SchemaNode, keyword: string): number | null {
  const limit = keywordValue(node, keyword);
  return isJsonNumber(limit) ? Number(limit) : null;
}

/** The number that a keyword for numbers holds, or null. */
export function boundOf(node: SchemaNode, keyword: string): JsonNumber | null {
  const bound = keywordValue(node, keyword);
  return isJsonNumber(bound) ? bound : null;
}

function assertOneOfSome(node: SchemaNode, value: unknown): Complaint[] {
  const complaints: Complaint[] = [];
  const allowed = keywordValue(node, "enum");
  if (Array.isArray(allowed) && !allowed.some((one) => isSameJson(one, value))) {
    complaints.push({ keyword: "enum", reason: wrongChoice(value, allowed), wanted: allowed });
  }
  if (typeof node.schema !== "boolean" && keywordValue(node, "const") !== undefined) {
    const wanted = node.schema["const"];
    if (!isSameJson(wanted, value)) {
      complaints.push({ keyword: "const", reason: wrongChoice(value, [wanted]), wanted: [wanted] });
    }
  }
  return complaints;
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

function assertNumber(node: SchemaNode, value: JsonNumber): Complaint[] {
  const complaints: Complaint[] = [];
  const minimum = boundOf(node, "minimum");
  const maximum = boundOf(node, "maximum");
  const tell = (keyword: string, wanted: string): void => {
    complaints.push({ keyword, reason: `is ${value}, but ${wanted} is wanted` });
  };
  // Draft 4 has booleans here, that sharpen the other keyword.
  const above = keywordValue(node, "exclusiveMinimum");
  const below = keywordValue(node, "exclusiveMaximum");
  if (minimum !== null && above === true && value <= minimum)
    tell("minimum", `a number greater than ${minimum}`);
  else if (minimum !== null && value < minimum) tell("minimum", `${minimum} or more`);
  if (maximum !== null && below === true && value >= maximum)
    tell("maximum", `a number less than ${maximum}`);
  else if (maximum !== null && value > maximum) tell("maximum", `${maximum} or less`);
  if (isJsonNumber(above) && value <= above)
    tell("exclusiveMinimum", `a number greater than ${above}`);
  if (isJsonNumber(below) && value >= below)
    tell("exclusiveMaximum", `a number less than ${below}`);
  const divisor = boundOf(node, "multipleOf");
  if (divisor !== null && !multipleOf(divisor)(value))
    tell("multipleOf", `a multiple of ${divisor}`);
  return complaints;
}

function assertString(node: SchemaNode, value: string): Complaint[] {
  const complaints: Complaint[] = [];
  const tell = (keyword: string, wanted: string): void => {
    complaints.push({ keyword, reason: `is ${show(value)}, but ${wanted} is wanted` });
  };
  const [least, most] = [limitOf(node, "minLength"), limitOf(node, "maxLength")];
  const length = least === null && most === null ? 0 : codePoints(value);
  if (least !== null && length < least)
    complaints.push(size("minLength", length, "character", least));
  if (most !== null && length > most) complaints.push(size("maxLength", length, "character", most));
  const pattern = keywordValue(node, "pattern");
  if (typeof pattern === "string") {
    const reading = node.patterns.read(pattern);
    if (reading.ok && !reading.test(value))
      tell("pattern", `text that matches the pattern ${pattern}`);
  }
  const format = keywordValue(node, "format");
  if (typeof format === "string" && formatCheck(format)?.(value) === false)
    tell("format", formatWords(format));
  return complaints;
}

function assertArray(node: SchemaNode, value: readonly unknown[]): Complaint[] {
  const complaints: Complaint[] = [];
  const [least, most] = [limitOf(node, "minItems"), limitOf(node, "maxItems")];
  if (least !== null && value.length < least)
    complaints.push(size("minItems", value.length, "item", least));
  if (most !== null && value.length > most)
    complaints.push(size("maxItems", value.length, "item", most));
  const twice = keywordValue(node, "uniqueItems") === true ? findDuplicate(value) : null;
  if (twice !== null) {
    const reason = `holds ${show(value[twice[0]])} twice, at ${twice[0]} and at ${twice[1]}, but every item must be different`;
    complaints.push({ keyword: "uniqueItems", reason });
  }
  return complaints;
}

function assertObject(node: SchemaNode, value: Readonly<Record<string, unknown>>): Complaint[] {
  const complaints: Complaint[] = [];
  const [least, most] = [limitOf(node, "minProperties"), limitOf(node, "maxProperties")];
  const length = Object.keys(value).length;
  if (least !== null && length < least)
    complaints.push(size("minProperties", length, "property", least));
  if (most !== null && length > most)
    complaints.push(size("maxProperties", length, "property", most));
  return complaints;
}

function size(keyword: string, actual: number, noun: string, limit: number): Complaint {
  const wanted = actual < limit ? `at least ${limit}` : `at most ${limit}`;
  return {
    keyword,
    reason: `has ${count(actual, noun)}, but ${wanted} ${limit === 1 ? "is" : "are"} wanted`,
  };
}
