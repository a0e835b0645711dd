import type { ChatResponse } from "ollama/browser";
import type { Usage } from "../../core/events.ts";
import { isObject, objectsIn } from "../../core/json.ts";
import { lastParts, usageOf } from "../finish.ts";
import type { ModelRequest } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import type { ReplyReader } from "../stream.ts";
import { CallList } from "../tools/call-list.ts";
import type { CallPiece } from "../tools/call-list.ts";

/** Reads the lines of a streamed chat, each an object with what is new in it. */
export function lineReader({ abilities }: NativeModel, request: ModelRequest): ReplyReader {
  let done = false;
  let reason: string | null = null;
  let usage: Usage | null = null;
  let served: string | null = null;
  let thoughts = "";
  const calls = new CallList(request);
  return {
    calls,
    get state() {
      return done ? "finished" : "open";
    },
    *take(event) {
      // What a server leaves out is not there, whatever the package's types promise.
      const piece: Partial<ChatResponse> = event;
      const { message } = piece;
      if (isObject(message)) {
        const { thinking, content } = message;
        if (typeof thinking === "string" && thinking !== "") {
          thoughts += thinking;
          yield { type: "reasoning", text: thinking };
        }
        if (typeof content === "string" && content !== "") yield { type: "text", text: content };
        // Each comes whole.
        for (const call of objectsIn(message.tool_calls)) calls.add(pieceOf(call));
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
      const last = lastParts({ reason: known, usage, served, said: reason, calls });
      const called = last.some(({ type }) => type === "tool-call");
      if (!called || thoughts === "" || abilities.thoughtsBack !== "thinking") return last;
      const kept = { protocol: "ollama", value: { thinking: thoughts } } as const;
      return [{ type: "kept", kept }, ...last];
    },
  };
}

/** The package's types know no id; newer servers give one. */
function pieceOf(call: Readonly<Record<string, unknown>>): CallPiece {
  const called = isObject(call["function"]) ? call["function"] : {};
  return { key: call, id: call["id"], name: called["name"], arguments: called["arguments"] };
}
