import { isObject } from "../../core/json.ts";
import type { Usage } from "../../core/events.ts";
import { excerpt, inBandFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";
import { finishPart } from "../finish.ts";
import type { ModelPart } from "../model.ts";
import type { ReplyReader, ReplyState } from "../stream.ts";
import { choiceIn, finishReason, readPiece, readUsage, servedBy, toolsIn } from "./reply.ts";

/**
 * Reads the chunks of a chat completion, and a whole one. The end of a stream is `[DONE]`, which is
 * no event.
 */
export function chatReader(callee: Callee): ReplyReader {
  let state: ReplyState = "open";
  let finish: string | null = null;
  let usage: Usage | null = null;
  let served: string | null = null;
  let refusal = "";
  let chosen: number | null = null;
  let empty = false;
  const called = new Set<string>();
  return {
    get state() {
      return state;
    },
    *take(event) {
      const choice = choiceIn(event, chosen);
      const message = choice?.["delta"] ?? choice?.["message"];
      for (const place of [message, choice, event])
        usage = readUsage(place, callee.provider) ?? usage;
      served = servedBy(event) ?? served;
      if (state === "open" && isWhole(event, choice)) state = "whole";
      if (choice === null) return;
      const { error, finish_reason: reason } = choice;
      if (error) throw inBandFailure(callee, { error });
      if (typeof choice["index"] === "number") chosen = choice["index"];
      empty ||= isObject(choice["message"]) && choice["message"]["content"] === null;
      const piece = readPiece(message);
      for (const name of toolsIn(message)) called.add(name);
      if (piece.reasoning !== "") yield { type: "reasoning", text: piece.reasoning };
      if (piece.text !== "") yield { type: "text", text: piece.text };
      refusal += piece.refusal;
      if (typeof reason === "string" && reason !== "") {
        finish = reason;
        state = "finished";
      }
    },
    end() {
      const reason = refusal === "" ? finishReason(finish) : "content-filter";
      const last = finishPart({ reason, usage, served, said: finish, called });
      if (refusal !== "") return [refusalNote(refusal, callee), last];
      return empty ? [{ ...last, empty }] : [last];
    },
  };
}

/** Without choices there is no answer, which is an answer without text. */
function isWhole(
  { choices }: Readonly<Record<string, unknown>>,
  choice: Readonly<Record<string, unknown>> | null,
): boolean {
  if (choice !== null) return choice["message"] !== undefined;
  return Array.isArray(choices) && choices.length === 0;
}

/** A model that declines says so in a field of its own. */
export function refusalNote(text: string, callee: Callee): ModelPart {
  return { type: "note", kind: "warning", message: `The model declined: ${excerpt(text, callee)}` };
}
