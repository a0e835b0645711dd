import type { Usage } from "../../core/events.ts";
import { inBandFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";
import type { ModelPart } from "../model.ts";
import type { ReplyReader } from "../stream.ts";
import { finishReason, firstChoice, readPiece, readUsage, servedBy } from "./reply.ts";
import { refusalNote } from "./whole.ts";

/** Reads the chunks of a chat completion. Its end is `[DONE]`, which is no event. */
export function chunkReader(callee: Callee): ReplyReader {
  let finish: string | null = null;
  let usage: Usage | null = null;
  let served: string | null = null;
  let refusal = "";
  return {
    closed: false,
    *take(event) {
      if (event["error"] !== undefined && event["error"] !== null)
        throw inBandFailure(callee, event);
      usage = readUsage(event) ?? usage;
      served = servedBy(event) ?? served;
      const choice = firstChoice(event);
      if (choice === null) return;
      const piece = readPiece(choice["delta"] ?? choice["message"]);
      if (piece.reasoning !== "") yield { type: "reasoning", text: piece.reasoning };
      if (piece.text !== "") yield { type: "text", text: piece.text };
      refusal += piece.refusal;
      const reason = choice["finish_reason"];
      if (reason === "error")
        throw inBandFailure(callee, {
          error: choice["error"] ?? "the model stopped with an error",
        });
      if (typeof reason === "string" && reason !== "") finish = reason;
    },
    end() {
      if (finish === null) return null;
      const reason = refusal === "" ? finishReason(finish) : "content-filter";
      const last: ModelPart = { type: "finish", reason, usage, served };
      return refusal === "" ? [last] : [refusalNote(refusal, callee), last];
    },
  };
}
