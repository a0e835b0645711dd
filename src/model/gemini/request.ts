import { isObject } from "../../core/json.ts";
import type { ModelNote, ModelRequest } from "../model.ts";
import type { NativeCall, NativeModel } from "../protocol.ts";
import { leftOut, weakenedNote } from "../request-notes.ts";
import { functionTool, toolChoice } from "../tool-params.ts";
import type { ToolChoice } from "../tool.ts";
import { planTools } from "../tools/plan.ts";
import type { ToolPlan } from "../tools/plan.ts";
import { conversation } from "./contents.ts";
import { thinkingConfig } from "./thinking.ts";

type Body = Record<string, unknown>;

/**
 * Parameters under the names that `generationConfig` has for them:
 * ai.google.dev/api/generate-content#generationconfig.
 */
const CONFIG: Readonly<Record<string, string>> = {
  temperature: "temperature",
  top_p: "topP",
  top_k: "topK",
  seed: "seed",
  stop: "stopSequences",
  frequency_penalty: "frequencyPenalty",
  presence_penalty: "presencePenalty",
  max_tokens: "maxOutputTokens",
  max_completion_tokens: "maxOutputTokens",
};
/** Parameters that are read one by one. */
const READ = new Set(
  (
    "timeout stream format response_format extra_headers extra_body thinking reasoning_effort " +
    "tools tool_choice"
  ).split(" "),
);

/** The body of `POST …:streamGenerateContent`. */
export async function generateCall(
  url: URL,
  model: NativeModel,
  request: ModelRequest,
): Promise<NativeCall> {
  const notes: ModelNote[] = [];
  const { params } = request;
  const config = configOf(model, params, notes);
  const thinking = thinkingConfig(model, params, notes);
  if (thinking !== null) config["thinkingConfig"] = thinking;
  const { plan, request: planned } = planTools(model, request, ["gemini"], notes);
  const form = formOf(model, planned, notes);
  const extra = isObject(params["extra_body"]) ? params["extra_body"] : {};
  const own = isObject(extra["generationConfig"]) ? extra["generationConfig"] : {};
  const rest = {
    ...conversation(model, request.messages, notes),
    ...toolParams(params),
    ...(plan === null ? {} : toolFields(model, plan, notes)),
  };
  const bodyWith = (output: Body): Body => {
    const generationConfig = { ...config, ...output, ...own };
    return {
      ...rest,
      ...extra,
      ...(Object.keys(generationConfig).length === 0 ? {} : { generationConfig }),
    };
  };
  const { responseJsonSchema: schema, ...plain } = form;
  const ours = schema !== undefined && params["response_format"] == null;
  const patient = model.abilities.thinking !== "none";
  const bare = ours ? bodyWith(plain) : null;
  return { url, body: bodyWith(form), notes, bare, patient, stream: true };
}

/** Every call is wanted as one of several; that it is not can't be said. */
function toolFields(model: NativeModel, plan: ToolPlan, notes: ModelNote[]): Body {
  if (!plan.parallel) notes.push(leftOut(model.endpoint, model.name, "parallel_tool_calls"));
  const functionDeclarations = plan.tools.map(({ name, description, schema }) => ({
    name,
    description,
    parametersJsonSchema: schema,
  }));
  return {
    tools: [{ functionDeclarations }],
    toolConfig: { functionCallingConfig: modeOf(plan.choice) },
  };
}

function configOf(model: NativeModel, params: ModelRequest["params"], notes: ModelNote[]): Body {
  const refused = new Set(model.abilities.refuses);
  const config: Body = {};
  for (const [key, value] of Object.entries(params)) {
    if (READ.has(key) || value === undefined || value === null) continue;
    const name = CONFIG[key];
    if (refused.has(key) || name === undefined)
      notes.push(leftOut(model.endpoint, model.name, key));
    else config[name] = key === "stop" && typeof value === "string" ? [value] : value;
  }
  return config;
}

/** The program's own `response_format` wins, then `format: json`, then the contract's schema. */
function formOf(model: NativeModel, request: ModelRequest, notes: ModelNote[]): Body {
  const { params, schema } = request;
  const { abilities, endpoint, name } = model;
  const json = { responseMimeType: "application/json" };
  const own = params["response_format"];
  if (isObject(own)) {
    const inner = isObject(own["json_schema"]) ? own["json_schema"]["schema"] : undefined;
    if (own["type"] === "text") return {};
    return inner === undefined ? json : { ...json, responseJsonSchema: inner };
  }
  const wantsJson = params["format"] === "json";
  if (wantsJson && abilities.jsonMode) return json;
  if (abilities.schema !== "gemini" || Object.keys(schema).length === 0) {
    if (wantsJson) notes.push(leftOut(endpoint, name, "format"));
    return {};
  }
  const translation = model.translate(schema, "gemini");
  const note = weakenedNote(endpoint, translation.weakened);
  if (note !== null) notes.push(note);
  return { ...json, responseJsonSchema: translation.schema };
}

function toolParams(params: ModelRequest["params"]): Body {
  const { tools, tool_choice: choice } = params;
  if (!Array.isArray(tools)) return {};
  const known = tools.map(functionTool);
  const functionDeclarations = known.flatMap((tool) =>
    tool === null
      ? []
      : [
          {
            name: tool.name,
            ...(tool.description === null ? {} : { description: tool.description }),
            parametersJsonSchema: tool.parameters,
          },
        ],
  );
  const others: unknown[] = tools.filter((_, index) => known[index] === null);
  const mode = choiceOf(choice);
  return {
    tools: [...(functionDeclarations.length === 0 ? [] : [{ functionDeclarations }]), ...others],
    ...(mode === null ? {} : { toolConfig: { functionCallingConfig: mode } }),
  };
}

function choiceOf(choice: unknown): Body | null {
  const known = toolChoice(choice);
  return known === null ? null : modeOf(known);
}

function modeOf(choice: ToolChoice): Body {
  if (typeof choice === "object") return { mode: "ANY", allowedFunctionNames: [choice.name] };
  return { mode: { auto: "AUTO", none: "NONE", required: "ANY" }[choice] };
}
