import { isObject } from "../../core/json.ts";
import { notJson } from "../exchange.ts";
import { excerpt, inBandFailure, providerFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";
import type { ModelPart } from "../model.ts";
import { finishReason, firstChoice, readPiece, readUsage, servedBy } from "./reply.ts";

/** The parts of a reply that came in one piece. */
export function* wholeParts(body: string, callee: Callee): Generator<ModelPart> {
  const reply = parsed(body, callee);
  if (reply["error"] !== undefined && reply["error"] !== null) throw inBandFailure(callee, reply);
  const choice = firstChoice(reply);
  if (choice === null) {
    throw providerFailure(
      callee,
      `${callee.host} sent a reply without choices: ${excerpt(body, callee)}`,
      {
        status: 200,
        retryable: false,
      },
    );
  }
  if (isObject(choice["error"])) throw inBandFailure(callee, { error: choice["error"] });
  const piece = readPiece(choice["message"]);
  if (piece.reasoning !== "") yield { type: "reasoning", text: piece.reasoning };
  if (piece.text !== "") yield { type: "text", text: piece.text };
  if (piece.refusal !== "") yield refusalNote(piece.refusal, callee);
  yield {
    type: "finish",
    reason: piece.refusal === "" ? finishReason(choice["finish_reason"]) : "content-filter",
    usage: readUsage(reply),
    served: servedBy(reply),
  };
}

/** A model that declines says so in a field of its own. */
export function refusalNote(text: string, callee: Callee): ModelPart {
  return { type: "note", kind: "warning", message: `The model declined: ${excerpt(text, callee)}` };
}

function parsed(body: string, callee: Callee): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw notJson(callee, body);
  }
  const reply: unknown = Array.isArray(value) ? value[0] : value;
  if (isObject(reply)) return reply;
  throw providerFailure(
    callee,
    `${callee.host} sent a reply that is not an object: ${excerpt(body, callee)}`,
    {
      status: 200,
      retryable: false,
    },
  );
}
