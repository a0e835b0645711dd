import type { ChatResponse } from "ollama/browser";
import type { Usage } from "../../core/events.ts";
import { isObject } from "../../core/json.ts";
import { finishPart, usageOf } from "../finish.ts";
import type { ReplyReader } from "../stream.ts";

/** Reads the lines of a streamed chat, each an object with what is new in it. */
export function lineReader(): ReplyReader {
  let done = false;
  let reason: string | null = null;
  let usage: Usage | null = null;
  let served: string | null = null;
  const called = new Set<string>();
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
        for (const { function: tool } of message.tool_calls ?? []) called.add(tool.name);
      }
      served = piece.model ?? served;
      if (piece.done !== true) return;
      done = true;
      reason = piece.done_reason ?? reason;
      const { prompt_eval_count: prompt, eval_count: answer } = piece;
      usage = usageOf(prompt, answer) ?? usage;
    },
    end() {
      const known = reason === "stop" || reason === "length" ? reason : "other";
      return [finishPart({ reason: known, usage, served, said: reason, called })];
    },
  };
}
