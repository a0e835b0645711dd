import type { Seen } from "../faulty-server.ts";
import type { Asked, Reply, Wire } from "./wire.ts";
import {
  callsOf,
  changed,
  counted,
  inputOf,
  KEY,
  objects,
  record,
  served,
  textIn,
} from "./wire.ts";

/**
 * Google's generateContent: ai.google.dev/api/generate-content, and its errors:
 * ai.google.dev/gemini-api/docs/troubleshooting.
 */
export const GENERATE: Wire = {
  name: "gemini",
  provider: "google",
  model: "gemini-2.5-flash",
  settings: (url) => ({ environment: { GOOGLE_API_BASE: `${url}/v1beta`, GOOGLE_API_KEY: KEY } }),
  path: "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
  listPath: "/v1beta/models?pageSize=1000",
  list: (names) => ({
    models: names.map((name) => ({ name: `models/${name}`, displayName: name })),
  }),
  keyHeader: ["x-goog-api-key", KEY],
  type: "text/event-stream",
  events: (reply) => chunks(reply).map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`),
  ending: 1,
  whole: chunks,
  fault: (message, code) =>
    `data: ${JSON.stringify({ error: { code: 503, message, status: code } })}\r\n\r\n`,
  error: (status, message, code) => ({ error: { code: status, message, status: code } }),
  tooLong: {
    status: 400,
    message:
      "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    code: "INVALID_ARGUMENT",
  },
  finishing: (event) =>
    changed(event, (chunk) => ({
      ...chunk,
      candidates: objects(chunk["candidates"]).map((one) => ({ ...one, finishReason: "STOP" })),
    })),
  keepAlive: ": ping\r\n\r\n",
  malformed: `data: {"candidates":[{"content":{"par\r\n\r\n`,
  unknown: `data: ${JSON.stringify({ weather: { sky: "blue" } })}\r\n\r\n`,
  schemaRefused: "The specified schema produces a constraint that has too many states for serving.",
  refusedParam: ["logit_bias", { a: 1 }],
  ask,
  skips: { "fault-code": "its errors have an HTTP status within, and that decides" },
};

/** The same at Google Cloud, with a key in place of an account. */
export const VERTEX: Wire = {
  ...GENERATE,
  name: "vertex",
  provider: "vertex",
  settings: (url) => ({ environment: { VERTEX_API_BASE: url, VERTEX_API_KEY: KEY } }),
  path: "/v1beta1/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
  listPath: "/v1beta1/publishers/google/models",
  list: (names) => ({
    publisherModels: names.map((name) => ({ name: `publishers/google/models/${name}` })),
  }),
};

const FINISH = {
  stop: "STOP",
  length: "MAX_TOKENS",
  "content-filter": "SAFETY",
  "unheard-of": "LANGUAGE",
} as const;

/** Each chunk has the counts so far; the last one has the reason. */
function chunks(reply: Reply): readonly unknown[] {
  const usage = counted(reply);
  const model = served(reply);
  const usageMetadata = usage && {
    promptTokenCount: usage.input,
    ...(usage.output === 0 ? {} : { candidatesTokenCount: usage.output }),
    ...(usage.cached === undefined ? {} : { cachedContentTokenCount: usage.cached }),
    totalTokenCount: usage.input + usage.output,
  };
  const common = {
    ...(usageMetadata ? { usageMetadata } : {}),
    ...(model === null ? {} : { modelVersion: model }),
  };
  const chunk = (part: unknown, more = {}) => ({
    candidates: [{ content: { parts: [part], role: "model" }, index: 0, ...more }],
    ...common,
    responseId: "r1",
  });
  const finishReason = FINISH[reply.finish ?? "stop"];
  const signature = reply.signed === true ? { thoughtSignature: "c2ln" } : {};
  const calls = callsOf(reply).map((call, index) => ({
    functionCall: {
      ...(call.id === null ? {} : { id: call.id }),
      name: call.name,
      args: inputOf(call),
    },
    ...(index === 0 ? signature : {}),
  }));
  return [
    ...(reply.reasoning ?? []).map((text) => chunk({ text, thought: true })),
    ...(reply.texts ?? []).map((text) => chunk({ text })),
    ...calls.map((call) => chunk(call)),
    chunk({ text: "" }, { finishReason }),
  ];
}

function ask({ body }: Seen): Asked {
  const config = record(body["generationConfig"]);
  const contents = objects(body["contents"]);
  const files = contents
    .flatMap(({ parts }) => objects(parts))
    .flatMap((part) => objects([part["inlineData"]]));
  return {
    system:
      body["systemInstruction"] === undefined
        ? null
        : textIn(record(body["systemInstruction"])["parts"]),
    turns: contents.map((content) => ({
      role: content["role"] === "model" ? "assistant" : String(content["role"]),
      text: textIn(content["parts"]),
    })),
    files: files.map((file) => `data:${String(file["mimeType"])};base64,${String(file["data"])}`),
    schema: config["responseJsonSchema"] ?? null,
    maxTokens: config["maxOutputTokens"],
    temperature: config["temperature"],
    stop: config["stopSequences"],
    tools: objects(body["tools"])
      .flatMap((tool) => objects(tool["functionDeclarations"]))
      .map(({ name }) => String(name)),
  };
}
