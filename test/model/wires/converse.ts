import type { Seen } from "../faulty-server.ts";
import { eventFrame, exceptionFrame } from "./frames.ts";
import type { Asked, AskedTurn, Reply, ToolWire, Wire } from "./wire.ts";
import { callsOf, counted, fragments, inputOf, KEY, objects, record, textIn } from "./wire.ts";

/**
 * Amazon Bedrock's Converse and ConverseStream:
 * docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html.
 */
export const CONVERSE: Wire = {
  name: "bedrock",
  provider: "bedrock",
  model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
  settings: (url) => ({
    environment: { BEDROCK_API_BASE: url, AWS_BEARER_TOKEN_BEDROCK: KEY, AWS_REGION: "us-west-2" },
  }),
  path: "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream",
  listPath: "/foundation-models",
  list: (names) => ({ modelSummaries: names.map((modelId) => ({ modelId, modelName: modelId })) }),
  keyHeader: ["authorization", `Bearer ${KEY}`],
  type: "application/vnd.amazon.eventstream",
  encoding: "latin1",
  events,
  ending: 2,
  whole,
  fault: (message, code) => exceptionFrame(code, message),
  error: (_, message) => ({ message }),
  tooLong: { status: 400, message: "Input is too long for requested model.", code: "" },
  finishing: null,
  keepAlive: null,
  malformed: eventFrame("contentBlockDelta", '{"contentBlockIndex":0,"delta":{"te'),
  unknown: eventFrame("weatherForecast", { sky: "blue" }),
  schemaRefused:
    "The model returned the following errors: output_config.format.schema: 'x' is not supported",
  refusedParam: ["seed", 4],
  ask,
  skips: {
    served: "nothing names the model that answered",
    "usage-null": "every reply has its counts",
    "text-errors": "errors are messages of the event stream",
  },
};

const STOP = {
  stop: "end_turn",
  length: "max_tokens",
  "content-filter": "guardrail_intervened",
  "unheard-of": "paused",
} as const;

function stopOf(reply: Reply): string {
  const called = callsOf(reply).length > 0 && reply.finish === undefined;
  return called ? "tool_use" : STOP[reply.finish ?? "stop"];
}

function usageOf(reply: Reply): Record<string, number> {
  const { input, output, cached = 0 } = counted(reply) ?? { input: 0, output: 0 };
  return {
    inputTokens: input - cached,
    outputTokens: output,
    totalTokens: input + output,
    ...(cached === 0 ? {} : { cacheReadInputTokens: cached }),
  };
}

function events(reply: Reply): readonly string[] {
  let contentBlockIndex = 0;
  const all: string[] = [eventFrame("messageStart", { role: "assistant", p: "abc" })];
  const add = (delta: unknown) =>
    all.push(eventFrame("contentBlockDelta", { contentBlockIndex, delta, p: "abcdef" }));
  const close = () =>
    all.push(eventFrame("contentBlockStop", { contentBlockIndex: contentBlockIndex++ }));
  if (reply.reasoning) {
    for (const text of reply.reasoning) add({ reasoningContent: { text } });
    if (reply.signed === true) add({ reasoningContent: { signature: "c2ln" } });
    close();
  }
  if (reply.texts) {
    for (const text of reply.texts) add({ text });
    close();
  }
  for (const call of callsOf(reply)) {
    const toolUse = { toolUseId: call.id, name: call.name };
    all.push(eventFrame("contentBlockStart", { contentBlockIndex, start: { toolUse } }));
    for (const input of fragments(call, reply)) add({ toolUse: { input } });
    close();
  }
  const metrics = { latencyMs: 12 };
  all.push(eventFrame("messageStop", { stopReason: stopOf(reply) }));
  all.push(eventFrame("metadata", { usage: usageOf(reply), metrics }));
  return all;
}

