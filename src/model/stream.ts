import { isObject } from "../core/json.ts";
import type { Exchange } from "./exchange.ts";
import { notJson } from "./exchange.ts";
import { excerpt, providerFailure } from "./failure.ts";
import type { Callee } from "./failure.ts";
import type { ModelPart } from "./model.ts";
import { readEvents } from "./openai/sse.ts";

/** What a protocol makes of the events of one reply. Made anew for every call. */
export interface ReplyReader {
  /**
   * The parts that one event brings; also given a whole reply, where a server sends that in place
   * of a stream.
   * @throws {ModullmError} RLLM_017 for an event that reports an error
   */
  take(event: Readonly<Record<string, unknown>>): Iterable<ModelPart>;
  /**
   * The last parts, a `finish` at their end; null while the model has not said that it finished.
   */
  end(): readonly ModelPart[] | null;
  /** Whether the protocol says that nothing comes any more. */
  readonly closed: boolean;
}

/** Milliseconds a server has, once the model is done, to send its count and close the stream. */
const EPILOGUE = 2000;
/** Characters of a reply that are kept for messages. */
const SAMPLE = 1200;

interface Progress {
  events: number;
  malformed: number;
  /** The beginning of what came, for messages. */
  start: string;
}

/**
 * The parts of a streamed reply.
 *
 * Finished means that the model said so: a stream that ends without that was cut, whatever else it
 * said, and is an error. After it nothing can spoil the answer any more: a missing `[DONE]`, a
 * reset or silence ends the stream quietly. Malformed events are skipped, with a note, if the model
 * finishes after them.
 */
export async function* streamedParts(
  exchange: Exchange,
  response: Response,
  callee: Callee,
  reader: ReplyReader,
): AsyncGenerator<ModelPart> {
  const progress: Progress = { events: 0, malformed: 0, start: "" };
  try {
    for await (const data of readEvents(sampled(exchange.read(response), progress))) {
      if (data.trim() === "[DONE]") break;
      for (const event of objectsIn(data, progress)) yield* reader.take(event);
      if (reader.closed) break;
      if (reader.end() !== null) exchange.endWithin(EPILOGUE);
    }
  } catch (thrown) {
    const failure = exchange.explain(thrown);
    if (reader.end() === null || failure.code === "RLLM_022") throw failure;
  }
  const end = reader.end();
  if (end === null) throw unfinished(progress, callee);
  if (progress.malformed > 0) yield malformedNote(progress.malformed, callee);
  yield* end;
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

async function* sampled(
  bytes: AsyncIterable<Uint8Array>,
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  for await (const piece of bytes) {
    if (progress.start.length < SAMPLE)
      progress.start += decoder.decode(piece.subarray(0, SAMPLE), { stream: true });
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
  return {
    type: "note",
    kind: "warning",
    message: `Skipped ${what} in the stream of ${callee.host}`,
    data: { count },
  };
}
