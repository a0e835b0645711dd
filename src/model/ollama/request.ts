import type { ChatRequest, Message as ChatMessage } from "ollama/browser";
import { isObject } from "../../core/json.ts";
import { modalityOf, notTaken } from "../attachments.ts";
import { attachmentTokens } from "../tokens/attachments.ts";
import type { NativeCall, NativeModel } from "../protocol.ts";
import type { Message, ModelNote, ModelRequest } from "../model.ts";
import { leftOut, weakenedNote } from "../request-notes.ts";

/** Ollama's own window when a request names none; what is longer it cuts without a word. */
const DEFAULT_WINDOW = 4096;
const LARGEST_WINDOW = 131_072;
/** Bytes a token has at least, so that the window is rather too large than too small. */
const BYTES_PER_TOKEN = 2.5;
/** Tokens kept free for the answer where the program sets no limit. */
const ANSWER_ROOM = 1024;

/** Parameters under the names that Ollama's `options` have for them. */
const OPTIONS: Readonly<Record<string, string>> = {
  temperature: "temperature",
  top_p: "top_p",
  top_k: "top_k",
  min_p: "min_p",
  seed: "seed",
  stop: "stop",
  frequency_penalty: "frequency_penalty",
  presence_penalty: "presence_penalty",
  max_tokens: "num_predict",
  max_completion_tokens: "num_predict",
};
/** Parameters that stand beside `options`. */
const DIRECT = new Set(["tools", "logprobs", "top_logprobs"]);
const STEERING = new Set([
  "timeout",
  "stream",
  "format",
  "response_format",
  "thinking",
  "reasoning_effort",
  "extra_headers",
  "extra_body",
]);

export function ollamaCall(url: URL, model: NativeModel, request: ModelRequest): NativeCall {
  const notes: ModelNote[] = [];
  const { endpoint, name } = model;
  const { params } = request;
  const options: Record<string, unknown> = {};
  const direct: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(params)) {
    if (STEERING.has(key) || value === undefined || value === null) continue;
    const option = OPTIONS[key];
    if (option !== undefined)
      options[option] = key === "stop" && typeof value === "string" ? [value] : value;
    else if (DIRECT.has(key)) direct[key] = value;
    else notes.push(leftOut(endpoint, name, key));
  }
  const extra = isObject(params["extra_body"]) ? params["extra_body"] : {};
  const window = windowFor(name, request, options["num_predict"]);
  if (window !== null) options["num_ctx"] = window;
  if (isObject(extra["options"])) Object.assign(options, extra["options"]);
  const format = formatOf(model, request, notes);
  const think = thinkOf(params);
  const bodyWith = (form: Pick<ChatRequest, "format">): Readonly<Record<string, unknown>> => ({
    ...({
      model: name,
      messages: request.messages.map((message) => ollamaMessage(model, message)),
      ...form,
      ...(think === null ? {} : { think }),
    } satisfies ChatRequest),
    ...direct,
    ...extra,
    ...(Object.keys(options).length > 0 ? { options } : {}),
    stream: true,
  });
  const ours = format !== null && params["response_format"] == null && params["format"] == null;
  return {
    url,
    body: bodyWith(format === null ? {} : { format }),
    notes,
    bare: ours ? bodyWith({}) : null,
    patient: true,
    stream: true,
    window: typeof options["num_ctx"] === "number" ? options["num_ctx"] : DEFAULT_WINDOW,
  };
}

/**
 * Ollama takes pictures only, as base64 beside the text. @throws {ModullmError} RLLM_017 for any
 * other file
 */
function ollamaMessage(
  model: NativeModel,
  { role, content, attachments = [] }: Message,
): ChatMessage {
  if (attachments.length === 0) return { role, content };
  const images = attachments.map((attachment) => {
    if (modalityOf(attachment) === "image") return attachment.data;
    throw notTaken(model.callee, attachment, ["image"]);
  });
  return { role, content, images };
}

/** A window that holds prompt and answer, as a power of two; null while the default one does. */
function windowFor(name: string, { messages }: ModelRequest, limit: unknown): number | null {
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content) + 16, 0);
  const answer = typeof limit === "number" && limit > 0 ? limit : ANSWER_ROOM;
  const pictures = messages.flatMap(({ attachments = [] }) => attachments);
  const seen = pictures.reduce((sum, picture) => sum + attachmentTokens(picture, name), 0);
  const needed = Math.ceil(bytes / BYTES_PER_TOKEN) + seen + answer;
  if (needed <= DEFAULT_WINDOW) return null;
  return Math.min(2 ** Math.ceil(Math.log2(needed)), LARGEST_WINDOW);
}

function formatOf(
  model: NativeModel,
  request: ModelRequest,
  notes: ModelNote[],
): string | object | null {
  const { params, schema } = request;
  const own = params["response_format"];
  if (isObject(own)) {
    const inner = isObject(own["json_schema"]) ? own["json_schema"]["schema"] : null;
    if (isObject(inner)) return inner;
    return own["type"] === "json_object" ? "json" : null;
  }
  if (params["format"] === "json") return "json";
  if (Object.keys(schema).length === 0) return null;
  const translation = model.translate(schema, "grammar");
  const note = weakenedNote(model.endpoint, translation.weakened);
  if (note !== null) notes.push(note);
  return translation.schema;
}

/** Only what the program asks for: a model that can't think refuses the field. */
function thinkOf(params: ModelRequest["params"]): boolean | "low" | "medium" | "high" | null {
  const thinking = params["thinking"];
  if (typeof thinking === "boolean") return thinking;
  if (isObject(thinking)) return thinking["type"] !== "disabled";
  const level = typeof thinking === "string" ? thinking : params["reasoning_effort"];
  if (level === "none") return false;
  if (level === "low" || level === "medium" || level === "high") return level;
  return level === "minimal" ? "low" : null;
}
