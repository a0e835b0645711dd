import type { Json } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { Deadlines } from "../exchange.ts";
import { deadlinesOf, wantsStream } from "../failover/deadlines.ts";
import type { ModelNote, ModelRequest } from "../model.ts";
import { chatMessage } from "./content.ts";
import type { Endpoint } from "../endpoint.ts";
import { abilitiesOf } from "../families.ts";
import type { Abilities } from "../quirks.ts";
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
 * The body of a chat completion: the messages as they are, the parameters as this server takes
 * them.
 */
export function chatBody(endpoint: Endpoint, name: string, request: ModelRequest): ChatBody {
  const notes: ModelNote[] = [];
  const { params } = request;
  const abilities = abilitiesOf(endpoint, name);
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
  const format = responseFormat(endpoint, { name, abilities }, request, notes);
  if (format !== null) body["response_format"] = format;
  if (stream) body["stream"] = true;
  if (stream && abilities.streamUsage) body["stream_options"] = { include_usage: true };
  if (isObject(params["extra_body"])) Object.assign(body, params["extra_body"]);
  return {
    body,
    headers: textHeaders(params["extra_headers"]),
    stream: body["stream"] === true,
    deadlines: deadlinesOf(params["timeout"], { stream, patient }, request.patience),
    notes,
    ownFormat:
      format !== null && params["response_format"] === undefined && params["format"] === undefined,
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
  endpoint: Endpoint,
  model: { name: string; abilities: Abilities },
  request: ModelRequest,
  notes: ModelNote[],
): unknown {
  const { params, schema } = request;
  const { name, abilities } = model;
  if (params["response_format"] !== undefined && params["response_format"] !== null)
    return params["response_format"];
  const wantsJson = params["format"] === "json";
  if (wantsJson && abilities.jsonMode) return { type: "json_object" };
  if (abilities.schema === "none" || Object.keys(schema).length === 0) {
    if (wantsJson) notes.push(leftOut(endpoint, name, "format"));
    return null;
  }
  const translation = translateSchema(schema, abilities.schema);
  const note = weakenedNote(endpoint, translation.weakened);
  if (note !== null) notes.push(note);
  const strict = abilities.schema === "strict" ? { strict: translation.strict } : {};
  return {
    type: "json_schema",
    json_schema: { name: "output", schema: translation.schema, ...strict },
  };
}

export function textHeaders(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => [name.toLowerCase(), String(text)]),
  );
}
