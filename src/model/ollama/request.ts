import type { ChatRequest } from "ollama/browser";
import { isObject, writeJson } from "../../core/json.ts";
import { attachmentTokens } from "../tokens/attachments.ts";
import type { NativeCall, NativeModel } from "../protocol.ts";
import type { Message, ModelNote, ModelRequest } from "../model.ts";
import { leftOut, weakenedNote } from "../request-notes.ts";
import { planTools } from "../tools/plan.ts";
import { ollamaMessages } from "./messages.ts";
import { ollamaTools } from "./tools.ts";

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
  const { plan, request: planned } = planTools(model, request, ["tool"], notes);
  const tools = plan === null ? [] : ollamaTools(model, plan, notes);
  const window = windowFor(name, request, options["num_predict"]);
  if (window !== null) options["num_ctx"] = window;
  if (isObject(extra["options"])) Object.assign(options, extra["options"]);
  const format = formatOf(model, planned, notes);
  const think = thinkOf(params);
  const bodyWith = (form: Pick<ChatRequest, "format">): Readonly<Record<string, unknown>> => ({
    ...({
      model: name,
      messages: ollamaMessages(model, request.messages),
      ...(tools.length === 0 ? {} : { tools: [...tools] }),
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

/** A window that holds prompt and answer, as a power of two; null while the default one does. */
function windowFor(name: string, { messages, tools }: ModelRequest, limit: unknown): number | null {
  const said = messages.reduce((sum, message) => sum + lengthOf(message), 0);
  const offered = tools === undefined ? 0 : Buffer.byteLength(writeJson(tools.offers));
  const bytes = said + offered;
  const answer = typeof limit === "number" && limit > 0 ? limit : ANSWER_ROOM;
  const pictures = messages.flatMap(({ attachments = [] }) => attachments);
  const seen = pictures.reduce((sum, picture) => sum + attachmentTokens(picture, name), 0);
  const needed = Math.ceil(bytes / BYTES_PER_TOKEN) + seen + answer;
  if (needed <= DEFAULT_WINDOW) return null;
  return Math.min(2 ** Math.ceil(Math.log2(needed)), LARGEST_WINDOW);
}

function lengthOf(message: Message): number {
  const calls = message.role === "assistant" ? (message.calls ?? []) : [];
  const called = calls.reduce((sum, call) => sum + Buffer.byteLength(call.arguments) + 64, 0);
  return Buffer.byteLength(message.content) + called + 16;
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
