import { isJsonNumber, type JsonNumber } from "../big.ts";
import { keywordValue, type SchemaNode } from "../document.ts";
import { boundOf } from "../limits.ts";
import { multipleOf } from "../values.ts";
import { assertion, type Assertion } from "./assertion.ts";

/** What a schema asks of numbers. */
export function numberAssertions(node: SchemaNode): Assertion<JsonNumber>[] {
  return [...boundsOf(node, LOWER), ...boundsOf(node, UPPER), ...divisorOf(node)];
}

interface Side {
  readonly bound: string;
  readonly exclusive: string;
  readonly isBeyond: (value: JsonNumber, limit: JsonNumber) => boolean;
  readonly reaches: (value: JsonNumber, limit: JsonNumber) => boolean;
  readonly words: (limit: JsonNumber) => string;
  readonly exclusiveWords: (limit: JsonNumber) => string;
}

const LOWER: Side = {
  bound: "minimum",
  exclusive: "exclusiveMinimum",
  isBeyond: (value, limit) => value < limit,
  reaches: (value, limit) => value <= limit,
  words: (limit) => `${limit} or more`,
  exclusiveWords: (limit) => `a number greater than ${limit}`,
};

const UPPER: Side = {
  bound: "maximum",
  exclusive: "exclusiveMaximum",
  isBeyond: (value, limit) => value > limit,
  reaches: (value, limit) => value >= limit,
  words: (limit) => `${limit} or less`,
  exclusiveWords: (limit) => `a number less than ${limit}`,
};

function boundsOf(node: SchemaNode, side: Side): Assertion<JsonNumber>[] {
  const limit = boundOf(node, side.bound);
  const exclusive = keywordValue(node, side.exclusive);
  const asked: Assertion<JsonNumber>[] = [];
  const tell = (keyword: string, isBeyond: (value: JsonNumber) => boolean, words: string): void => {
    const reason = (value: JsonNumber): string => `is ${value}, but ${words} is wanted`;
    asked.push(assertion(node, keyword, { isMet: (value) => !isBeyond(value), reason }));
  };
  // Draft 4 has booleans here, that sharpen the other keyword.
  if (limit !== null && exclusive === true)
    tell(side.bound, (value) => side.reaches(value, limit), side.exclusiveWords(limit));
  else if (limit !== null)
    tell(side.bound, (value) => side.isBeyond(value, limit), side.words(limit));
  if (isJsonNumber(exclusive))
    tell(side.exclusive, (value) => side.reaches(value, exclusive), side.exclusiveWords(exclusive));
  return asked;
}

function divisorOf(node: SchemaNode): Assertion<JsonNumber>[] {
  const divisor = boundOf(node, "multipleOf");
  if (divisor === null) return [];
  const isMet = multipleOf(divisor);
  const reason = (value: JsonNumber): string =>
    `is ${value}, but a multiple of ${divisor} is wanted`;
  return [assertion(node, "multipleOf", { isMet, reason })];
}
