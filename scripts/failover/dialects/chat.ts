import {
  asked,
  countOf,
  CREATED,
  dataEvent,
  type Dialect,
  openAiError,
  PROMPT_TOKENS,
} from "./dialect.ts";

/** OpenAI's chat completions. */
export const chat: Dialect = {
  asks: (path, body) => (path.endsWith("/chat/completions") ? asked(body, body["messages"]) : null),
  start: (model) => chunk(model, { role: "assistant", content: "", refusal: null }),
  token: (text, model) => chunk(model, { content: text }),
  finish(model, text, counted) {
    const count = counted ? chunk(model, {}, null, { choices: [], usage: usage(text) }) : "";
    return chunk(model, {}, "stop") + count;
  },
  end: "data: [DONE]\n\n",
  whole: (model, text) => ({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: CREATED,
    model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: text, refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: usage(text),
  }),
  error: openAiError,
};

function chunk(
  model: string,
  delta: object,
  finish: string | null = null,
  more: object = {},
): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return dataEvent({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: CREATED,
    model,
    choices,
    ...more,
  });
}

function usage(text: string): object {
  const completion = countOf(text);
  return {
    prompt_tokens: PROMPT_TOKENS,
    completion_tokens: completion,
    total_tokens: PROMPT_TOKENS + completion,
  };
}
