import { isObject } from "../../core/json.ts";
import { modalityOf, notTaken } from "../attachments.ts";
import type { Attachment } from "../attachment.ts";
import type { Message, ModelNote, ModelRequest } from "../model.ts";
import type { NativeCall, NativeModel } from "../protocol.ts";
import { leftOut, weakenedNote } from "../request-notes.ts";
import { functionTool, toolChoice } from "../tool-params.ts";
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
  "timeout stream format response_format extra_headers extra_body thinking reasoning_effort tools tool_choice".split(
    " ",
  ),
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
  const form = formOf(model, request, notes);
  const extra = isObject(params["extra_body"]) ? params["extra_body"] : {};
  const own = isObject(extra["generationConfig"]) ? extra["generationConfig"] : {};
  const rest = { ...conversation(model, request.messages, notes), ...toolParams(params) };
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

function conversation(model: NativeModel, messages: readonly Message[], notes: ModelNote[]): Body {
  const system = messages
    .filter(({ role }) => role === "system")
    .map(({ content }) => ({ text: content }));
  const contents = messages
    .filter(({ role }) => role !== "system")
    .map(({ role, content, attachments = [] }) => ({
      role: role === "assistant" ? "model" : "user",
      parts: [...attachments.map((attachment) => filePart(model, attachment)), { text: content }],
    }));
  if (system.length === 0) return { contents };
  if (model.abilities.system) return { systemInstruction: { parts: system }, contents };
  const message = `${model.endpoint.written}/${model.name} takes no system message: it goes before the first message`;
  notes.push({ kind: "degraded", message });
  const [first, ...others] = contents;
  return { contents: [{ role: "user", parts: [...system, ...(first?.parts ?? [])] }, ...others] };
}

function filePart(model: NativeModel, attachment: Attachment): Body {
  const modality = modalityOf(attachment);
  const takes = model.abilities.input ?? ["image", "audio", "pdf"];
  if (modality === null || !takes.includes(modality))
    throw notTaken(model.callee, attachment, takes);
  return { inlineData: { mimeType: attachment.mediaType, data: attachment.data } };
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
  if (known === null) return null;
  if (typeof known === "object") return { mode: "ANY", allowedFunctionNames: [known.name] };
  return { mode: { auto: "AUTO", none: "NONE", required: "ANY" }[known] };
}
