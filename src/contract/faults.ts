import { isObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { JsonNumber } from "./big.ts";
import type { SchemaFault } from "./contract.ts";
import { isOnlyReference, type SchemaDocument, type SchemaNode } from "./document.ts";
import { keywordOf, type Draft, type Shape } from "./keywords.ts";
import { findLoops } from "./loops.ts";
import type { Patterns } from "./patterns.ts";
import { describe } from "./reasons.ts";
import { isOfType } from "./values.ts";

export const TYPE_NAMES = [
  "array",
  "boolean",
  "integer",
  "null",
  "number",
  "object",
  "string",
] as const;

/**
 * What keeps a schema from being compiled: keywords of the wrong shape, references that lead
 * nowhere or only to themselves.
 */
export function findFaults(document: SchemaDocument): SchemaFault[] {
  return [...document.nodes.flatMap(shapeFaults), ...document.faults, ...findLoops(document)];
}

function shapeFaults(node: SchemaNode): SchemaFault[] {
  if (typeof node.schema === "boolean") return [];
  const faults: SchemaFault[] = [];
  const isReference = isOnlyReference(node);
  for (const [keyword, value] of Object.entries(node.schema)) {
    const known = isReference && keyword !== "$ref" ? null : keywordOf(keyword, node.draft);
    if (known === null) continue;
    for (const { at, reason } of checkShape(known.shape, value, keyword, node)) {
      faults.push({ schemaPath: [...node.path, keyword, ...at], reason });
    }
  }
  return faults;
}

interface Fault {
  readonly at: readonly (string | number)[];
  readonly reason: string;
}

function checkShape(shape: Shape, value: unknown, keyword: string, node: SchemaNode): Fault[] {
  const { draft, patterns } = node;
  switch (shape) {
    case "types":
      return checkTypes(value);
    case "names":
      return checkNames(value, keyword, draft);
    case "pattern":
      return typeof value === "string"
        ? checkPattern(value, [], patterns)
        : wrong(value, "a regular expression");
    case "schemas":
      return checkSchemas(value);
    case "schema-or-schemas":
      return checkItems(value, draft);
    case "named-schemas":
      return checkNamedSchemas(value, keyword, patterns);
    case "dependencies":
      return checkEach(value, (one) =>
        Array.isArray(one) ? checkNames(one, keyword, draft) : checkSchema(one),
      );
    case "lists-of-names":
      return checkEach(value, (one) => checkNames(one, keyword, draft));
    case "boolean-or-number":
      return checkExclusive(value, keyword, draft);
    default: {
      const plain = PLAIN_SHAPES[shape];
      return plain === undefined || plain.is(value) ? [] : wrong(value, plain.wanted);
    }
  }
}

const SCHEMA = "a schema (a mapping, true or false)";

/** Shapes that a value has or not, and what is wanted. */
const PLAIN_SHAPES: Readonly<
  Partial<Record<Shape, { is(value: unknown): boolean; readonly wanted: string }>>
> = {
  string: { is: isString, wanted: "a string" },
  uri: { is: isString, wanted: "a string" },
  reference: { is: isString, wanted: "a string" },
  anchor: {
    is: (value) => typeof value === "string" && /^[A-Za-z_][\w.-]*$/.test(value),
    wanted: "a plain name",
  },
  boolean: { is: (value) => typeof value === "boolean", wanted: "true or false" },
  number: { is: isNumber, wanted: "a number" },
  positive: { is: (value) => isNumber(value) && value > 0, wanted: "a number above 0" },
  count: {
    is: (value) => isNumber(value) && isOfType(value, "integer") && value >= 0,
    wanted: "an integer of 0 or more",
  },
  list: { is: Array.isArray, wanted: "a list of values" },
  mapping: { is: isObject, wanted: "a mapping" },
  schema: { is: isSchema, wanted: SCHEMA },
};

function checkTypes(value: unknown): Fault[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return wrong(value, "at least one type name");
    return value.flatMap((one, index) =>
      checkType(one).map((fault) => ({ ...fault, at: [index] })),
    );
  }
  return checkType(value);
}

/** What other languages call the types, and how a schema says it. */
const FOREIGN_TYPES: Readonly<Record<string, string>> = {
  str: "string",
  text: "string",
  int: "integer",
  float: "number",
  double: "number",
  decimal: "number",
  bool: "boolean",
  list: "array",
  tuple: "array",
  dict: "object",
  map: "object",
  none: "null",
  nil: "null",
  undefined: "null",
};

