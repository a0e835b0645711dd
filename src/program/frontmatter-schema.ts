import type { JsonSchema } from "../contract/contract.ts";
import { CHECK_NAMES } from "./expectation.ts";
import { LIMITS } from "./limits.ts";
import { LLM_PARAMS } from "./llm-params.ts";
import { OPTIONAL_KEYS, REQUIRED_KEYS } from "./metadata.ts";
import { TOOL_CHOICES, TOOL_KEYS } from "./tools.ts";
import { USES_KEYS } from "./uses.ts";
import { NEEDED_FOR_MODEL } from "./without-model.ts";

const TEXT = { type: "string" };
const TEXTS = { type: "array", items: TEXT };
const MAPPING = { type: "object" };
const MODEL = { type: "string", pattern: "^[^/\\s]+/\\S+$", examples: ["openai/gpt-4o-mini"] };
const TEMPLATE = { type: "string", description: "a template such as {{uses.mails}}" };

const USES: Readonly<Record<string, JsonSchema>> = {
  name: TEXT,
  path: TEXT,
  with: MAPPING,
  each: TEMPLATE,
  when: TEMPLATE,
  on_error: { enum: ["fail", "null", "skip", null] },
  fresh: { type: "boolean" },
};
const TOOLS: Readonly<Record<string, JsonSchema>> = {
  program: TEXT,
  plugin: TEXT,
  mcp: TEXT,
  openapi: TEXT,
  as: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
  only: TEXTS,
  max_calls: { type: "integer", minimum: 1 },
  version: TEXT,
};

/** What each key holds; the tables of keys say it in words. */
const HOLDS: Readonly<Record<string, JsonSchema>> = {
  name: TEXT,
  description: TEXT,
  version: TEXT,
  author: TEXT,
  max_context_window: { type: "integer", minimum: 1 },
  input_schema: MAPPING,
  output_schema: MAPPING,
  llm: {
    type: "object",
    properties: { model: MODEL, fallbacks: { type: "array", items: MODEL } },
    required: ["model"],
  },
  llm_params: {
    type: ["object", "null"],
    properties: Object.fromEntries(
      Object.entries(LLM_PARAMS).map(([key, { wanted }]) => [key, { description: wanted }]),
    ),
    additionalProperties: false,
  },
  output: {},
  system: TEXT,
  examples: {
    type: "array",
    items: {
      type: "object",
      properties: { input: MAPPING, output: MAPPING },
      required: ["input", "output"],
    },
  },
  recovery_prompt: TEXT,
  retries: { type: "integer", minimum: 0 },
  repair: { enum: ["off", "safe", "full", false] },
  uses: { type: "array", items: entryOf(USES_KEYS, USES, ["name", "path"]) },
  tools: { type: "array", items: entryOf(TOOL_KEYS, TOOLS, []) },
  tool_choice: { type: "string", examples: [...TOOL_CHOICES] },
  max_turns: { type: "integer", minimum: 1 },
  budget: {
    type: "object",
    properties: Object.fromEntries(
      Object.entries(LIMITS).map(([key, description]) => [
        key,
        { type: key === "usd" ? "number" : "integer", minimum: 0, description },
      ]),
    ),
    additionalProperties: false,
  },
  cache: { type: "string", examples: ["10m", "7d"] },
  recommended_models: { type: "array", items: MODEL },
  tags: TEXTS,
  metadata: MAPPING,
  runllm_compat: compat(),
  modullm_compat: compat(),
  tests: {
    type: "array",
    items: {
      type: "object",
      properties: {
        name: TEXT,
        input: { type: ["object", "string"] },
        model: MODEL,
        cases: TEXT,
        expect: { description: `paths and figures, each with checks: ${CHECK_NAMES.join(", ")}` },
      },
      required: ["name", "expect"],
    },
  },
};

/**
 * The JSON Schema of a frontmatter, for editors. A frontmatter that a program may have meets it; it
 * says less than the parser does.
 */
export function frontmatterSchema(): JsonSchema {
  const described = { ...REQUIRED_KEYS, ...OPTIONAL_KEYS };
  const properties = Object.entries(described).map(([key, description]) => {
    const holds = HOLDS[key] ?? {};
    const optional = key in OPTIONAL_KEYS ? { anyOf: [holds, { type: "null" }] } : holds;
    return [key, { description, ...optional }];
  });
  const needed = Object.keys(REQUIRED_KEYS);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Frontmatter of an .rllm program",
    type: "object",
    properties: Object.fromEntries(properties),
    required: needed.filter((key) => !NEEDED_FOR_MODEL.includes(key)),
    anyOf: [
      { required: needed },
      { properties: { output: { not: { type: "null" } } }, required: ["output"] },
    ],
  };
}

function entryOf(
  keys: Readonly<Record<string, string>>,
  holds: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
): JsonSchema {
  const properties = Object.entries(keys).map(([key, description]) => [
    key,
    { description, ...holds[key] },
  ]);
  return { type: "object", properties: Object.fromEntries(properties), required };
}

function compat(): JsonSchema {
  const version = { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+$" };
  return {
    type: "object",
    properties: { min: version, max_exclusive: version },
    required: ["min"],
  };
}
