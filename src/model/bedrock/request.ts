import { isObject, writeJson } from "../../core/json.ts";
import { OUTPUT_TOOL, outputForm } from "../anthropic/schema.ts";
import { thinkingPlan } from "../anthropic/thinking.ts";
import type { ThinkingPlan } from "../anthropic/thinking.ts";
import { MODES, thinkingParams } from "../anthropic/tools.ts";
import type { ModelNote, ModelRequest } from "../model.ts";
import type { NativeCall, NativeModel } from "../protocol.ts";
import { leftOut } from "../request-notes.ts";
import { functionTool, toolChoice } from "../tool-params.ts";
import type { ToolChoice } from "../tool.ts";
import { isForced, planTools } from "../tools/plan.ts";
import type { ToolPlan } from "../tools/plan.ts";
import { converseMessages } from "./content.ts";

type Body = Record<string, unknown>;

/** Parameters under the names that `inferenceConfig` has for them. */
const CONFIG: Readonly<Record<string, string>> = {
  temperature: "temperature",
  top_p: "topP",
  stop: "stopSequences",
  max_tokens: "maxTokens",
  max_completion_tokens: "maxTokens",
};
/** Parameters that are read one by one. */
const READ = new Set([
  ..."timeout stream format response_format extra_headers extra_body".split(" "),
  ..."thinking reasoning_effort tools tool_choice".split(" "),
]);
/** Tokens that a model may spend where it thinks and the program sets no limit. */
const USUAL_LIMIT = 32_000;

/**
 * The body of `POST /model/…/converse-stream`:
 * docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html.
 */
export function converseCall(url: URL, model: NativeModel, request: ModelRequest): NativeCall {
  const notes: ModelNote[] = [];
  const { params, messages } = request;
  const { abilities } = model;
  const modes = MODES[abilities.schema === "anthropic" ? "enforced" : "shown"];
  const { plan: tools, request: planned } = planTools(model, request, modes, notes);
  const given = params["max_completion_tokens"] ?? params["max_tokens"];
  const limit = typeof given === "number" ? given : USUAL_LIMIT;
  const asked = thinkingParams(model, params, tools);
  const thinking = thinkingPlan(
    model,
    asked,
    { tokens: limit, given: typeof given === "number" },
    notes,
  );
  const form = outputForm(model, planned, thinking.off, notes);
  const config = configOf(model, params, thinking.on, notes);
  if (thinking.on && given === undefined) config["maxTokens"] = thinking.maxTokens;
  const more = moreFields(params, thinking);
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const own = isObject(params["extra_body"]) ? params["extra_body"] : {};
  const ours = form.format !== null && params["response_format"] == null;
  const choice = tools === null ? null : choiceOf(model, tools, thinking.off, notes);
  const bodyWith = (enforced: boolean): Body => ({
    messages: converseMessages(model, messages),
    ...(system.length === 0 ? {} : { system: system.map((text) => ({ text })) }),
    ...(Object.keys(config).length === 0 ? {} : { inferenceConfig: config }),
    ...(Object.keys(more).length === 0 ? {} : { additionalModelRequestFields: more }),
    ...(tools === null ? ownTools(params, form.tool) : toolConfig(tools, choice, enforced)),
    ...(form.format === null || (ours && !enforced) ? {} : outputConfig(form.format)),
    ...own,
  });
  const strict = tools?.tools.some((tool) => tool.strict) === true;
  return {
    url,
    body: bodyWith(true),
    notes,
    bare: ours || strict ? bodyWith(false) : null,
    patient: abilities.thinking !== "none",
    stream: true,
  };
}

function configOf(
  { abilities, endpoint, name }: NativeModel,
  params: ModelRequest["params"],
  thinks: boolean,
  notes: ModelNote[],
): Body {
  const refused = new Set([...abilities.refuses, ...(thinks ? abilities.refusesThinking : [])]);
  const config: Body = {};
  for (const [key, value] of Object.entries(params)) {
    if (READ.has(key) || key === "top_k" || value === undefined || value === null) continue;
    const known = CONFIG[key];
    if (refused.has(key) || known === undefined) notes.push(leftOut(endpoint, name, key));
    else config[known] = key === "stop" && typeof value === "string" ? [value] : value;
  }
  return config;
}

/** What only some models have, under the names of their makers. */
function moreFields({ top_k: topK }: ModelRequest["params"], plan: ThinkingPlan): Body {
  return {
    ...(topK == null ? {} : { top_k: topK }),
    ...(plan.thinking === null ? {} : { thinking: plan.thinking }),
    ...(plan.effort === null ? {} : { output_config: { effort: plan.effort } }),
  };
}

/** @param enforced whether the server is asked to hold the model to the tools' schemas */
function toolConfig({ tools }: ToolPlan, choice: Body | null, enforced: boolean): Body {
  const specs = tools.map(({ name, description, schema, strict }) => ({
    toolSpec: {
      name,
      ...(description === "" ? {} : { description }),
      inputSchema: { json: schema },
      ...(strict && enforced ? { strict: true } : {}),
    },
  }));
  return { toolConfig: { tools: specs, ...(choice === null ? {} : { toolChoice: choice }) } };
}

/** Nobody can be kept from calling: a conversation with calls must offer its tools. */
function choiceOf(
  { endpoint, name }: NativeModel,
  { choice, parallel }: ToolPlan,
  mayForce: boolean,
  notes: ModelNote[],
): Body | null {
  if (!parallel) notes.push(leftOut(endpoint, name, "parallel_tool_calls"));
  if (choice === "none" || (isForced(choice) && !mayForce)) {
    notes.push(leftOut(endpoint, name, "tool_choice"));
    return null;
  }
  return choiceField(choice);
}

/** The tool whose input is the answer, or the tools of `llm_params`. */
function ownTools(
  { tools, tool_choice: choice }: ModelRequest["params"],
  answer: Readonly<Record<string, unknown>> | null,
): Body {
  if (answer !== null) {
    const { name, description, input_schema: json } = answer;
    const toolSpec = { name, description, inputSchema: { json } };
    const forced = choiceField({ name: OUTPUT_TOOL });
    return { toolConfig: { tools: [{ toolSpec }], toolChoice: forced } };
  }
  if (!Array.isArray(tools)) return {};
  const specs = tools.map((tool: unknown) => {
    const known = functionTool(tool);
    if (known === null) return tool;
    const { name, description, parameters } = known;
    const described = description === null ? {} : { description };
    return { toolSpec: { name, ...described, inputSchema: { json: parameters } } };
  });
  const known = toolChoice(choice);
  const chosen = known === null || known === "none" ? null : choiceField(known);
  return { toolConfig: { tools: specs, ...(chosen === null ? {} : { toolChoice: chosen }) } };
}

function choiceField(choice: Exclude<ToolChoice, "none">): Body {
  if (typeof choice === "object") return { tool: { name: choice.name } };
  return choice === "required" ? { any: {} } : { auto: {} };
}

/** The schema goes as a text here. */
function outputConfig({ schema }: Readonly<Record<string, unknown>>): Body {
  const jsonSchema = { name: "output", schema: writeJson(schema) };
  return { outputConfig: { textFormat: { type: "json_schema", structure: { jsonSchema } } } };
}
