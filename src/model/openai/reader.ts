import { isObject } from "../../core/json.ts";
import type { Usage } from "../../core/events.ts";
import { excerpt, inBandFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";
import { lastParts } from "../finish.ts";
import { GivenMedia } from "../given-media.ts";
import type { ModelPart, ModelRequest } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import type { ReplyReader, ReplyState } from "../stream.ts";
import { CallList } from "../tools/call-list.ts";
import { callPieces, hasMore, picturesIn, Sound, Thoughts } from "./beside.ts";
import { choiceIn, finishReason, type Piece, readPiece, readUsage, servedBy } from "./reply.ts";

/**
 * Reads the chunks of a chat completion, and a whole one. The end of a stream is `[DONE]`, which is
 * no event.
 */
export function chatReader(
  { callee, abilities, endpoint }: NativeModel,
  request: ModelRequest,
): ReplyReader {
  let state: ReplyState = "open";
  let finish: string | null = null;
  let usage: Usage | null = null;
  let served: string | null = null;
  let refusal = "";
  let chosen: number | null = null;
  let empty = false;
  const calls = new CallList(request);
  const media = new GivenMedia();
  const sound = new Sound(request);
  const thoughts = new Thoughts(abilities.thoughtsBack);
  function* beside(message: Readonly<Record<string, unknown>>): Generator<ModelPart> {
    for (const call of callPieces(message)) calls.add(call);
    for (const picture of picturesIn(message)) yield media.part(picture);
    yield* sound.take(message);
  }
  return {
    calls,
    get state() {
      return state;
    },
    take(event) {
      const choice = choiceIn(event, chosen);
      const message = choice?.["delta"] ?? choice?.["message"];
      for (const place of [message, choice, event])
        usage = readUsage(place, callee.provider) ?? usage;
      served = servedBy(event) ?? served;
      if (state === "open" && isWhole(event, choice)) state = "whole";
      if (choice === null) return [];
      const { error, finish_reason: reason } = choice;
      if (error) throw inBandFailure(callee, { error });
      if (typeof choice["index"] === "number") chosen = choice["index"];
      empty ||= isObject(choice["message"]) && choice["message"]["content"] === null;
      const piece = readPiece(message);
      thoughts.add(message);
      const parts = partsOf(piece);
      if (hasMore(message)) parts.push(...beside(message));
      refusal += piece.refusal;
      if (typeof reason === "string" && reason !== "") {
        finish = reason;
        state = "finished";
      }
      return parts;
    },
    end() {
      const reason = refusal === "" ? finishReason(finish) : "content-filter";
      const parts = lastParts({ reason, usage, served, said: finish, calls });
      const last = parts.map((part) =>
        part.type === "finish" && empty && refusal === "" ? { ...part, empty } : part,
      );
      const before = refusal === "" ? [] : [refusalNote(refusal, callee)];
      return [...before, ...sound.parts(media), ...thoughts.parts(endpoint, last), ...last];
    },
  };
}

function partsOf({ reasoning, text }: Piece): ModelPart[] {
  const parts: ModelPart[] = [];
  if (reasoning !== "") parts.push({ type: "reasoning", text: reasoning });
  if (text !== "") parts.push({ type: "text", text });
  return parts;
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
