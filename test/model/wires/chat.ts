import type { Seen } from "../faulty-server.ts";
import type { Asked, Reply, SaidCall, Wire } from "./wire.ts";
import {
  callsOf,
  changed,
  counted,
  fragments,
  KEY,
  objects,
  record,
  served,
  textIn,
} from "./wire.ts";

/**
 * developers.openai.com/api/reference/resources/chat: chunks, their last one with usage, and
 * `[DONE]`.
 */
export const CHAT: Wire = {
  name: "openai",
  provider: "openai",
  model: "gpt-4o",
  settings: (url) => ({ environment: { OPENAI_API_BASE: `${url}/v1`, OPENAI_API_KEY: KEY } }),
  path: "/v1/chat/completions",
  listPath: "/v1/models",
  list: (names) => ({ object: "list", data: names.map((id) => ({ id, object: "model" })) }),
  keyHeader: ["authorization", `Bearer ${KEY}`],
  type: "text/event-stream",
  events: chunks,
  ending: 3,
  whole: completion,
  fault: (message, code) =>
    `data: ${JSON.stringify({ error: { message, type: "server_error", code } })}\n\n`,
  error: (_, message, code) => ({
    error: { message, type: "invalid_request_error", param: null, code },
  }),
  tooLong: {
    status: 400,
    message:
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 190000 tokens.",
    code: "context_length_exceeded",
  },
  finishing: (event) =>
    changed(event, (chunk) => ({
      ...chunk,
      choices: objects(chunk["choices"]).map((choice) => ({ ...choice, finish_reason: "stop" })),
    })),
  keepAlive: ": ping\n\n",
  malformed: `data: {"choices":[{"delta":{"con\n\n`,
  unknown: `event: weather\ndata: {"object":"weather","sky":"blue"}\n\n`,
  schemaRefused: "Invalid schema for response_format 'output'",
  refusedParam: ["top_k", 4],
  ask: readChat,
  skips: {},
};

/** The same behind Azure's v1 address: learn.microsoft.com/azure/ai-foundry/openai/latest. */
export const AZURE: Wire = {
  ...CHAT,
  name: "azure",
  provider: "azure",
  settings: (url) => ({ environment: { AZURE_API_BASE: url, AZURE_API_KEY: KEY } }),
  path: "/openai/v1/chat/completions",
  listPath: "/openai/v1/models",
  keyHeader: ["api-key", KEY],
};

const FINISH = {
  stop: "stop",
  length: "length",
  "content-filter": "content_filter",
  "unheard-of": "paused",
} as const;

function finishOf(reply: Reply): string {
  const called = callsOf(reply).length > 0 && reply.finish === undefined;
  return called ? "tool_calls" : FINISH[reply.finish ?? "stop"];
}

function chunks(reply: Reply): readonly string[] {
  const model = served(reply);
  const head = {
    id: "c1",
    object: "chat.completion.chunk",
    created: 1,
    ...(model === null ? {} : { model }),
  };
  const chunk = (delta: unknown, finish: string | null = null) =>
    `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const usage = counted(reply);
  const counts = usage && {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    ...(usage.cached === undefined
      ? {}
      : { prompt_tokens_details: { cached_tokens: usage.cached } }),
  };
  const calls = callsOf(reply).flatMap((call, index) => {
    const id = call.id === null ? {} : { id: call.id };
    const first = { index, ...id, type: "function", function: { name: call.name, arguments: "" } };
    const rest = fragments(call, reply).map((text) => ({ index, function: { arguments: text } }));
    return [first, ...rest].map((piece) => chunk({ tool_calls: [piece] }));
  });
  return [
    chunk({ role: "assistant", content: "" }),
    ...(reply.reasoning ?? []).map((text) => chunk({ reasoning_content: text })),
    ...(reply.texts ?? []).map((content) => chunk({ content })),
    ...calls,
    chunk({}, finishOf(reply)),
    `data: ${JSON.stringify({ ...head, choices: [], ...(counts ? { usage: counts } : {}) })}\n\n`,
    "data: [DONE]\n\n",
  ];
}

function completion(reply: Reply): unknown {
  const usage = counted(reply);
  const texts = reply.texts ?? [];
  const message = {
    role: "assistant",
    content: texts.length === 0 ? null : texts.join(""),
    ...(reply.reasoning ? { reasoning_content: reply.reasoning.join("") } : {}),
    ...(callsOf(reply).length === 0 ? {} : { tool_calls: callsOf(reply).map(wholeCall) }),
  };
  return {
    id: "c1",
    object: "chat.completion",
    model: served(reply),
    choices: [{ index: 0, message, finish_reason: finishOf(reply) }],
    ...(usage ? { usage: { prompt_tokens: usage.input, completion_tokens: usage.output } } : {}),
  };
}

function wholeCall({ id, name, input }: SaidCall): unknown {
  const given = id === null ? {} : { id };
  return { ...given, type: "function", function: { name, arguments: input } };
}

function readChat({ body }: Seen): Asked {
  const messages = objects(body["messages"]);
  const system = messages.find(({ role }) => role === "system");
  const parts = messages.flatMap(({ content }) => objects(content));
  return {
    system: system ? textIn(system["content"]) : null,
    turns: messages
      .filter(({ role }) => role !== "system")
      .map(({ role, content }) => ({ role: String(role), text: textIn(content) })),
    files: parts.flatMap((part) =>
      part["type"] === "image_url" ? [String(record(part["image_url"])["url"])] : [],
    ),
    schema: record(record(body["response_format"])["json_schema"])["schema"] ?? null,
    maxTokens: body["max_tokens"],
    temperature: body["temperature"],
    stop: body["stop"],
    tools: objects(body["tools"]).map((tool) => String(record(tool["function"])["name"])),
  };
}
