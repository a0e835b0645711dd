import type {
  ChatCompletionFunctionTool,
  ChatCompletionToolChoiceOption,
} from "openai/resources/chat/completions";
import { isObject } from "../../core/json.ts";
import type { ResponseFormatJSONObject, ResponseFormatJSONSchema } from "openai/resources/shared";
import { wantsStream } from "../failover/deadlines.ts";
import type { ModelNote, ModelRequest } from "../model.ts";
import type { EnforcedMode, NativeCall, NativeModel } from "../protocol.ts";
import { leftOut, weakenedNote } from "../request-notes.ts";
import type { Abilities } from "../quirks.ts";
import { planTools } from "../tools/plan.ts";
import type { ToolPlan } from "../tools/plan.ts";
import { chatMessages } from "./content.ts";

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
  const { plan, request: planned } = planTools(model, request, [modeOf(abilities)], notes);
  const body: Record<string, unknown> = {
    model: name,
    messages: chatMessages(request.messages, model),
    ...plainParams(model, params, notes),
  };
  if (typeof params["n"] === "number" && params["n"] > 1) {
    notes.push({
      kind: "warning",
      message: `Asked for ${params["n"]} answers: only the first one is used`,
    });
  }
  const format = responseFormat(model, planned, notes);
  if (stream) body["stream"] = true;
  if (stream && abilities.streamUsage) body["stream_options"] = { include_usage: true };
  const extra = isObject(params["extra_body"]) ? params["extra_body"] : {};
  const ours =
    format !== null && params["response_format"] === undefined && params["format"] === undefined;
  const bodyWith = (enforced: boolean): Readonly<Record<string, unknown>> => ({
    ...body,
    ...(plan === null ? {} : toolFields(model, plan, enforced)),
    ...(format === null || (ours && !enforced) ? {} : { response_format: format }),
    ...extra,
  });
  const strict = plan?.tools.some((tool) => tool.strict) === true && abilities.schema === "strict";
  if (plan !== null && !plan.parallel && abilities.refuses.includes(PARALLEL))
    notes.push(leftOut(endpoint, name, PARALLEL));
  return {
    url,
    body: bodyWith(true),
    notes,
    bare: ours || strict ? bodyWith(false) : null,
    patient,
    stream,
  };
}

const PARALLEL = "parallel_tool_calls";

function plainParams(
  { abilities, endpoint, name }: NativeModel,
  params: ModelRequest["params"],
  notes: ModelNote[],
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  const { renames } = abilities;
  const refused = refusedBy(abilities, params);
  for (const [key, value] of Object.entries(params)) {
    if (STEERING.has(key) || value === undefined || value === null) continue;
    if (refused.has(key)) notes.push(leftOut(endpoint, name, key));
    else body[renames[key] ?? key] = value;
  }
  return body;
}

/** How tools' schemas are sent; a server that enforces none is shown them as they are written. */
function modeOf({ schema }: Abilities): EnforcedMode {
  return schema === "none" ? "schema" : schema;
}

/** @param enforced whether the server is asked to hold the model to the tools' schemas */
function toolFields(
  { abilities }: NativeModel,
  { tools, choice, parallel }: ToolPlan,
  enforced: boolean,
): object {
  return {
    tools: tools.map(
      ({ name, description, schema, strict }) =>
        ({
          type: "function",
          function: {
            name,
            description,
            parameters: { ...schema },
            ...(abilities.schema === "strict" ? { strict: strict && enforced } : {}),
          },
        }) satisfies ChatCompletionFunctionTool,
    ),
    tool_choice: (typeof choice === "string"
      ? choice
      : {
          type: "function",
          function: { name: choice.name },
        }) satisfies ChatCompletionToolChoiceOption,
    ...(parallel || abilities.refuses.includes(PARALLEL) ? {} : { [PARALLEL]: false }),
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
