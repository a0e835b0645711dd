import {
  asked,
  countOf,
  CREATED,
  type Dialect,
  namedEvent,
  openAiError,
  PROMPT_TOKENS,
} from "./dialect.ts";

/** OpenAI's Responses. */
export const responses: Dialect = {
  asks: (path, body) => (path.endsWith("/responses") ? asked(body, body["input"]) : null),
  start: (model) =>
    event("response.created", { response: response(model, "", "in_progress") }) +
    event("response.output_item.added", { output_index: 0, item: message("", "in_progress") }) +
    event("response.content_part.added", { ...PLACE, part: part("") }),
  token: (text) => event("response.output_text.delta", { ...PLACE, delta: text, logprobs: [] }),
  finish: (model, text) =>
    event("response.output_text.done", { ...PLACE, text, logprobs: [] }) +
    event("response.content_part.done", { ...PLACE, part: part(text) }) +
    event("response.output_item.done", { output_index: 0, item: message(text, "completed") }) +
    event("response.completed", { response: response(model, text, "completed") }),
  end: "",
  whole: (model, text) => response(model, text, "completed"),
  error: openAiError,
};

const PLACE = { item_id: "msg_1", output_index: 0, content_index: 0 };

/** Events of all replies are numbered in one row: what counts is that the numbers grow. */
let sequence = 0;

function event(type: string, more: object): string {
  return namedEvent(type, { sequence_number: sequence++, ...more });
}

function part(text: string): object {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

function message(text: string, status: string): object {
  return {
    id: "msg_1",
    type: "message",
    status,
    role: "assistant",
    content: text === "" ? [] : [part(text)],
  };
}

function response(model: string, text: string, status: string): object {
  const done = status === "completed";
  const output = countOf(text);
  const usage = {
    input_tokens: PROMPT_TOKENS,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: PROMPT_TOKENS + output,
  };
  return {
    id: "resp_1",
    object: "response",
    created_at: CREATED,
    status,
    error: null,
    incomplete_details: null,
    model,
    output: done ? [message(text, status)] : [],
    parallel_tool_calls: true,
    tools: [],
    usage: done ? usage : null,
  };
}
