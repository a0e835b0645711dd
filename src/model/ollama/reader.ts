import type { ChatResponse } from "ollama/browser";
import type { Usage } from "../../core/events.ts";
import { isCount, isObject } from "../../core/json.ts";
import type { ReplyReader } from "../stream.ts";

/** Reads the lines of a streamed chat, each an object with what is new in it. */
export function lineReader(): ReplyReader {
  let done = false;
  let reason: string | null = null;
  let usage: Usage | null = null;
  let served: string | null = null;
  return {
    get state() {
      return done ? "finished" : "open";
    },
    *take(event) {
      // What a server leaves out is not there, whatever the package's types promise.
      const piece: Partial<ChatResponse> = event;
      const { message } = piece;
      if (isObject(message)) {
        const { thinking, content } = message;
        if (typeof thinking === "string" && thinking !== "")
          yield { type: "reasoning", text: thinking };
        if (typeof content === "string" && content !== "") yield { type: "text", text: content };
      }
      served = piece.model ?? served;
      if (piece.done !== true) return;
      done = true;
      reason = piece.done_reason ?? reason;
      const { prompt_eval_count: prompt, eval_count: answer } = piece;
      if (isCount(prompt) && isCount(answer))
        usage = { prompt_tokens: prompt, completion_tokens: answer };
    },
    end() {
      const known = reason === "stop" || reason === "length" ? reason : "other";
      return [{ type: "finish", reason: known, usage, served }];
    },
  };
}