function checkType(value: unknown): Fault[] {
  if (typeof value !== "string") {
    const hint = value === null ? '. Write the type as the string "null"' : "";
    return [{ at: [], reason: `is ${describe(value)}, but a type name is wanted${hint}` }];
  }
  if (TYPE_NAMES.some((name) => name === value)) return [];
  const word = value.toLowerCase();
  const foreign = Object.hasOwn(FOREIGN_TYPES, word) ? FOREIGN_TYPES[word] : undefined;
  const hint =
    foreign === undefined ? didYouMean(value, TYPE_NAMES) : ` Did you mean "${foreign}"?`;
  return [
    {
      at: [],
      reason: `is "${value}", but one of ${TYPE_NAMES.join(", ")} is wanted${hint && `.${hint}`}`,
    },
  ];
}

function checkNames(value: unknown, keyword: string, draft: Draft): Fault[] {
  if (!Array.isArray(value)) {
    const isFlag = keyword === "required" && typeof value === "boolean";
    const hint = isFlag
      ? '. Put the property\'s name into the "required" of the object that holds it'
      : "";
    return [
      { at: [], reason: `is ${describe(value)}, but a list of property names is wanted${hint}` },
    ];
  }
  if (value.length === 0 && keyword === "required" && draft === "4")
    return wrong(value, "at least one property name");
  return value.flatMap((name, index) => {
    if (typeof name !== "string")
      return [{ at: [index], reason: `is ${describe(name)}, but a property name is wanted` }];
    return value.indexOf(name) === index
      ? []
      : [{ at: [index], reason: `is "${name}", which the list has already` }];
  });
}

function checkPattern(source: string, at: Fault["at"], patterns: Patterns): Fault[] {
  const reading = patterns.read(source);
  if (reading.ok) return [];
  const is = reading.isRegex ? "" : ", which is no regular expression";
  return [{ at, reason: `is "${source}"${is}: ${reading.reason}` }];
}

function checkSchema(value: unknown): Fault[] {
  return isSchema(value) ? [] : wrong(value, SCHEMA);
}

function checkSchemas(value: unknown): Fault[] {
  if (!Array.isArray(value)) return wrong(value, "a list of schemas");
  if (value.length === 0) return wrong(value, "at least one schema");
  return value.flatMap((one, index) =>
    checkSchema(one).map((fault) => ({ ...fault, at: [index] })),
  );
}

function checkItems(value: unknown, draft: Draft): Fault[] {
  if (!Array.isArray(value)) return checkSchema(value);
  if (draft === "2020-12") {
    const hint = 'A list of schemas, one for each place, is "prefixItems" since 2020-12';
    return [{ at: [], reason: `is ${describe(value)}, but ${SCHEMA} is wanted. ${hint}` }];
  }
  return value.flatMap((one, index) =>
    checkSchema(one).map((fault) => ({ ...fault, at: [index] })),
  );
}

function checkNamedSchemas(value: unknown, keyword: string, patterns: Patterns): Fault[] {
  if (Array.isArray(value)) return wrong(value, "a mapping from names to schemas");
  const faults = checkEach(value, checkSchema);
  if (keyword !== "patternProperties" || !isObject(value)) return faults;
  return [
    ...faults,
    ...Object.keys(value).flatMap((source) => checkPattern(source, [source], patterns)),
  ];
}

function checkEach(value: unknown, check: (one: unknown) => Fault[]): Fault[] {
  if (!isObject(value)) return wrong(value, "a mapping");
  return Object.entries(value).flatMap(([name, one]) =>
    check(one).map((fault) => ({ ...fault, at: [name, ...fault.at] })),
  );
}

function checkExclusive(value: unknown, keyword: string, draft: Draft): Fault[] {
  if (draft === "4")
    return typeof value === "boolean" ? [] : wrong(value, "true or false, as in draft 4");
  if (isNumber(value)) return [];
  const plain = keyword === "exclusiveMinimum" ? "minimum" : "maximum";
  const hint =
    value === true
      ? `. Since draft 6 the limit itself is written here, in place of "${plain}"`
      : "";
  return [{ at: [], reason: `is ${describe(value)}, but a number is wanted${hint}` }];
}

function wrong(value: unknown, wanted: string): Fault[] {
  return [{ at: [], reason: `is ${describe(value)}, but ${wanted} is wanted` }];
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is JsonNumber {
  return isOfType(value, "number");
}

function isSchema(value: unknown): boolean {
  return typeof value === "boolean" || isObject(value);
}
