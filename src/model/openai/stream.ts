import { isObject } from "../../core/json.ts";
import type { Usage } from "../../core/events.ts";
import type { Exchange } from "../exchange.ts";
import { notJson } from "../exchange.ts";
import { excerpt, inBandFailure, providerFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";
import type { ModelPart } from "../model.ts";
import { finishReason, firstChoice, readPiece, readUsage, servedBy } from "./reply.ts";
import { readEvents } from "./sse.ts";
import { refusalNote } from "./whole.ts";

/** Milliseconds a server has, once the model is done, to send its count and say `[DONE]`. */
const EPILOGUE = 2000;

/** What is known of the answer while it comes. */
interface Progress {
  finish: unknown;
  usage: Usage | null;
  served: string | null;
  refusal: string;
  events: number;
  malformed: number;
  /** The beginning of what came, for messages. */
  start: string;
}

/**
 * The parts of a streamed reply.
 *
 * Finished means that a `finish_reason` came: a stream that ends without one was cut, whatever else it said, and is an
 * error. After it nothing can spoil the answer any more: a missing `[DONE]`, a reset or silence ends the stream quietly.
 * Malformed events are skipped, with a note, if the model finishes after them.
 */
export async function* streamedParts(
  exchange: Exchange,
  response: Response,
  callee: Callee,
): AsyncGenerator<ModelPart> {
  const progress: Progress = {
    finish: null,
    usage: null,
    served: null,
    refusal: "",
    events: 0,
    malformed: 0,
    start: "",
  };
  try {
    for await (const data of readEvents(sampled(exchange.read(response), progress))) {
      if (data.trim() === "[DONE]") break;
      for (const event of objectsIn(data, progress)) yield* partsOf(event, progress, callee);
      if (progress.finish !== null) exchange.endWithin(EPILOGUE);
    }
  } catch (thrown) {
    const failure = exchange.explain(thrown);
    if (progress.finish === null || failure.code === "RLLM_022") throw failure;
  }
  if (progress.finish === null) throw unfinished(progress, callee);
  if (progress.malformed > 0) yield malformedNote(progress.malformed, callee);
  if (progress.refusal !== "") yield refusalNote(progress.refusal, callee);
  const reason = progress.refusal === "" ? finishReason(progress.finish) : "content-filter";
  yield { type: "finish", reason, usage: progress.usage, served: progress.served };
}

function* partsOf(event: Record<string, unknown>, progress: Progress, callee: Callee): Generator<ModelPart> {
  if (event["error"] !== undefined && event["error"] !== null) throw inBandFailure(callee, event);
  progress.usage = readUsage(event) ?? progress.usage;
  progress.served = servedBy(event) ?? progress.served;
  const choice = firstChoice(event);
  if (choice === null) return;
  const piece = readPiece(choice["delta"] ?? choice["message"]);
  if (piece.reasoning !== "") yield { type: "reasoning", text: piece.reasoning };
  if (piece.text !== "") yield { type: "text", text: piece.text };
  progress.refusal += piece.refusal;
  const finish = choice["finish_reason"];
  if (finish === "error") throw inBandFailure(callee, { error: choice["error"] ?? "the model stopped with an error" });
  if (typeof finish === "string" && finish !== "") progress.finish = finish;
}

/** Usually one object an event; servers that forget the blank line between events send several. */
function objectsIn(data: string, progress: Progress): readonly Record<string, unknown>[] {
  progress.events++;
  const whole = objectIn(data);
  if (whole !== null) return [whole];
  const lines = data.includes("\n") ? data.split("\n").map(objectIn) : [null];
  progress.malformed += lines.filter((line) => line === null).length;
  return lines.filter((line) => line !== null);
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

async function* sampled(bytes: AsyncIterable<Uint8Array>, progress: Progress): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  for await (const piece of bytes) {
    if (progress.start.length < 1200) progress.start += decoder.decode(piece.subarray(0, 1200), { stream: true });
    yield piece;
  }
}

function unfinished(progress: Progress, callee: Callee): Error {
  if (progress.events === 0) return notJson(callee, progress.start);
  const all = progress.malformed === progress.events;
  const what = all
    ? `nothing but malformed events: ${excerpt(progress.start, callee)}`
    : "a stream that ended before the model did";
  return providerFailure(callee, `${callee.host} sent ${what}`, { status: null, retryable: true });
}

function malformedNote(count: number, callee: Callee): ModelPart {
  const what = count === 1 ? "1 malformed event" : `${count} malformed events`;
  return { type: "note", kind: "warning", message: `Skipped ${what} in the stream of ${callee.host}`, data: { count } };
}
