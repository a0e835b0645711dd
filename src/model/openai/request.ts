import type { Json } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { Deadlines } from "../exchange.ts";
import type { ModelNote, ModelRequest } from "../model.ts";
import type { Endpoint } from "../endpoint.ts";
import { translateSchema } from "../schema/translate.ts";
import type { Weakening } from "../schema/translate.ts";

export interface ChatBody {
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: boolean;
  readonly deadlines: Deadlines;
  readonly notes: readonly ModelNote[];
  /** Whether `response_format` was put in here, so that it may be taken out again. */
  readonly ownFormat: boolean;
}

/** Seconds; the whole call, as OpenAI's own clients have it. */
export const DEFAULT_TIMEOUT = 600;
/** Milliseconds to the first byte of a stream from a hosted server. */
const FIRST_BYTE = 60_000;
/** Milliseconds between two pieces of a stream. */
const STALL = 60_000;

/** Models of OpenAI's that think first: other words for the limit, no sampling, and long silence before the first token. */
const REASONING_MODEL = /(^|\/)(o\d|gpt-5(?!-chat))/i;
const NO_SAMPLING = [
  "temperature",
  "top_p",
  "presence_penalty",
  "frequency_penalty",
  "logprobs",
  "top_logprobs",
  "logit_bias",
];

/** Parameters that steer the call and are not part of its body. */
const STEERING = new Set(["timeout", "stream", "format", "extra_headers", "extra_body", "response_format"]);

/** The body of a chat completion: the messages as they are, the parameters as this server takes them. */
export function chatBody(endpoint: Endpoint, name: string, request: ModelRequest): ChatBody {
  const notes: ModelNote[] = [];
  const { params } = request;
  const stream = request.stream || params["stream"] === true;
  const reasoning = endpoint.provider !== "ollama" && REASONING_MODEL.test(name) && speaksForOpenAi(endpoint);
  const body: Record<string, unknown> = {
    model: name,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
  };
  const { renames, refused } = ways(endpoint, params, reasoning);
  for (const [key, value] of Object.entries(params)) {
    if (STEERING.has(key) || value === undefined || value === null) continue;
    if (refused.has(key)) notes.push(leftOut(endpoint, name, key));
    else body[renames[key] ?? key] = value;
  }
  if (typeof params["n"] === "number" && params["n"] > 1) {
    notes.push({ kind: "warning", message: `Asked for ${params["n"]} answers: only the first one is used` });
  }
  const format = responseFormat(endpoint, name, request, notes);
  if (format !== null) body["response_format"] = format;
  if (stream) body["stream"] = true;
  if (stream && endpoint.quirks.streamUsage) body["stream_options"] = { include_usage: true };
  if (isObject(params["extra_body"])) Object.assign(body, params["extra_body"]);
  return {
    body,
    headers: textHeaders(params["extra_headers"]),
    stream: body["stream"] === true,
    deadlines: deadlinesOf(params["timeout"], { stream, patient: endpoint.quirks.local || reasoning }),
    notes,
    ownFormat: format !== null && params["response_format"] === undefined && params["format"] === undefined,
  };
}

/**
 * Limits of one call. A `timeout` is all the patience there is, and then also that for the first byte; without one, a
 * hosted server that streams has a minute for its first byte, while one that loads or thinks first has the whole time.
 */
export function deadlinesOf(timeout: unknown, options: { stream: boolean; patient: boolean }): Deadlines {
  const given = typeof timeout === "number" && timeout > 0;
  const total = (given ? timeout : DEFAULT_TIMEOUT) * 1000;
  if (!options.stream) return { total, first: null, stall: null };
  const first = given || options.patient ? null : FIRST_BYTE;
  return { total, first, stall: options.patient ? null : Math.min(STALL, total) };
}

/** What a watcher is told when a server does not take a parameter. */
export function leftOut(endpoint: Endpoint, name: string, key: string): ModelNote {
  const model = `${endpoint.written}/${name}`;
  return {
    kind: "degraded",
    message: `Left "${key}" out of the call: ${model} does not take it`,
    data: { param: key },
  };
}

/** What a watcher is told when a server enforces less than the schema; null when nothing was lost. */
export function weakenedNote(endpoint: Endpoint, weakened: readonly Weakening[]): ModelNote | null {
  if (weakened.length === 0) return null;
  const places = weakened
    .slice(0, 5)
    .map(({ pointer, keyword }) => `${keyword} at "${pointer === "" ? "/" : pointer}"`);
  const more = weakened.length > places.length ? ` and ${weakened.length - places.length} more` : "";
  const data: Json = weakened.map(({ pointer, keyword }) => ({ pointer, keyword }));
  return {
    kind: "schema-weakened",
    message: `${endpoint.provider} does not enforce ${places.join(", ")}${more}; the answer is checked here`,
    data: { provider: endpoint.provider, weakened: data },
  };
}

function ways(
  endpoint: Endpoint,
  params: ModelRequest["params"],
  reasoning: boolean,
): { renames: Readonly<Record<string, string>>; refused: ReadonlySet<string> } {
  const { renames, refuses } = endpoint.quirks;
  if (!reasoning) return { renames, refused: new Set(refuses) };
  // Since 5.1 these models take sampling parameters when told not to think.
  const silent = params["reasoning_effort"] === "none" ? [] : NO_SAMPLING;
  return { renames: { ...renames, max_tokens: "max_completion_tokens" }, refused: new Set([...refuses, ...silent]) };
}

function speaksForOpenAi(endpoint: Endpoint): boolean {
  return ["openai", "azure", "github", "openrouter"].includes(endpoint.provider);
}

/** The program's own `response_format` wins, then `format: json`, then the contract's schema where the server takes one. */
function responseFormat(endpoint: Endpoint, name: string, request: ModelRequest, notes: ModelNote[]): unknown {
  const { params, schema } = request;
  const { quirks } = endpoint;
  if (params["response_format"] !== undefined && params["response_format"] !== null) return params["response_format"];
  const wantsJson = params["format"] === "json";
  if (wantsJson && quirks.jsonMode) return { type: "json_object" };
  if (quirks.schema === "none" || Object.keys(schema).length === 0) {
    if (wantsJson) notes.push(leftOut(endpoint, name, "format"));
    return null;
  }
  const translation = translateSchema(schema, quirks.schema);
  const note = weakenedNote(endpoint, translation.weakened);
  if (note !== null) notes.push(note);
  const strict = quirks.schema === "strict" ? { strict: translation.strict } : {};
  return { type: "json_schema", json_schema: { name: "output", schema: translation.schema, ...strict } };
}

function textHeaders(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name.toLowerCase(), String(text)]));
}
