import type { SchemaMode } from "../quirks.ts";

/**
 * What a server takes of JSON Schema when it turns a schema into a limit on what the model may
 * write.
 */
export interface Dialect {
  /** Keywords that are enforced; null takes all. */
  readonly keywords: ReadonlySet<string> | null;
  /** Values of `format` that are enforced; null takes all. */
  readonly formats: ReadonlySet<string> | null;
  /** Whether a pattern is taken; patterns with lookaround or backreferences never are. */
  readonly patterns: "all" | "anchored" | "none";
  /** Bounds on numbers hold for integers alone. */
  readonly integerBounds: boolean;
  /** Types whose values may stand in an `enum`; null takes all. */
  readonly enums: ReadonlySet<string> | null;
  /** The most `minItems` may say; null is no limit. */
  readonly mostMinItems: number | null;
  /** Counts and lengths at and above these are left out. */
  readonly longest: { readonly items: number; readonly characters: number } | null;
  /** What becomes of schemas that hold themselves: fine, fine where not required, or impossible. */
  readonly recursion: "free" | "optional" | "none";
  /** Whether `properties` may stand beside `anyOf` or `oneOf`. */
  readonly mixes: boolean;
  /** Whether every object must say that it has no other properties. */
  readonly closed: boolean;
  /** Whether simple limits that are lost are told in the description, as the provider advises. */
  readonly tells: boolean;
  /** Keywords that the server refuses even in a schema that it only shows the model. */
  readonly refused: readonly string[];
  /** Limits on a whole schema; null where none are published. */
  readonly limits: Limits | null;
}

/** Limits on a whole schema; a schema that passes one is not enforced. */
export interface Limits {
  readonly properties?: number;
  /** Levels of objects and lists. */
  readonly depth?: number;
  /** Of all names of properties and definitions, and all values of enumerations, together. */
  readonly characters?: number;
  readonly enumValues?: number;
  /** Characters of the values of one enumeration that has more than so many. */
  readonly longEnum?: { readonly values: number; readonly characters: number };
  /** Whether all properties must be required. */
  readonly allRequired?: true;
  /** Properties that are not required. */
  readonly optional?: number;
  /** Properties of more than one type: `anyOf`, or a list of types. */
  readonly unions?: number;
}

const CORE = words("type properties required additionalProperties items enum anyOf $ref $defs");
const BOUNDS = words("minimum maximum exclusiveMinimum exclusiveMaximum");

const FREE = {
  enums: null,
  mostMinItems: null,
  longest: null,
  recursion: "free",
  closed: false,
  tells: false,
  refused: [],
  limits: null,
} as const;

/**
 * developers.openai.com/api/docs/guides/structured-outputs, "Supported schemas", as of November
 * 2026.
 */
const STRICT: Dialect = {
  ...FREE,
  keywords: new Set([...CORE, ...BOUNDS, ...words("multipleOf pattern format minItems maxItems")]),
  formats: new Set(words("date-time time date duration email hostname ipv4 ipv6 uuid")),
  patterns: "all",
  integerBounds: false,
  mixes: false,
  closed: true,
  refused: ["propertyNames"],
  limits: {
    properties: 5000,
    depth: 10,
    characters: 120_000,
    enumValues: 1000,
    longEnum: { values: 250, characters: 15_000 },
    allRequired: true,
  },
};

/**
 * platform.claude.com/docs/en/build-with-claude/structured-outputs, "JSON Schema limitations", as
 * of November 2026.
 */
const ANTHROPIC: Dialect = {
  ...FREE,
  keywords: new Set([...CORE, ...words("const minItems pattern format")]),
  formats: new Set(words("date-time time date duration email hostname uri ipv4 ipv6 uuid")),
  patterns: "all",
  integerBounds: false,
  enums: new Set(words("string number boolean null")),
  mostMinItems: 1,
  recursion: "none",
  mixes: false,
  closed: true,
  tells: true,
  limits: { optional: 24, unions: 16 },
};

/**
 * ai.google.dev/api/generate-content#generationconfig, `responseJsonSchema`, and
 * ai.google.dev/gemini-api/docs/structured-output for the formats, as of November 2026. No limit on
 * size or depth is published; what is too much is refused with 400.
 */
const GEMINI: Dialect = {
  ...FREE,
  keywords: new Set([...CORE, ...words("prefixItems format minimum maximum minItems maxItems")]),
  formats: new Set(words("date-time date time")),
  patterns: "none",
  integerBounds: false,
  enums: new Set(words("string number")),
  recursion: "optional",
  mixes: true,
};

/**
 * github.com/ggml-org/llama.cpp, grammars/README.md, its list of limitations, which Ollama shares.
 * A repetition of 2,000 or more is refused with the whole grammar (`MAX_REPETITION_THRESHOLD`); one
 * of a group counts several times.
 */
const GRAMMAR: Dialect = {
  ...FREE,
  keywords: new Set([
    ...CORE,
    ...BOUNDS,
    ...words("const minItems maxItems minLength maxLength pattern format prefixItems"),
  ]),
  formats: new Set(words("date time date-time uuid")),
  patterns: "anchored",
  integerBounds: true,
  longest: { items: 400, characters: 2000 },
  mixes: false,
};

export const DIALECTS: Readonly<Record<Exclude<SchemaMode, "none" | "schema" | "tool">, Dialect>> =
  {
    strict: STRICT,
    anthropic: ANTHROPIC,
    gemini: GEMINI,
    grammar: GRAMMAR,
  };

/**
 * Keywords that limit a value: losing one weakens the schema. Whatever is not here only describes.
 */
export const CONSTRAINTS: ReadonlySet<string> = new Set([
  ...CORE,
  ...BOUNDS,
  ...words(
    "const $dynamicRef $recursiveRef allOf oneOf not if then else patternProperties propertyNames",
  ),
  ...words(
    "dependencies dependentRequired dependentSchemas minProperties maxProperties " +
      "unevaluatedProperties",
  ),
  ...words(
    "unevaluatedItems additionalItems prefixItems contains minContains maxContains minItems " +
      "maxItems",
  ),
  ...words("uniqueItems minLength maxLength pattern format multipleOf"),
]);

/** Limits of one value that a few words can tell. */
export const TELLABLE: ReadonlySet<string> = new Set([
  ...BOUNDS,
  ...words("multipleOf minLength maxLength minItems maxItems uniqueItems pattern format"),
]);

/** Keywords that stay though they limit nothing: a model reads them. */
export const DESCRIPTIONS: ReadonlySet<string> = new Set(["title", "description"]);

/**
 * platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools: JSON Schema 2020-12, which
 * the model reads.
 */
export const TOOL: Dialect = {
  ...FREE,
  keywords: CONSTRAINTS,
  formats: null,
  patterns: "all",
  integerBounds: false,
  mixes: true,
};

function words(text: string): readonly string[] {
  return text.split(" ");
}
