import type { Seen } from "../faulty-server.ts";
import { CHAT } from "./chat.ts";
import type { Asked, Reply, SaidCall, Wire } from "./wire.ts";
import { callsOf, counted, fragments, KEY, objects, record, served, textIn } from "./wire.ts";

/**
 * OpenAI's Responses. Events: developers.openai.com/api/docs/guides/streaming-responses and
 * developers.openai.com/api/reference/resources/responses/streaming-events.
 */
export const RESPONSES: Wire = {
  ...CHAT,
  name: "responses",
  provider: "openai",
  settings: (url) => ({
    environment: { OPENAI_API_BASE: `${url}/v1`, OPENAI_API_KEY: KEY },
    providers: { openai: { type: "responses" } },
  }),
  path: "/v1/responses",
  type: "text/event-stream; charset=utf-8",
  events,
  ending: 1,
  whole: (reply) => response(reply, statusOf(reply)),
  fault: (message, code) => event("error", { code, message, param: null }, 9),
  malformed: `event: response.output_text.delta\ndata: {"type":"response.outp\n\n`,
  unknown: event("response.weather.delta", { delta: "blue" }, 7),
  schemaRefused:
    "Invalid schema for response_format 'output': In context=(), 'x' is not permitted.",
  refusedParam: ["logit_bias", { a: 1 }],
  ask,
  skips: {},
};

function event(type: string, more: Readonly<Record<string, unknown>>, sequence: number): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...more, sequence_number: sequence })}\n\n`;
}

function statusOf(reply: Reply): string {
  return (reply.finish ?? "stop") === "stop" ? "completed" : "incomplete";
}

const INCOMPLETE = {
  length: "max_output_tokens",
  "content-filter": "content_filter",
  "unheard-of": "tired",
} as const;

function response(reply: Reply, status: string): Record<string, unknown> {
  const usage = status === "in_progress" ? null : counted(reply);
  const finish = reply.finish ?? "stop";
  const text = {
    type: "output_text",
    text: (reply.texts ?? []).join(""),
    annotations: [],
    logprobs: [],
  };
  const output = [
    ...(reply.reasoning ? [reasoningItem(reply)] : []),
    ...(reply.texts
      ? [{ id: "msg_1", type: "message", status, role: "assistant", content: [text] }]
      : []),
    ...callsOf(reply).map(functionCall),
  ];
  return {
    id: "resp_1",
    object: "response",
    created_at: 1,
    status,
    error: null,
    incomplete_details:
      status === "incomplete" && finish !== "stop" ? { reason: INCOMPLETE[finish] } : null,
    model: served(reply),
    output: status === "in_progress" ? [] : output,
    usage: usage && {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: usage.cached ?? 0 },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: usage.input + usage.output,
    },
  };
}

/** Encrypted where the request asks for it. */
function reasoningItem(reply: Reply): Record<string, unknown> {
  const summary = [{ type: "summary_text", text: (reply.reasoning ?? []).join("") }];
  const encrypted = reply.signed === true ? { encrypted_content: "c2VjcmV0" } : {};
  return { id: "rs_1", type: "reasoning", summary, ...encrypted };
}

function functionCall({ id, name, input }: SaidCall, index = 0): Record<string, unknown> {
  return {
    id: `fc_${index}`,
    type: "function_call",
    call_id: id,
    name,
    arguments: input,
    status: "completed",
  };
}

function events(reply: Reply): readonly string[] {
  let sequence = 0;
  const all: string[] = [];
  const send = (type: string, more: Readonly<Record<string, unknown>>) =>
    all.push(event(type, more, sequence++));
  send("response.created", { response: response(reply, "in_progress") });
  send("response.in_progress", { response: response(reply, "in_progress") });
  if (reply.reasoning) {
    const at = { item_id: "rs_1", output_index: 0, summary_index: 0 };
    send("response.output_item.added", {
      output_index: 0,
      item: { id: "rs_1", type: "reasoning", summary: [] },
    });
    for (const delta of reply.reasoning)
      send("response.reasoning_summary_text.delta", { ...at, delta });
    send("response.reasoning_summary_text.done", { ...at, text: reply.reasoning.join("") });
    send("response.output_item.done", { output_index: 0, item: reasoningItem(reply) });
  }
  if (reply.texts) {
    const at = { item_id: "msg_1", output_index: 1, content_index: 0 };
    const item = {
      id: "msg_1",
      type: "message",
      status: "in_progress",
      role: "assistant",
      content: [],
    };
    const part = { type: "output_text", text: "", annotations: [] };
    send("response.output_item.added", { output_index: 1, item });
    send("response.content_part.added", { ...at, part });
    for (const delta of reply.texts)
      send("response.output_text.delta", { ...at, delta, logprobs: [] });
    send("response.output_text.done", { ...at, text: reply.texts.join(""), logprobs: [] });
    send("response.content_part.done", { ...at, part: { ...part, text: reply.texts.join("") } });
  }
  for (const [index, call] of callsOf(reply).entries()) {
    const item = functionCall(call, index);
    const at = { item_id: item["id"], output_index: 2 + index };
    send("response.output_item.added", {
      output_index: 2 + index,
      item: { ...item, arguments: "", status: "in_progress" },
    });
    for (const delta of fragments(call, reply))
      send("response.function_call_arguments.delta", { ...at, delta });
    send("response.function_call_arguments.done", { ...at, arguments: call.input });
    send("response.output_item.done", { output_index: 2 + index, item });
  }
  const status = statusOf(reply);
  send(`response.${status}`, { response: response(reply, status) });
  return all;
}

function ask({ body }: Seen): Asked {
  const items = objects(body["input"]);
  const system = items.find(({ role }) => role === "system");
  const parts = items.flatMap(({ content }) => objects(content));
  return {
    system: system ? textIn(system["content"]) : null,
    turns: items
      .filter(({ role }) => role !== "system")
      .map(({ role, content }) => ({ role: String(role), text: textIn(content) })),
    files: parts
      .flatMap((part) => [part["image_url"], part["file_data"]])
      .filter((file) => typeof file === "string"),
    schema: record(record(body["text"])["format"])["schema"] ?? null,
    maxTokens: body["max_output_tokens"],
    temperature: body["temperature"],
    stop: body["stop"],
    tools: objects(body["tools"]).map(({ name }) => String(name)),
  };
}