function whole(reply: Reply): unknown {
  const thought = { text: (reply.reasoning ?? []).join(""), signature: "c2ln" };
  const content = [
    ...(reply.reasoning ? [{ reasoningContent: { reasoningText: thought } }] : []),
    ...(reply.texts ? [{ text: reply.texts.join("") }] : []),
    ...callsOf(reply).map((call) => {
      return { toolUse: { toolUseId: call.id, name: call.name, input: inputOf(call) } };
    }),
  ];
  return {
    output: { message: { role: "assistant", content } },
    stopReason: stopOf(reply),
    usage: usageOf(reply),
    metrics: { latencyMs: 12 },
  };
}

function ask({ body }: Seen): Asked {
  const config = record(body["inferenceConfig"]);
  const format = record(record(body["outputConfig"])["textFormat"]);
  const text = record(record(format["structure"])["jsonSchema"])["schema"];
  const tools = specsIn(body);
  const answer = tools.find(({ name }) => name === "give_answer");
  const messages = objects(body["messages"]);
  return {
    system: body["system"] === undefined ? null : textIn(body["system"]),
    turns: messages.map(({ role, content }) => ({ role: String(role), text: textIn(content) })),
    files: messages.flatMap(({ content }) => filesIn(content)),
    schema:
      typeof text === "string"
        ? JSON.parse(text)
        : (record(record(answer)["inputSchema"])["json"] ?? null),
    maxTokens: config["maxTokens"],
    temperature: config["temperature"],
    stop: config["stopSequences"],
    tools: tools.map(({ name }) => String(name)),
  };
}

function specsIn(body: Readonly<Record<string, unknown>>): readonly Record<string, unknown>[] {
  return objects(record(body["toolConfig"])["tools"]).flatMap(({ toolSpec }) =>
    objects([toolSpec]),
  );
}

function filesIn(content: unknown): readonly string[] {
  return objects(content)
    .flatMap(({ image }) => objects([image]))
    .map(({ format, source }) => {
      return `data:image/${String(format)};base64,${String(record(source)["bytes"])}`;
    });
}

/** docs.aws.amazon.com/bedrock/latest/userguide/tool-use.html */
export const CONVERSE_TOOLS: ToolWire = {
  turns: ({ body }: Seen) => objects(body["messages"]).map(turnOf),
  choice: ({ body }) => record(body["toolConfig"])["toolChoice"],
  choices: {
    auto: { auto: {} },
    required: { any: {} },
    none: undefined,
    named: { tool: { name: "find_order" } },
  },
  single: () => false,
  offers: ({ body }) =>
    specsIn(body).map(({ name, description, inputSchema }) => {
      return { name, description, schema: record(inputSchema)["json"] };
    }),
  apart: { model: "amazon.nova-pro-v1:0" },
  refused: { status: 400, message: "This model doesn't support tool use in streaming mode." },
  thoughts: [{ reasoningContent: { reasoningText: { text: "let me see", signature: "c2ln" } } }],
  damaged: true,
  skips: { single: "it can't be said", "ids-missing": "every call has its id" },
};

function turnOf({ role, content }: Readonly<Record<string, unknown>>): AskedTurn {
  const blocks = objects(content);
  const results = blocks.flatMap(({ toolResult }) => objects([toolResult]));
  if (role === "assistant") {
    const thoughts = blocks.filter(({ reasoningContent }) => reasoningContent !== undefined);
    const calls = blocks
      .flatMap(({ toolUse }) => objects([toolUse]))
      .map(({ toolUseId, name, input }) => ({ id: String(toolUseId), name: String(name), input }));
    const said = thoughts.length === 0 ? null : thoughts;
    return { role, text: textIn(blocks), calls, thoughts: said };
  }
  if (results.length === 0) return { role: "user", text: textIn(blocks), files: filesIn(blocks) };
  return {
    role: "results",
    results: results.map((result) => ({
      id: String(result["toolUseId"]),
      text: textIn(result["content"]),
      failed: result["status"] === "error",
    })),
    files: results.flatMap((result) => filesIn(result["content"])),
  };
}
