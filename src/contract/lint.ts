import { didYouMean, nearest } from "../core/nearest.ts";
import type { JsonSchema, SchemaFault } from "./contract.ts";
import { child, childMap, isOnlyReference, keywordValue, type SchemaNode } from "./document.ts";
import { formatCheck, formatNames } from "./formats.ts";
import { draftOf, keywordNames, keywordOf, keywordOfAnyDraft } from "./keywords.ts";
import { readPattern } from "./patterns.ts";
import { readDocument } from "./read-document.ts";
import { join, quote, show } from "./reasons.ts";
import { isOfType, isSameJson } from "./values.ts";

/**
 * What a schema most likely does not mean: it compiles, but a keyword is misspelt, has no effect,
 * or can never be met. For warnings; faults that keep it from being compiled are
 * `compileContract`'s to tell.
 */
export function lintSchema(schema: JsonSchema): readonly SchemaFault[] {
  const { nodes, root } = readDocument(schema);
  return [...unknownDraft(root), ...nodes.flatMap(lintNode)];
}

type Rule = (
  node: SchemaNode,
  schema: JsonSchema,
) => Iterable<{ at: readonly (string | number)[]; reason: string }>;

function lintNode(node: SchemaNode): SchemaFault[] {
  const { schema } = node;
  if (typeof schema === "boolean") return [];
  const rules = isOnlyReference(node) ? [besideReference] : RULES;
  return rules.flatMap((rule) =>
    Array.from(rule(node, schema), ({ at, reason }) => ({
      schemaPath: [...node.path, ...at],
      reason,
    })),
  );
}

function unknownDraft(root: SchemaNode): SchemaFault[] {
  const uri = typeof root.schema === "boolean" ? undefined : root.schema["$schema"];
  if (typeof uri !== "string" || draftOf(uri) !== null) return [];
  return [
    {
      schemaPath: ["$schema"],
      reason: `names ${quote(uri)}, which is no known draft; it is read as ${root.draft}`,
    },
  ];
}

const besideReference: Rule = function* (node, schema) {
  for (const keyword of Object.keys(schema)) {
    const shape = keyword === "$ref" ? undefined : keywordOf(keyword, node.draft)?.shape;
    if (shape === undefined || shape === "any" || keyword === "definitions" || keyword === "$defs")
      continue;
    yield {
      at: [keyword],
      reason: `has no effect beside "$ref" before 2019-09; put both into an "allOf"`,
    };
  }
};

const unknownKeyword: Rule = function* (node, schema) {
  const known = keywordNames(node.draft);
  for (const keyword of Object.keys(schema)) {
    if (keywordOf(keyword, node.draft) !== null) continue;
    const near = nearest(keyword, known);
    const hint = OTHER_WORDS[keyword];
    if (keywordOfAnyDraft(keyword) !== null) {
      const instead = OTHER_DRAFTS[keyword];
      yield {
        at: [keyword],
        reason:
          `is unknown to draft ${node.draft}, so it has no ` +
          `effect${instead ? `; ${instead}` : ""}`,
      };
    } else if (hint !== undefined)
      yield { at: [keyword], reason: `is no keyword of JSON Schema; ${hint}` };
    else if (schema[keyword] === null)
      yield {
        at: [keyword],
        reason: "is unknown and has no value: a text with a comma in { … } needs quotes",
      };
    else if (near !== null)
      yield {
        at: [keyword],
        reason: `is unknown, so it has no effect. Did you mean ${quote(near)}?`,
      };
  }
};

const OTHER_DRAFTS: Readonly<Record<string, string>> = {
  dependencies: 'use "dependentRequired" or "dependentSchemas"',
  additionalItems: 'use "items" beside "prefixItems"',
  $recursiveRef: 'use "$dynamicRef"',
  id: 'use "$id"',
};

