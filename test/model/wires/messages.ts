import type { Seen } from "../faulty-server.ts";
import type { Asked, Reply, Wire } from "./wire.ts";
import {
  callsOf,
  counted,
  fragments,
  inputOf,
  KEY,
  objects,
  record,
  served,
  textIn,
} from "./wire.ts";

/**
 * Anthropic's Messages. Events: platform.claude.com/docs/en/build-with-claude/streaming; a whole
 * message and the request: platform.claude.com/docs/en/api/messages/create; errors:
 * platform.claude.com/docs/en/api/errors.
 */
export const MESSAGES: Wire = {
  name: "anthropic",
  provider: "anthropic",
  model: "claude-sonnet-4-6",
  settings: (url) => ({ environment: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: KEY } }),
  path: "/v1/messages",
  listPath: "/v1/models?limit=1000",
  list: (names) => ({
    data: names.map((id) => ({
      type: "model",
      id,
      display_name: id,
      created_at: "2026-02-01T00:00:00Z",
    })),
    has_more: false,
    first_id: names[0],
    last_id: names.at(-1),
  }),
  keyHeader: ["x-api-key", KEY],
  type: "text/event-stream; charset=utf-8",
  events,
  ending: 2,
  whole,
  fault: (message, code) => event("error", { error: { type: code, message }, request_id: "req_1" }),
  error: (_, message, code) => ({
    type: "error",
    error: { type: code, message },
    request_id: "req_1",
  }),
  tooLong: {
    status: 400,
    message: "prompt is too long: 208310 tokens > 200000 maximum",
    code: "invalid_request_error",
  },
  finishing: null,
  keepAlive: event("ping", {}),
  malformed: `event: content_block_delta\ndata: {"type":"content_block_delta","ind\n\n`,
  unknown: event("weather_forecast", { sky: "blue" }),
  schemaRefused: "output_config.format.schema: For 'object' type, property 'x' is not supported",
  refusedParam: ["seed", 4],
  ask,
  skips: { "usage-null": "every message has its counts" },
};

function event(type: string, more: Readonly<Record<string, unknown>>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
}

const STOP = {
  stop: "end_turn",
  length: "max_tokens",
  "content-filter": "refusal",
  "unheard-of": "pause_turn",
} as const;

function stopOf(reply: Reply): string {
  const called = callsOf(reply).length > 0 && reply.finish === undefined;
  return called ? "tool_use" : STOP[reply.finish ?? "stop"];
}

function events(reply: Reply): readonly string[] {
  const usage = counted(reply) ?? { input: 0, output: 0 };
  const { cached = 0 } = usage;
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: served(reply) ?? "",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: usage.input - cached,
      output_tokens: 1,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: cached,
    },
  };
  const blocks: string[] = [];
  const open = (block: unknown) =>
    blocks.push(event("content_block_start", { index: opened++, content_block: block }));
  const add = (delta: unknown) =>
    blocks.push(event("content_block_delta", { index: opened - 1, delta }));
  const close = () => blocks.push(event("content_block_stop", { index: opened - 1 }));
  let opened = 0;
  if (reply.reasoning) {
    open({ type: "thinking", thinking: "", signature: "" });
    for (const thinking of reply.reasoning) add({ type: "thinking_delta", thinking });
    add({ type: "signature_delta", signature: "c2ln" });
    close();
  }
  if (reply.texts) {
    open({ type: "text", text: "" });
    for (const text of reply.texts) add({ type: "text_delta", text });
    close();
  }
  for (const call of callsOf(reply)) {
    open({ type: "tool_use", id: call.id, name: call.name, input: {} });
    add({ type: "input_json_delta", partial_json: "" });
    for (const text of fragments(call, { fragment: 7, ...reply }))
      add({ type: "input_json_delta", partial_json: text });
    close();
  }
  return [
    event("message_start", { message }),
    event("ping", {}),
    ...blocks,
    event("message_delta", {
      delta: { stop_reason: stopOf(reply), stop_sequence: null },
      usage: { output_tokens: usage.output },
    }),
    event("message_stop", {}),
  ];
}

function whole(reply: Reply): unknown {
  const usage = counted(reply) ?? { input: 0, output: 0 };
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: served(reply) ?? "",
    content: [
      ...(reply.reasoning
        ? [{ type: "thinking", thinking: reply.reasoning.join(""), signature: "c2ln" }]
        : []),
      ...(reply.texts ? [{ type: "text", text: reply.texts.join("") }] : []),
      ...callsOf(reply).map((call) => {
        return { type: "tool_use", id: call.id, name: call.name, input: inputOf(call) };
      }),
    ],
    stop_reason: stopOf(reply),
    stop_sequence: null,
    usage: { input_tokens: usage.input, output_tokens: usage.output },
  };
}

function ask({ body }: Seen): Asked {
  const { system } = body;
  const messages = objects(body["messages"]);
  const sources = messages
    .flatMap(({ content }) => objects(content))
    .flatMap((part) => objects([part["source"]]));
  return {
    system: system === undefined ? null : textIn(system),
    turns: messages.map(({ role, content }) => ({ role: String(role), text: textIn(content) })),
    files: sources.map(
      (source) => `data:${String(source["media_type"])};base64,${String(source["data"])}`,
    ),
    schema:
      record(record(body["output_config"])["format"])["schema"] ??
      objects(body["tools"]).find(({ name }) => name === "give_answer")?.["input_schema"] ??
      null,
    maxTokens: body["max_tokens"],
    temperature: body["temperature"],
    stop: body["stop_sequences"],
    tools: objects(body["tools"]).map(({ name }) => String(name)),
  };
}
