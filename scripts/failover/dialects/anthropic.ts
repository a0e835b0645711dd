import { asked, countOf, type Dialect, namedEvent, PROMPT_TOKENS } from "./dialect.ts";

/** Anthropic's Messages. */
export const anthropic: Dialect = {
  asks: (path, body) => (path.endsWith("/messages") ? asked(body, body["messages"]) : null),
  start: (model) =>
    namedEvent("message_start", { message: message(model, [], null, 1) }) +
    namedEvent("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) +
    namedEvent("ping", {}),
  token: (text) =>
    namedEvent("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
  finish: (_model, text) =>
    namedEvent("content_block_stop", { index: 0 }) +
    namedEvent("message_delta", {
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: countOf(text) },
    }),
  end: namedEvent("message_stop", {}),
  whole: (model, text) => message(model, [{ type: "text", text }], "end_turn", countOf(text)),
  error: (status, code, text) => ({
    type: "error",
    error: { type: errorType(status), message: `${code}: ${text}` },
    request_id: "req_1",
  }),
};

function message(
  model: string,
  content: readonly object[],
  reason: string | null,
  output: number,
): object {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content,
    stop_reason: reason,
    stop_sequence: null,
    usage: { input_tokens: PROMPT_TOKENS, output_tokens: output },
  };
}

function errorType(status: number): string {
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "api_error" : "invalid_request_error";
}