/** What OpenAPI and other notations say, and how JSON Schema does. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  nullable: 'use "type": ["string", "null"] or the like',
  optional: 'properties are optional unless "required" names them',
  example: 'use "examples", a list',
  min: 'use "minimum", "minLength" or "minItems"',
  max: 'use "maximum", "maxLength" or "maxItems"',
  values: 'use "enum"',
  choices: 'use "enum"',
  options: 'use "enum"',
  discriminator: 'use "const" in each alternative',
  "<<": "what YAML merges stands without quotes",
};

const required: Rule = function* (node) {
  const names = keywordValue(node, "required");
  const properties = childMap(node, "properties");
  if (!Array.isArray(names)) return;
  const patterns = [...(childMap(node, "patternProperties")?.keys() ?? [])];
  const isClosed = child(node, "additionalProperties")?.schema === false;
  for (const [index, name] of names.entries()) {
    if (
      typeof name !== "string" ||
      properties?.has(name) === true ||
      patterns.some((one) => matches(one, name))
    )
      continue;
    const hint = didYouMean(name, properties?.keys() ?? []);
    const lacks = `names ${quote(name)}, which "properties" lacks`;
    if (isClosed)
      yield {
        at: ["required", index],
        reason: `${lacks} and "additionalProperties" forbids: never met${hint && `.${hint}`}`,
      };
    else if (hint !== "") yield { at: ["required", index], reason: `${lacks}.${hint}` };
  }
};

const format: Rule = function* (node) {
  const name = keywordValue(node, "format");
  if (typeof name !== "string" || formatCheck(name) !== null) return;
  const hint = didYouMean(name, formatNames());
  yield {
    at: ["format"],
    reason: `is ${quote(name)}, a format that is not checked${hint && `.${hint}`}`,
  };
};

const pattern: Rule = function* (node, schema) {
  const sources = [
    ["pattern"],
    ...[...(childMap(node, "patternProperties") ?? [])].map(([source]) => [
      "patternProperties",
      source,
    ]),
  ];
  for (const at of sources) {
    const source = at[1] ?? schema["pattern"];
    const reading = typeof source === "string" ? readPattern(source) : null;
    if (reading?.ok !== true || reading.forgiven === null) continue;
    const has =
      reading.forgiven === "escape"
        ? "escapes that escape nothing"
        : "a bracket that closes or opens nothing";
    yield { at, reason: `has ${has}; it is read as ${reading.regex.source}` };
  }
};

const bounds: Rule = function* (node) {
  for (const [low, high] of BOUNDS) {
    const [least, most] = [keywordValue(node, low), keywordValue(node, high)];
    if (typeof least !== "number" || typeof most !== "number") continue;
    const isExclusive = low.startsWith("exclusive") || high.startsWith("exclusive");
    if (least > most || (isExclusive && least === most)) {
      yield { at: [low], reason: `is ${least} while ${quote(high)} is ${most}: never met` };
    }
  }
};

const BOUNDS = [
  ["minimum", "maximum"],
  ["exclusiveMinimum", "maximum"],
  ["minimum", "exclusiveMaximum"],
  ["exclusiveMinimum", "exclusiveMaximum"],
  ["minLength", "maxLength"],
  ["minItems", "maxItems"],
  ["minProperties", "maxProperties"],
  ["minContains", "maxContains"],
] as const;

const wrongType: Rule = function* (node, schema) {
  const type = keywordValue(node, "type");
  if (type === undefined) return;
  const types = Array.isArray(type) ? type : [type];
  for (const keyword of Object.keys(schema)) {
    const applies = APPLIES_TO.get(keyword);
    if (
      applies === undefined ||
      applies.some((one) => types.includes(one)) ||
      keywordOf(keyword, node.draft) === null
    )
      continue;
    yield {
      at: [keyword],
      reason: `has no effect, for the type is ${join(types.map(show), "or")}`,
    };
  }
  for (const keyword of ["enum", "const"]) {
    const values = keyword === "enum" ? keywordValue(node, keyword) : [keywordValue(node, keyword)];
    for (const [index, value] of (Array.isArray(values) ? values : []).entries()) {
      if (value === undefined || types.some((one) => isOfType(value, one))) continue;
      const at = keyword === "enum" ? [keyword, index] : [keyword];
      yield {
        at,
        reason: `is ${show(value)}, which the type ${join(types.map(show), "or")} rules out`,
      };
    }
  }
};

const repeated: Rule = function* (node) {
  const values = keywordValue(node, "enum");
  if (!Array.isArray(values)) return;
  if (values.length === 0) yield { at: ["enum"], reason: "is empty: never met" };
  for (const [index, value] of values.entries()) {
    if (values.slice(0, index).some((one) => isSameJson(one, value))) {
      yield { at: ["enum", index], reason: `is ${show(value)}, which the list has already` };
    }
  }
};

const alone: Rule = function* (node) {
  for (const [keyword, partner] of PARTNERS) {
    if (keywordValue(node, keyword) === undefined || keywordValue(node, partner) !== undefined)
      continue;
    yield { at: [keyword], reason: `has no effect without ${quote(partner)}` };
  }
};

const PARTNERS = [
  ["then", "if"],
  ["else", "if"],
  ["minContains", "contains"],
  ["maxContains", "contains"],
  ["additionalItems", "items"],
] as const;

const RULES: readonly Rule[] = [
  unknownKeyword,
  required,
  format,
  pattern,
  bounds,
  wrongType,
  repeated,
  alone,
];

/** The keywords that look at values of one type only. */
const APPLIES_TO: ReadonlyMap<string, readonly string[]> = new Map(
  [
    { types: ["string"], keywords: ["minLength", "maxLength", "pattern", "format"] },
    {
      types: ["number", "integer"],
      keywords: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
    },
    {
      types: ["array"],
      keywords: [
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "uniqueItems",
        "contains",
        "unevaluatedItems",
      ],
    },
    {
      types: ["object"],
      keywords: [
        "properties",
        "patternProperties",
        "additionalProperties",
        "propertyNames",
        "required",
      ],
    },
    {
      types: ["object"],
      keywords: ["unevaluatedProperties", "minProperties", "maxProperties", "dependentRequired"],
    },
  ].flatMap(({ types, keywords }) => keywords.map((keyword) => [keyword, types] as const)),
);

function matches(source: string, name: string): boolean {
  const reading = readPattern(source);
  return reading.ok && reading.test(name);
}
