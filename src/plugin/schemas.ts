import type { JsonSchema } from "../contract/contract.ts";

/**
 * JSON Schemas of the protocol's messages: what `params` and `result` of each method are, and what
 * notifications carry. The types in `plugins/sdk/protocol.ts` say the same; a test compares them,
 * and `docs/plugin-protocol.md` with this. What a schema doesn't name is allowed, and ignored: a
 * later version may have it.
 */
const TEXT = { type: "string" } as const;
const FLAG = { type: "boolean" } as const;
const COUNT = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
const COUNT_OR_NULL = {
  type: ["integer", "null"],
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
} as const;
const OPEN = { type: "object" } as const;
const ANY = {} as const;
const EMPTY = object({});
const VERSION = { type: "integer", minimum: 1, maximum: 1_000_000 } as const;
const ABILITY = {
  enum: [
    "chat",
    "embed",
    "models/list",
    "models/pull",
    "rerank",
    "tokens/count",
    "tools/call",
    "tools/list",
  ],
} as const;

const ATTACHMENT = object({ media_type: TEXT, data: TEXT, name: TEXT });
const CALL = object({ id: TEXT, name: TEXT, arguments: TEXT, signature: TEXT }, [
  "id",
  "name",
  "arguments",
]);
const MESSAGE = {
  anyOf: [
    object({ role: { enum: ["system", "user"] }, content: TEXT, attachments: list(ATTACHMENT) }, [
      "role",
      "content",
    ]),
    object(
      {
        role: { const: "assistant" },
        content: TEXT,
        attachments: list(ATTACHMENT),
        calls: list(CALL),
        kept: list(ANY),
      },
      ["role", "content"],
    ),
    object(
      {
        role: { const: "tool" },
        content: TEXT,
        attachments: list(ATTACHMENT),
        call: object({ id: TEXT, name: TEXT }),
        failed: FLAG,
      },
      ["role", "content", "call", "failed"],
    ),
  ],
} as const;
const OFFER = object({ name: TEXT, description: TEXT, input: OPEN });
const CHOICE = {
  anyOf: [{ enum: ["auto", "required", "none"] }, object({ name: TEXT })],
} as const;
const TOOL = object({ name: TEXT, description: TEXT, input: OPEN, output: OPEN, version: TEXT }, [
  "name",
  "description",
  "input",
]);
const MODEL = object(
  {
    name: TEXT,
    window: COUNT_OR_NULL,
    schema: { enum: ["enforced", "ignored"] },
    media: list(TEXT),
    tools: FLAG,
  },
  ["name", "window"],
);
const PART = {
  anyOf: [
    object({ type: { const: "text" }, text: TEXT }),
    object({ type: { const: "reasoning" }, text: TEXT }),
    object({ type: { const: "note" }, message: TEXT }),
    object({ type: { const: "alive" } }),
    object(
      {
        type: { const: "tool-call" },
        id: TEXT,
        name: TEXT,
        arguments: TEXT,
        signature: TEXT,
      },
      ["type", "name", "arguments"],
    ),
    object({ type: { const: "media" }, media_type: TEXT, data: TEXT, name: TEXT }),
    object({ type: { const: "kept" }, value: ANY }),
  ],
} as const;

/** `params` by method, as the host sends them. */
export const PARAMS = {
  initialize: object({
    protocol_version: VERSION,
    host: object({ name: TEXT, version: TEXT }),
    settings: OPEN,
    data_folder: TEXT,
  }),
  "models/list": EMPTY,
  chat: object(
    {
      model: TEXT,
      messages: { ...list(MESSAGE), minItems: 1 },
      params: OPEN,
      schema: { type: ["object", "null"] },
      stream: FLAG,
      tools: list(OFFER),
      tool_choice: CHOICE,
      parallel: FLAG,
    },
    ["model", "messages", "params", "schema", "stream"],
  ),
  embed: object(
    {
      model: TEXT,
      texts: list(TEXT),
      dimensions: { type: "integer", minimum: 1, maximum: 1_000_000 },
      purpose: { enum: ["document", "query"] },
    },
    ["model", "texts"],
  ),
  rerank: object({ model: TEXT, query: TEXT, documents: list(TEXT) }),
  "tokens/count": object({ model: TEXT, text: TEXT }),
  health: EMPTY,
  "models/pull": object({ model: TEXT }),
  "tools/list": EMPTY,
  "tools/call": object({ name: TEXT, input: OPEN }),
  shutdown: EMPTY,
} as const satisfies Readonly<Record<string, JsonSchema>>;

/** `result` by method, as the plugin answers. */
export const RESULTS = {
  initialize: object({
    protocol_version: VERSION,
    name: TEXT,
    version: TEXT,
    provides: list(ABILITY),
  }),
  "models/list": object({ models: list(MODEL) }),
  chat: object({
    reason: { enum: ["stop", "length", "content-filter", "other"] },
    usage: {
      anyOf: [{ type: "null" }, object({ prompt_tokens: COUNT, completion_tokens: COUNT })],
    },
    served: { type: ["string", "null"] },
  }),
  embed: object({
    vectors: list(list({ type: "number" })),
    usage: { anyOf: [{ type: "null" }, object({ prompt_tokens: COUNT })] },
  }),
  rerank: object({
    scores: list({ type: "number" }),
    usage: { anyOf: [{ type: "null" }, object({ prompt_tokens: COUNT })] },
  }),
  "tokens/count": object({ tokens: COUNT }),
  health: object({ ok: FLAG, message: TEXT }, ["ok"]),
  "models/pull": EMPTY,
  "tools/list": object({ tools: list(TOOL) }),
  "tools/call": object(
    { content: TEXT, value: ANY, attachments: list(ATTACHMENT), failed: FLAG },
    [],
  ),
  shutdown: EMPTY,
} as const satisfies Readonly<Record<string, JsonSchema>>;

/** `params` of notifications by method. */
export const NOTIFICATIONS = {
  "chat/part": object({ id: COUNT, part: PART }),
  progress: object({ id: COUNT, message: TEXT, completed: COUNT_OR_NULL, total: COUNT_OR_NULL }),
  cancel: object({ id: COUNT }),
} as const satisfies Readonly<Record<string, JsonSchema>>;

/** `error` of an answer. */
export const ERROR = object({ code: { type: "integer" }, message: TEXT, data: {} }, [
  "code",
  "message",
]);

/** @param required @default all of them */
function object<const P extends JsonSchema, const R extends keyof P & string = keyof P & string>(
  properties: P,
  required?: readonly R[],
): { readonly type: "object"; readonly properties: P; readonly required: readonly R[] } {
  // The default of R is all keys.
  return { type: "object", properties, required: required ?? (Object.keys(properties) as R[]) };
}

function list<const I extends JsonSchema>(items: I): { readonly type: "array"; readonly items: I } {
  return { type: "array", items };
}
