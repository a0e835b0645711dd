import type { Seen } from "../faulty-server.ts";
import type { Asked, Reply, SaidCall, Wire } from "./wire.ts";
import { callsOf, changed, counted, inputOf, KEY, objects, record, served } from "./wire.ts";

/**
 * Ollama's own protocol: docs.ollama.com/api/chat and docs.ollama.com/api/errors. One JSON object a
 * line.
 */
export const OLLAMA: Wire = {
  name: "ollama",
  provider: "ollama",
  model: "llama3.2",
  settings: (url) => ({ environment: { OLLAMA_API_BASE: url, OLLAMA_API_KEY: KEY } }),
  path: "/api/chat",
  listPath: "/api/tags",
  list: (names) => ({ models: names.map((name) => ({ name, model: name, size: 1 })) }),
  keyHeader: ["accept", "*/*"],
  type: "application/x-ndjson",
  events: (reply) => pieces(reply).map((piece) => `${JSON.stringify(piece)}\n`),
  ending: 1,
  whole,
  fault: (message) => `${JSON.stringify({ error: message })}\n`,
  error: (_, message) => ({ error: message }),
  tooLong: { status: 400, message: "the input exceeds the context length of 4096", code: "" },
  finishing: (event) => changed(event, (piece) => ({ ...piece, done: true, done_reason: "stop" })),
  keepAlive: "\n",
  malformed: `{"message":{"role":"assis\n`,
  unknown: `${JSON.stringify({ weather: "blue" })}\n`,
  schemaRefused: "Failed to initialize samplers: failed to parse grammar",
  refusedParam: ["logit_bias", { a: 1 }],
  ask,
  skips: {
    "key-header": "the server on this machine gets no key",
    "content-filter": "its models have no filter",
    cache: "it counts nothing apart",
    "fault-code": "its errors are a text, without a code",
  },
};

const FINISH = {
  stop: "stop",
  length: "length",
  "content-filter": "other",
  "unheard-of": "unload",
} as const;

function pieces(reply: Reply): readonly Record<string, unknown>[] {
  const usage = counted(reply);
  const model = served(reply);
  const head = { ...(model === null ? {} : { model }), created_at: "2026-11-20T00:00:00Z" };
  const piece = (message: Readonly<Record<string, unknown>>) => ({
    ...head,
    message: { role: "assistant", content: "", ...message },
    done: false,
  });
  return [
    ...(reply.reasoning ?? []).map((thinking) => piece({ thinking })),
    ...(reply.texts ?? []).map((content) => piece({ content })),
    ...callsOf(reply).map((call) => piece({ tool_calls: [wholeCall(call)] })),
    {
      ...piece({}),
      done: true,
      done_reason: FINISH[reply.finish ?? "stop"],
      ...(usage ? { prompt_eval_count: usage.input, eval_count: usage.output } : {}),
    },
  ];
}

function wholeCall(call: SaidCall): unknown {
  const id = call.id === null ? {} : { id: call.id };
  return { ...id, function: { name: call.name, arguments: inputOf(call) } };
}

/** As with `stream: false`. */
function whole(reply: Reply): unknown {
  const [last = {}] = pieces({ ...reply, texts: [], reasoning: [] }).slice(-1);
  const { texts = [], reasoning = [] } = reply;
  const thinking = reasoning.length > 0 ? { thinking: reasoning.join("") } : {};
  const calls = callsOf(reply).map(wholeCall);
  const called = calls.length > 0 ? { tool_calls: calls } : {};
  const content = texts.join("");
  return { ...last, message: { role: "assistant", content, ...thinking, ...called } };
}

function ask({ body }: Seen): Asked {
  const messages = objects(body["messages"]);
  const options = record(body["options"]);
  const system = messages.find(({ role }) => role === "system");
  return {
    system: system ? String(system["content"]) : null,
    turns: messages
      .filter(({ role }) => role !== "system")
      .map(({ role, content }) => ({ role: String(role), text: String(content) })),
    // It is told no media type, and looks at the bytes.
    files: messages
      .flatMap(({ images }) => (Array.isArray(images) ? images : []))
      .map((data) => `data:image/png;base64,${String(data)}`),
    schema: typeof body["format"] === "object" ? body["format"] : null,
    maxTokens: options["num_predict"],
    temperature: options["temperature"],
    stop: options["stop"],
    tools: objects(body["tools"]).map((tool) => String(record(tool["function"])["name"])),
  };
}
