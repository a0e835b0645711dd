/** The drafts that are understood, oldest first. */
export const DRAFTS = ["4", "6", "7", "2019-09", "2020-12"] as const;
export type Draft = (typeof DRAFTS)[number];

/** What a keyword's value must look like. The shapes from `schema` on hold subschemas. */
export type Shape =
  | "any"
  | "string"
  | "boolean"
  | "number"
  | "boolean-or-number"
  | "positive"
  | "count"
  | "list"
  | "names"
  | "lists-of-names"
  | "types"
  | "pattern"
  | "uri"
  | "reference"
  | "anchor"
  | "mapping"
  | "schema"
  | "schemas"
  | "schema-or-schemas"
  | "named-schemas"
  | "dependencies";

export interface Keyword {
  readonly shape: Shape;
  readonly from: Draft;
  readonly to: Draft;
}

/** Keywords that apply a schema to the very same value. */
export const IN_PLACE = [
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "if",
  "then",
  "else",
  "dependentSchemas",
  "dependencies",
] as const;

/** Whether keywords of `draft` came in at `first` or before. */
export function isSince(draft: Draft, first: Draft): boolean {
  return AGE[draft] >= AGE[first];
}

/** The keyword as `draft` defines it, or null where it is an annotation without meaning. */
export function keywordOf(name: string, draft: Draft): Keyword | null {
  const known = KEYWORDS.get(name);
  return known !== undefined && isSince(draft, known.from) && isSince(known.to, draft)
    ? known
    : null;
}

/** The keyword as any draft defines it. */
export function keywordOfAnyDraft(name: string): Keyword | null {
  return KEYWORDS.get(name) ?? null;
}

export function keywordNames(draft: Draft): string[] {
  return [...KEYWORDS.keys()].filter((name) => keywordOf(name, draft) !== null);
}

/** The draft a `$schema` names: null when it names none that is known, "3" is refused elsewhere. */
export function draftOf(uri: string): Draft | "3" | null {
  const match = /^https?:\/\/json-schema\.org\/(?:draft-0(\d)|draft\/(\d{4}-\d\d))\/schema#?$/.exec(
    uri.trim(),
  );
  const name = match?.[1] ?? match?.[2];
  return name === "3" ? "3" : (DRAFTS.find((draft) => draft === name) ?? null);
}

const AGE: Readonly<Record<Draft, number>> = { "4": 4, "6": 6, "7": 7, "2019-09": 8, "2020-12": 9 };

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map([
  keyword("$schema", "uri"),
  keyword("$id", "reference", "6"),
  keyword("id", "reference", "4", "4"),
  keyword("$ref", "reference"),
  keyword("$anchor", "anchor", "2019-09"),
  keyword("$recursiveRef", "reference", "2019-09", "2019-09"),
  keyword("$recursiveAnchor", "boolean", "2019-09", "2019-09"),
  keyword("$dynamicRef", "reference", "2020-12"),
  keyword("$dynamicAnchor", "anchor", "2020-12"),
  keyword("$vocabulary", "mapping", "2019-09"),
  keyword("$comment", "any", "7"),
  keyword("$defs", "named-schemas"),
  keyword("definitions", "named-schemas"),
  keyword("title", "any"),
  keyword("description", "any"),
  keyword("default", "any"),
  keyword("examples", "any"),
  keyword("deprecated", "any", "2019-09"),
  keyword("readOnly", "any", "7"),
  keyword("writeOnly", "any", "7"),
  keyword("contentEncoding", "any", "7"),
  keyword("contentMediaType", "any", "7"),
  keyword("contentSchema", "schema", "2019-09"),
  keyword("type", "types"),
  keyword("enum", "list"),
  keyword("const", "any", "6"),
  keyword("multipleOf", "positive"),
  keyword("maximum", "number"),
  keyword("minimum", "number"),
  keyword("exclusiveMaximum", "boolean-or-number"),
  keyword("exclusiveMinimum", "boolean-or-number"),
  keyword("maxLength", "count"),
  keyword("minLength", "count"),
  keyword("pattern", "pattern"),
  keyword("format", "string"),
  keyword("items", "schema-or-schemas"),
  keyword("prefixItems", "schemas", "2020-12"),
  keyword("additionalItems", "schema", "4", "2019-09"),
  keyword("maxItems", "count"),
  keyword("minItems", "count"),
  keyword("uniqueItems", "boolean"),
  keyword("contains", "schema", "6"),
  keyword("maxContains", "count", "2019-09"),
  keyword("minContains", "count", "2019-09"),
  keyword("unevaluatedItems", "schema", "2019-09"),
  keyword("properties", "named-schemas"),
  keyword("patternProperties", "named-schemas"),
  keyword("additionalProperties", "schema"),
  keyword("propertyNames", "schema", "6"),
  keyword("maxProperties", "count"),
  keyword("minProperties", "count"),
  keyword("required", "names"),
  keyword("dependencies", "dependencies", "4", "7"),
  keyword("dependentRequired", "lists-of-names", "2019-09"),
  keyword("dependentSchemas", "named-schemas", "2019-09"),
  keyword("unevaluatedProperties", "schema", "2019-09"),
  keyword("allOf", "schemas"),
  keyword("anyOf", "schemas"),
  keyword("oneOf", "schemas"),
  keyword("not", "schema"),
  keyword("if", "schema", "7"),
  keyword("then", "schema", "7"),
  keyword("else", "schema", "7"),
]);

function keyword(
  name: string,
  shape: Shape,
  from: Draft = "4",
  to: Draft = "2020-12",
): [string, Keyword] {
  return [name, { shape, from, to }];
}
