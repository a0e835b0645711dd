import { isObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { JsonNumber } from "./big.ts";
import type { SchemaFault } from "./contract.ts";
import { isOnlyReference, type SchemaDocument, type SchemaNode } from "./document.ts";
import { keywordOf, type Draft, type Shape } from "./keywords.ts";
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
    case "schema":
      return isSchema(value) ? [] : wrong(value, SCHEMA);
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
    default:
      return checkScalar(shape, value, keyword, draft);
  }
}

const SCHEMA = "a schema (a mapping, true or false)";

function checkScalar(shape: Shape, value: unknown, keyword: string, draft: Draft): Fault[] {
  switch (shape) {
    case "string":
    case "uri":
    case "reference":
      return typeof value === "string" ? [] : wrong(value, "a string");
    case "anchor":
      return typeof value === "string" && /^[A-Za-z_][\w.-]*$/.test(value)
        ? []
        : wrong(value, "a plain name");
    case "boolean":
      return typeof value === "boolean" ? [] : wrong(value, "true or false");
    case "number":
      return isNumber(value) ? [] : wrong(value, "a number");
    case "boolean-or-number":
      return checkExclusive(value, keyword, draft);
    case "positive":
      return isNumber(value) && value > 0 ? [] : wrong(value, "a number above 0");
    case "count":
      return isNumber(value) && isOfType(value, "integer") && value >= 0
        ? []
        : wrong(value, "an integer of 0 or more");
    case "list":
      return Array.isArray(value) ? [] : wrong(value, "a list of values");
    case "mapping":
      return isObject(value) ? [] : wrong(value, "a mapping");
    default:
      return [];
  }
}

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
  return reading.ok
    ? []
    : [
        {
          at,
          reason: `${reading.isRegex ? `is "${source}":` : `is "${source}", which is no regular expression:`} ${reading.reason}`,
        },
      ];
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

function isNumber(value: unknown): value is JsonNumber {
  return isOfType(value, "number");
}

function isSchema(value: unknown): boolean {
  return typeof value === "boolean" || isObject(value);
}

/** Keywords that apply a schema to the very same value. */
const IN_PLACE = [
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "if",
  "then",
  "else",
  "dependentSchemas",
  "dependencies",
];

/**
 * References that come back to themselves without a step into the value: checking one would never
 * end.
 */
function findLoops(document: SchemaDocument): SchemaFault[] {
  const faults: SchemaFault[] = [];
  /** How many schemas follow from a node at most, itself included; null while that is found out. */
  const lengths = new Map<SchemaNode, number | null>();
  const visit = (node: SchemaNode, depth: number): number => {
    if (depth > MAX_CHAIN) return 1;
    lengths.set(node, null);
    let longest = 0;
    for (const { at, next } of samePlace(document, node)) {
      const known = lengths.get(next);
      if (known === null) {
        faults.push({
          schemaPath: [...node.path, at],
          reason: "leads back to itself without a step into the value",
        });
      } else longest = Math.max(longest, known ?? visit(next, depth + 1));
    }
    lengths.set(node, longest + 1);
    return longest + 1;
  };
  for (const node of document.nodes) {
    const length = lengths.get(node) ?? visit(node, 1);
    if (length > MAX_CHAIN) {
      const reason = `leads through more than ${MAX_CHAIN} schemas without a step into the value`;
      return [...faults, { schemaPath: node.path, reason }];
    }
  }
  return faults;
}

/** Schemas for one value in one another, by references: each takes some of the stack. */
const MAX_CHAIN = 1000;

function samePlace(document: SchemaDocument, node: SchemaNode): { at: string; next: SchemaNode }[] {
  const target = document.target(node, "$ref");
  const steps = target === null ? [] : [{ at: "$ref", next: target }];
  if (isOnlyReference(node)) return steps;
  for (const at of IN_PLACE) {
    const held = node.children.get(at);
    if (held === undefined) continue;
    for (const next of "schema" in held ? [held] : held.values()) steps.push({ at, next });
  }
  return steps;
}
