import { isObject } from "../../core/json.ts";
import type { Message, ModelNote, ModelRequest } from "../model.ts";
import type { NativeCall, NativeModel } from "../protocol.ts";
import { leftOut } from "../request-notes.ts";
import { functionTool, toolChoice } from "../tool-params.ts";
import { planTools } from "../tools/plan.ts";
import { outputForm } from "./schema.ts";
import { thinkingPlan } from "./thinking.ts";
import { choiceField, MODES, thinkingParams, toolFields } from "./tools.ts";
import { KEEP, turns } from "./turns.ts";

type Body = Record<string, unknown>;

/**
 * Bytes a token has in ordinary text, for the question whether keeping a prompt's beginning can
 * pay.
 */
const BYTES_PER_TOKEN = 4;
/**
 * Tokens of an answer where neither the program nor the catalogue says: `max_tokens` is required.
 */
const UNKNOWN_LIMIT = 8192;
/** The most that is asked for unbidden. */
const USUAL_LIMIT = 32_000;

/** Parameters that are read here one by one; all others go as they are. */
const READ = new Set([
  "timeout",
  "stream",
  "format",
  "response_format",
  "extra_headers",
  "extra_body",
  "max_tokens",
  "max_completion_tokens",
  "thinking",
  "reasoning_effort",
  "temperature",
  "top_p",
  "stop",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "user",
  "safety_identifier",
  "prompt_cache_key",
  "service_tier",
]);
const SERVICE_TIERS = ["auto", "standard_only"];

/** The body of `POST /v1/messages`. */
export async function messagesCall(
  url: URL,
  model: NativeModel,
  request: ModelRequest,
): Promise<NativeCall> {
  const notes: ModelNote[] = [];
  const { params } = request;
  const limit = await limitOf(model, params);
  const { plan: tools, request: planned } = planTools(
    model,
    request,
    MODES[model.abilities.schema === "anthropic" ? "enforced" : "shown"],
    notes,
  );
  const plan = thinkingPlan(model, thinkingParams(model, params, tools), limit, notes);
  const form = outputForm(model, planned, plan.off, notes);
  const keep = params["prompt_cache_key"] != null;
  const system = systemBlocks(model, request.messages, keep);
  const body: Body = {
    model: model.name,
    max_tokens: plan.maxTokens,
    ...(system === null ? {} : { system }),
    messages: turns(model, request.messages, keep),
    stream: true,
    ...plainParams(model, params, plan.on, notes),
    ...(plan.thinking === null ? {} : { thinking: plan.thinking }),
    ...toolParams(params, form.tool),
  };
  const effort = plan.effort === null ? {} : { effort: plan.effort };
  const outputs = form.format === null ? effort : { ...effort, format: form.format };
  const extra = isObject(params["extra_body"]) ? params["extra_body"] : {};
  const ours = form.format !== null && params["response_format"] == null;
  const choice = tools === null ? {} : choiceField(model, tools, plan.off, notes);
  const bodyWith = (enforced: boolean): Body => {
    const config = ours && !enforced ? effort : outputs;
    return {
      ...body,
      ...(tools === null ? {} : { tools: toolFields(tools, enforced), ...choice }),
      ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
      ...extra,
    };
  };
  const strict = tools?.tools.some((tool) => tool.strict) === true;
  const bare = ours || strict ? bodyWith(false) : null;
  return { url, body: bodyWith(true), notes, bare, patient: false, stream: true };
}

async function limitOf(
  model: NativeModel,
  params: ModelRequest["params"],
): Promise<{ tokens: number; given: boolean }> {
  const given = params["max_completion_tokens"] ?? params["max_tokens"];
  if (typeof given === "number") return { tokens: given, given: true };
  const { createCatalog } = await import("../catalog/catalog.ts");
  const catalog = createCatalog({ overrides: model.config.modelFacts });
  const facts = await catalog.facts(`${model.endpoint.provider}/${model.name}`);
  // Every model that is held to a schema can answer at that length.
  const unknown = model.abilities.schema === "anthropic" ? USUAL_LIMIT : UNKNOWN_LIMIT;
  return { tokens: Math.min(facts?.maxOutput ?? unknown, USUAL_LIMIT), given: false };
}

