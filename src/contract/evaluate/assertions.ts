import { isObject } from "../../core/json.ts";
import { isJsonNumber, type JsonNumber } from "../big.ts";
import { keywordValue, type SchemaNode } from "../document.ts";
import { formatCheck } from "../formats.ts";
import { limitOf } from "../limits.ts";
import { count, describe, formatWords, show, typeWords, wrongChoice } from "../reasons.ts";
import { codePoints, findDuplicate, isOfType, isSameJson } from "../values.ts";
import { assertion, type Assertion } from "./assertion.ts";
import { numberAssertions } from "./bounds.ts";
import type { Finding } from "./finding.ts";

/** Those of one schema, by the values that they look at. */
export interface Assertions {
  readonly type: Assertion<unknown> | null;
  readonly any: readonly Assertion<unknown>[];
  readonly number: readonly Assertion<JsonNumber>[];
  readonly string: readonly Assertion<string>[];
  readonly array: readonly Assertion<readonly unknown[]>[];
  readonly object: readonly Assertion<object>[];
}

export function assertionsOf(node: SchemaNode): Assertions {
  return {
    type: typeOf(node),
    any: constantsOf(node),
    number: numberAssertions(node),
    string: [
      ...sizesOf<string>(node, "minLength", "maxLength", "character", codePoints),
      ...patternOf(node),
      ...formatOf(node),
    ],
    array: [
      ...sizesOf<readonly unknown[]>(node, "minItems", "maxItems", "item", (list) => list.length),
      ...uniquenessOf(node),
    ],
    object: sizesOf<object>(node, "minProperties", "maxProperties", "property", (value) => {
      return Object.keys(value).length;
    }),
  };
}

/** A wrong type is told alone, for the rest follows from it. */
export function assert(assertions: Assertions, value: unknown, found: Finding[]): void {
  const wrongType = assertions.type?.(value) ?? null;
  if (wrongType !== null) {
    found.push(wrongType);
    return;
  }
  ask(assertions.any, value, found);
  if (isJsonNumber(value)) ask(assertions.number, value, found);
  else if (typeof value === "string") ask(assertions.string, value, found);
  else if (Array.isArray(value)) ask(assertions.array, value, found);
  else if (isObject(value)) ask(assertions.object, value, found);
}

function ask<Value>(all: readonly Assertion<Value>[], value: Value, found: Finding[]): void {
  for (const judge of all) {
    const against = judge(value);
    if (against !== null) found.push(against);
  }
}

function typeOf(node: SchemaNode): Assertion<unknown> | null {
  const types = keywordValue(node, "type");
  if (types === undefined) return null;
  const wanted = Array.isArray(types) ? types : [types];
  const [only] = wanted;
  return assertion(node, "type", {
    isMet:
      wanted.length === 1
        ? (value) => isOfType(value, only)
        : (value) => wanted.some((type) => isOfType(value, type)),
    reason: (value) => `is ${describe(value)}, but ${typeWords(wanted)} is wanted`,
    wanted,
  });
}

function constantsOf(node: SchemaNode): Assertion<unknown>[] {
  const asked: Assertion<unknown>[] = [];
  const tell = (keyword: string, wanted: readonly unknown[]): void => {
    const isMet = (value: unknown): boolean => wanted.some((one) => isSameJson(one, value));
    const reason = (value: unknown): string => wrongChoice(value, wanted);
    asked.push(assertion(node, keyword, { isMet, reason, wanted }));
  };
  const allowed = keywordValue(node, "enum");
  if (Array.isArray(allowed)) tell("enum", allowed);
  if (node.keywords.has("const")) tell("const", [keywordValue(node, "const")]);
  return asked;
}

function patternOf(node: SchemaNode): Assertion<string>[] {
  const pattern = keywordValue(node, "pattern");
  const reading = typeof pattern === "string" ? node.patterns.read(pattern) : null;
  if (reading?.ok !== true) return [];
  const reason = (value: string): string =>
    `is ${show(value)}, but text that matches the pattern ${String(pattern)} is wanted`;
  return [assertion(node, "pattern", { isMet: (value) => reading.test(value), reason })];
}

function formatOf(node: SchemaNode): Assertion<string>[] {
  const format = keywordValue(node, "format");
  if (typeof format !== "string") return [];
  const isMet = formatCheck(format);
  if (isMet === null) return [];
  const reason = (value: string): string =>
    `is ${show(value)}, but ${formatWords(format)} is wanted`;
  return [assertion(node, "format", { isMet, reason })];
}

function uniquenessOf(node: SchemaNode): Assertion<readonly unknown[]>[] {
  if (keywordValue(node, "uniqueItems") !== true) return [];
  const isMet = holdsNothingTwice;
  return [assertion(node, "uniqueItems", { isMet, reason: twice })];
}

function holdsNothingTwice(list: readonly unknown[]): boolean {
  return findDuplicate(list) === null;
}

function twice(list: readonly unknown[]): string {
  const [first, second] = findDuplicate(list) ?? [0, 0];
  return (
    `holds ${show(list[first])} twice, at ${first} and at ${second}, but every item must be ` +
    "different"
  );
}

function sizesOf<Value>(
  node: SchemaNode,
  least: string,
  most: string,
  noun: string,
  sizeOf: (value: Value) => number,
): Assertion<Value>[] {
  const [min, max] = [limitOf(node, least), limitOf(node, most)];
  const tell = (
    keyword: string,
    limit: number,
    isMet: (size: number) => boolean,
    words: string,
  ): Assertion<Value> =>
    assertion(node, keyword, {
      isMet: (value) => isMet(sizeOf(value)),
      reason: (value) =>
        `has ${count(sizeOf(value), noun)}, but ${words} ${limit} ` +
        `${limit === 1 ? "is" : "are"} wanted`,
    });
  return [
    ...(min === null ? [] : [tell(least, min, (size) => size >= min, "at least")]),
    ...(max === null ? [] : [tell(most, max, (size) => size <= max, "at most")]),
  ];
}
