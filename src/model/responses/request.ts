import { isObject } from "../../core/json.ts";
import { dataUri, modalityOf, notTaken } from "../attachments.ts";
import type { Attachment } from "../attachment.ts";
import type { Message, ModelNote, ModelRequest } from "../model.ts";
import type { NativeCall, NativeModel } from "../protocol.ts";
import { refusedBy } from "../openai/request.ts";
import { leftOut, weakenedNote } from "../request-notes.ts";
import { functionTool, toolChoice } from "../tool-params.ts";

type Body = Record<string, unknown>;

/** Parameters of a chat completion that have no place in a response. */
const UNKNOWN_HERE = new Set(
  "n seed stop logit_bias frequency_penalty presence_penalty logprobs prediction modalities audio min_p top_k thinking".split(
    " ",
  ),
);
/** Parameters that are read one by one. */
const READ = new Set(
  "timeout stream format response_format extra_headers extra_body max_tokens max_completion_tokens reasoning_effort verbosity tools tool_choice".split(
    " ",
  ),
);
/** The least that may be asked for. */
const LEAST_LIMIT = 16;

/**
 * The body of `POST /responses`. Nothing is kept at the server (`store`), as with a chat
 * completion; `extra_body` can say otherwise.
 */
export function responsesCall(url: URL, model: NativeModel, request: ModelRequest): NativeCall {
  const notes: ModelNote[] = [];
  const { params } = request;
  const { max_completion_tokens: least, max_tokens: most, reasoning_effort: effort } = params;
  const limit = least ?? most;
  const extra = isObject(params["extra_body"]) ? params["extra_body"] : {};
  const body: Body = {
    model: model.name,
    input: request.messages.map((message) => inputItem(model, message)),
    stream: true,
    store: false,
    ...plainParams(model, params, notes),
    ...(typeof limit === "number" ? { max_output_tokens: Math.max(limit, LEAST_LIMIT) } : {}),
    ...(effort == null ? {} : { reasoning: { effort } }),
    ...toolParams(params),
  };
  const verbosity = params["verbosity"] == null ? {} : { verbosity: params["verbosity"] };
  const format = formatOf(model, request, notes);
  const withText = (text: Body): Body => ({
    ...body,
    ...(Object.keys(text).length === 0 ? {} : { text }),
    ...extra,
  });
  const ours = format !== null && params["response_format"] == null && params["format"] == null;
  return {
    url,
    body: withText(format === null ? verbosity : { ...verbosity, format }),
    notes,
    bare: ours ? withText(verbosity) : null,
    patient: model.abilities.thinking === "effort",
    stream: true,
  };
}

function plainParams(model: NativeModel, params: ModelRequest["params"], notes: ModelNote[]): Body {
  const refused = refusedBy(model.abilities, params);
  const body: Body = {};
  for (const [key, value] of Object.entries(params)) {
    if (READ.has(key) || value === undefined || value === null) continue;
    if (refused.has(key) || UNKNOWN_HERE.has(key))
      notes.push(leftOut(model.endpoint, model.name, key));
    else body[key] = value;
  }
  return body;
}

function inputItem(model: NativeModel, { role, content, attachments = [] }: Message): Body {
  if (attachments.length === 0) return { role, content };
  const files = attachments.map((attachment) => filePart(model, attachment));
  return { role, content: [...files, { type: "input_text", text: content }] };
}

function filePart(model: NativeModel, attachment: Attachment): Body {
  const modality = modalityOf(attachment);
  const takes = model.abilities.input ?? ["image", "audio", "pdf"];
  if (modality === null || !takes.includes(modality))
    throw notTaken(model.callee, attachment, takes);
  if (modality === "image")
    return { type: "input_image", image_url: dataUri(attachment), detail: "auto" };
  if (modality === "pdf")
    return { type: "input_file", filename: attachment.name, file_data: dataUri(attachment) };
  const format =
    attachment.mediaType === "audio/mpeg"
      ? "mp3"
      : attachment.mediaType.replace(/^audio\/(x-)?/, "");
  return { type: "input_audio", input_audio: { data: attachment.data, format } };
}

/** The program's own `response_format` wins, then `format: json`, then the contract's schema. */
function formatOf(model: NativeModel, request: ModelRequest, notes: ModelNote[]): Body | null {
  const { params, schema } = request;
  const { abilities, endpoint } = model;
  const own = params["response_format"];
  if (isObject(own)) {
    const inner = own["json_schema"];
    return isObject(inner) ? { ...inner, type: "json_schema" } : own;
  }
  if (params["format"] === "json") return { type: "json_object" };
  if (abilities.schema === "none" || Object.keys(schema).length === 0) return null;
  const translation = model.translate(schema, abilities.schema);
  const note = weakenedNote(endpoint, translation.weakened);
  if (note !== null) notes.push(note);
  return {
    type: "json_schema",
    name: "output",
    schema: translation.schema,
    strict: translation.strict,
  };
}

function toolParams(params: ModelRequest["params"]): Body {
  const { tools, tool_choice: choice } = params;
  if (!Array.isArray(tools)) return {};
  const known = toolChoice(choice);
  const chosen =
    known === null
      ? choice
      : typeof known === "string"
        ? known
        : { type: "function", name: known.name };
  return { tools: tools.map(toolOf), ...(chosen == null ? {} : { tool_choice: chosen }) };
}

/**
 * A strict tool has no optional parameters; chat completions don't ask for that, and responses do
 * unless told.
 */
function toolOf(tool: unknown): unknown {
  const known = functionTool(tool);
  if (known === null) return tool;
  const { name, description, parameters } = known;
  return {
    type: "function",
    name,
    ...(description === null ? {} : { description }),
    parameters,
    strict: false,
  };
}