/**
 * The system messages. Their end is a place to keep the prompt's beginning from when that is long
 * enough to be kept: a program's system message is the same in every run, while its prompt is not.
 */
function systemBlocks(model: NativeModel, messages: readonly Message[], keep: boolean): unknown {
  const text = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  if (text.length === 0) return null;
  const { cacheFrom } = model.abilities;
  const tokens = text.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0) / BYTES_PER_TOKEN;
  if (!keep && (cacheFrom === null || tokens < cacheFrom)) return text.join("\n\n");
  return [{ type: "text", text: text.join("\n\n"), ...KEEP }];
}

function plainParams(
  model: NativeModel,
  params: ModelRequest["params"],
  thinks: boolean,
  notes: ModelNote[],
): Body {
  const { endpoint, name, abilities } = model;
  const refused = new Set([...abilities.refuses, ...(thinks ? abilities.refusesThinking : [])]);
  const body: Body = {};
  for (const [key, value] of Object.entries(params)) {
    if (value === undefined || value === null) continue;
    if (refused.has(key)) notes.push(leftOut(endpoint, name, key));
    else if (!READ.has(key)) body[key] = value;
  }
  const { temperature, top_p: topP, stop, service_tier: tier } = params;
  if (typeof temperature === "number" && !refused.has("temperature")) {
    body["temperature"] = Math.min(temperature, 1);
    if (temperature > 1) notes.push(lowered(model, temperature));
  }
  if (typeof topP === "number" && !refused.has("top_p")) {
    // One of the two only: the server says so of every model since 4.1.
    if (body["temperature"] === undefined) body["top_p"] = topP;
    else notes.push(leftOut(endpoint, name, "top_p"));
  }
  if (stop != null) body["stop_sequences"] = typeof stop === "string" ? [stop] : stop;
  if (typeof tier === "string") {
    if (SERVICE_TIERS.includes(tier)) body["service_tier"] = tier;
    else notes.push(leftOut(endpoint, name, "service_tier"));
  }
  const user = params["safety_identifier"] ?? params["user"];
  if (typeof user === "string") body["metadata"] = { user_id: user };
  return body;
}

function lowered(model: NativeModel, temperature: number): ModelNote {
  const id = `${model.endpoint.written}/${model.name}`;
  const message = `Sent temperature 1 in place of ${temperature}: ${id} takes none above 1`;
  return { kind: "degraded", message, data: { param: "temperature" } };
}

/** The program's tools, or the one that carries the answer. */
function toolParams(params: ModelRequest["params"], answer: Readonly<Body> | null): Body {
  if (answer !== null)
    return { tools: [answer], tool_choice: { type: "tool", name: answer["name"] } };
  const { tools, tool_choice: choice, parallel_tool_calls: parallel } = params;
  if (!Array.isArray(tools)) return {};
  const single = parallel === false ? { disable_parallel_tool_use: true } : {};
  const chosen = choiceOf(choice);
  const wanted = chosen ?? (parallel === false ? { type: "auto" } : null);
  return {
    tools: tools.map(toolOf),
    ...(wanted === null ? {} : { tool_choice: { ...wanted, ...single } }),
  };
}

function toolOf(tool: unknown): unknown {
  const known = functionTool(tool);
  if (known === null) return tool;
  const { name, description, parameters } = known;
  return { name, ...(description === null ? {} : { description }), input_schema: parameters };
}

function choiceOf(choice: unknown): Body | null {
  const known = toolChoice(choice);
  if (known === null) return isObject(choice) ? choice : null;
  if (typeof known === "object") return { type: "tool", name: known.name };
  return { type: known === "required" ? "any" : known };
}
