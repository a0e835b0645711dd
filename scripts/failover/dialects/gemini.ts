import { asked, countOf, type Dialect, PROMPT_TOKENS } from "./dialect.ts";

/** Google's generateContent. */
export const gemini: Dialect = {
  asks(path, body) {
    const found = /\/models\/([^/:]+):(generateContent|streamGenerateContent)$/.exec(path);
    if (found === null) return null;
    const [, model = "", method] = found;
    const { lastRole, counted } = asked(body, body["contents"]);
    const last = lastRole === "model" ? "assistant" : lastRole;
    return { model, stream: method === "streamGenerateContent", lastRole: last, counted };
  },
  start: () => "",
  token: (text, model) => event(reply(model, text, countOf(text))),
  finish: (model, text) => event(reply(model, "", countOf(text), "STOP")),
  end: "",
  whole: (model, text) => reply(model, text, countOf(text), "STOP"),
  error: (status, code, text) => ({
    error: { code: status, message: `${code}: ${text}`, status: errorStatus(status) },
  }),
};

function event(value: unknown): string {
  return `data: ${JSON.stringify(value)}\r\n\r\n`;
}

function reply(model: string, text: string, count: number, finish?: string): object {
  const content = { parts: [{ text }], role: "model" };
  return {
    candidates: [{ content, index: 0, ...(finish === undefined ? {} : { finishReason: finish }) }],
    usageMetadata: {
      promptTokenCount: PROMPT_TOKENS,
      candidatesTokenCount: count,
      totalTokenCount: PROMPT_TOKENS + count,
    },
    modelVersion: model,
    responseId: "r1",
  };
}

function errorStatus(status: number): string {
  if (status === 429) return "RESOURCE_EXHAUSTED";
  return status >= 500 ? "UNAVAILABLE" : "INVALID_ARGUMENT";
}
