import type { SchemaMode } from "../quirks.ts";

/** What a server takes of JSON Schema when it turns a schema into a limit on what the model may write. */
export interface Dialect {
  /** Keywords that are enforced; null takes all. */
  readonly keywords: ReadonlySet<string> | null;
  /** Values of `format` that are enforced; null takes all. */
  readonly formats: ReadonlySet<string> | null;
  /** Whether a pattern is taken; patterns with lookaround or backreferences never are. */
  readonly patterns: "all" | "anchored" | "none";
  /** Bounds on numbers hold for integers alone. */
  readonly integerBounds: boolean;
}

const CORE = words("type properties required additionalProperties items enum anyOf $ref $defs");
const BOUNDS = words("minimum maximum exclusiveMinimum exclusiveMaximum");

const STRICT: Dialect = {
  keywords: new Set([...CORE, ...BOUNDS, ...words("multipleOf pattern format minItems maxItems")]),
  formats: new Set(words("date-time time date duration email hostname ipv4 ipv6 uuid")),
  patterns: "all",
  integerBounds: false,
};

const ANTHROPIC: Dialect = {
  keywords: new Set([...CORE, ...words("const minItems pattern format")]),
  formats: new Set(words("date-time time date duration email hostname uri ipv4 ipv6 uuid")),
  patterns: "all",
  integerBounds: false,
};

const GEMINI: Dialect = {
  keywords: new Set([...CORE, ...words("prefixItems format minimum maximum minItems maxItems")]),
  formats: new Set(words("date-time date time")),
  patterns: "none",
  integerBounds: false,
};

const GRAMMAR: Dialect = {
  keywords: new Set([
    ...CORE,
    ...BOUNDS,
    ...words("oneOf allOf const prefixItems minItems maxItems minLength maxLength pattern format"),
  ]),
  formats: new Set(words("date time date-time uuid")),
  patterns: "anchored",
  integerBounds: true,
};

const WHOLE: Dialect = { keywords: null, formats: null, patterns: "all", integerBounds: false };

export const DIALECTS: Readonly<Record<Exclude<SchemaMode, "none">, Dialect>> = {
  strict: STRICT,
  anthropic: ANTHROPIC,
  gemini: GEMINI,
  grammar: GRAMMAR,
  tool: WHOLE,
  schema: WHOLE,
};

/** Keywords that limit a value: losing one weakens the schema. Whatever is not here only describes. */
export const CONSTRAINTS: ReadonlySet<string> = new Set([
  ...CORE,
  ...BOUNDS,
  ...words("const $dynamicRef $recursiveRef allOf oneOf not if then else patternProperties propertyNames"),
  ...words("dependencies dependentRequired dependentSchemas minProperties maxProperties unevaluatedProperties"),
  ...words("unevaluatedItems additionalItems prefixItems contains minContains maxContains minItems maxItems"),
  ...words("uniqueItems minLength maxLength pattern format multipleOf"),
]);

/** Keywords that stay though they limit nothing: a model reads them. */
export const DESCRIPTIONS: ReadonlySet<string> = new Set(["title", "description"]);

function words(text: string): readonly string[] {
  return text.split(" ");
}
