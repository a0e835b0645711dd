import type { Json } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { ResponseFormatJSONObject, ResponseFormatJSONSchema } from "openai/resources/shared";
import { wantsStream } from "../failover/deadlines.ts";
import type { ModelNote, ModelRequest } from "../model.ts";
import type { NativeCall, NativeModel } from "../protocol.ts";
import { chatMessage } from "./content.ts";
import type { Endpoint } from "../endpoint.ts";
import type { Abilities } from "../quirks.ts";
import type { Weakening } from "../schema/translation.ts";

/** Parameters that steer the call and are not part of its body. */
const STEERING = new Set([
  "timeout",
  "stream",
  "format",
  "extra_headers",
  "extra_body",
  "response_format",
]);

/**
 * A chat completion: the messages as they are, the parameters as this server takes them. The shapes
 * are held to the types of the `openai` package.
 */
export function chatCall(url: URL, model: NativeModel, request: ModelRequest): NativeCall {
  const notes: ModelNote[] = [];
  const { endpoint, name, abilities } = model;
  const { params } = request;
  const { local } = endpoint.quirks;
  const patient = local || abilities.thinking === "effort";
  const stream = wantsStream(request, { patient, local, streamUsage: abilities.streamUsage });
  const body: Record<string, unknown> = {
    model: name,
    messages: request.messages.map((message) =>
      chatMessage(message, { endpoint, name, input: abilities.input }),
    ),
  };
  const { renames } = abilities;
  const refused = refusedBy(abilities, params);
  for (const [key, value] of Object.entries(params)) {
    if (STEERING.has(key) || value === undefined || value === null) continue;
    if (refused.has(key)) notes.push(leftOut(endpoint, name, key));
    else body[renames[key] ?? key] = value;
  }
  if (typeof params["n"] === "number" && params["n"] > 1) {
    notes.push({
      kind: "warning",
      message: `Asked for ${params["n"]} answers: only the first one is used`,
    });
  }
  const format = responseFormat(model, request, notes);
  if (stream) body["stream"] = true;
  if (stream && abilities.streamUsage) body["stream_options"] = { include_usage: true };
  const extra = isObject(params["extra_body"]) ? params["extra_body"] : {};
  const bare = { ...body, ...extra };
  const ours =
    format !== null && params["response_format"] === undefined && params["format"] === undefined;
  return {
    url,
    body: format === null ? bare : { ...body, response_format: format, ...extra },
    notes,
    bare: ours ? bare : null,
    patient,
    stream,
  };
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

/**
 * What a watcher is told when a server enforces less than the schema; null when nothing was lost.
 */
export function weakenedNote(endpoint: Endpoint, weakened: readonly Weakening[]): ModelNote | null {
  if (weakened.length === 0) return null;
  const places = weakened
    .slice(0, 5)
    .map(({ pointer, keyword }) => `${keyword} at "${pointer === "" ? "/" : pointer}"`);
  const more =
    weakened.length > places.length ? ` and ${weakened.length - places.length} more` : "";
  const data: Json = weakened.map(({ pointer, keyword }) => ({ pointer, keyword }));
  return {
    kind: "schema-weakened",
    message: `${endpoint.provider} does not enforce ${places.join(", ")}${more}; the answer is checked here`,
    data: { provider: endpoint.provider, weakened: data },
  };
}

/**
 * The parameters that are left out. Since 5.1 OpenAI's models take sampling parameters when told
 * not to think.
 */
export function refusedBy(
  abilities: Abilities,
  params: ModelRequest["params"],
): ReadonlySet<string> {
  const thinks = params["reasoning_effort"] !== "none";
  return new Set([...abilities.refuses, ...(thinks ? abilities.refusesThinking : [])]);
}

/**
 * The program's own `response_format` wins, then `format: json`, then the contract's schema where
 * the server takes one.
 */
function responseFormat(
  { endpoint, name, abilities, translate }: NativeModel,
  request: ModelRequest,
  notes: ModelNote[],
): unknown {
  const { params, schema } = request;
  if (params["response_format"] !== undefined && params["response_format"] !== null)
    return params["response_format"];
  const wantsJson = params["format"] === "json";
  if (wantsJson && abilities.jsonMode)
    return { type: "json_object" } satisfies ResponseFormatJSONObject;
  if (abilities.schema === "none" || Object.keys(schema).length === 0) {
    if (wantsJson) notes.push(leftOut(endpoint, name, "format"));
    return null;
  }
  const translation = translate(schema, abilities.schema);
  const note = weakenedNote(endpoint, translation.weakened);
  if (note !== null) notes.push(note);
  const strict = abilities.schema === "strict" ? { strict: translation.strict } : {};
  return {
    type: "json_schema",
    json_schema: { name: "output", schema: { ...translation.schema }, ...strict },
  } satisfies ResponseFormatJSONSchema;
}

export function textHeaders(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => [name.toLowerCase(), String(text)]),
  );
}
