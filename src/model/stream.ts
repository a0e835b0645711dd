import { isObject, parseJson } from "../core/json.ts";
import { EventSplitter } from "./events.ts";
import type { StreamEvent } from "./events.ts";
import type { Exchange } from "./exchange.ts";
import { notJson } from "./exchange.ts";
import { excerpt, inBandFailure, providerFailure } from "./failure.ts";
import type { Callee } from "./failure.ts";
import { isFault } from "./finish.ts";
import type { ModelPart } from "./model.ts";
import { isError, wordsIn } from "./said.ts";

/**
 * How far a reply has come: `open` (the model has not finished), `whole` (the answer was in one
 * piece that names no reason), `finished` (the model said so; counts may follow), `closed` (the
 * protocol says that nothing follows).
 */
export type ReplyState = "open" | "whole" | "finished" | "closed";

/** What a protocol makes of the events of one reply. Made anew for every call. */
export interface ReplyReader {
  readonly state: ReplyState;
  /**
   * The pieces of calls so far, and whether the last one goes on: calls are parts only once they
   * are whole, at the end.
   */
  readonly calls: { readonly pieces: number; readonly isHalf: boolean };
  /**
   * The parts that one event brings; also given a whole reply, where a server sends that in place
   * of a stream. Events that report an error don't come here.
   * @throws {ModullmError} RLLM_017 for an answer that says within that it failed
   */
  take(event: Readonly<Record<string, unknown>>): Iterable<ModelPart>;
  /** The last parts, a `finish` at their end. Called once, when the state is not `open`. */
  end(): readonly ModelPart[];
}

/** What turns the bytes of a body into text, where they are none. Made anew for every call. */
export interface BodyDecoder {
  decode(bytes: Uint8Array): string;
  end(): string;
}

/** Milliseconds a server has, once the model is done, to send its count and close the stream. */
const EPILOGUE = 2000;
/** The same where the reason came with text: some servers give one with every piece. */
const LONG_EPILOGUE = 30_000;
/** Characters of a reply that are kept for messages. */
const SAMPLE = 1200;

/**
 * The parts of a reply. Its body decides how it is read, whatever its content type says: events,
 * one JSON object a line, or one JSON value.
 *
 * Finished means that the model said so: a stream that ends without that was cut, whatever else it
 * said, and is an error. After it nothing can spoil the answer any more: a missing `[DONE]`, a
 * reset or silence ends the stream quietly. Text that comes after all belongs to the answer, and
 * then only a proper end is one. Malformed events are skipped, with a note, if the model finishes
 * after them.
 */
export async function* replyParts(
  exchange: Exchange,
  response: Response,
  callee: Callee,
  reader: ReplyReader,
  binary?: BodyDecoder,
): AsyncGenerator<ModelPart> {
  const body = new Body(callee, reader);
  try {
    const whole = binary === undefined ? exchange.whole(response) : null;
    if (whole === null) {
      const decoder = binary ?? textDecoder();
      for await (const bytes of exchange.read(response)) {
        body.push(decoder.decode(bytes));
        for (const part of body.taken()) yield part;
        if (body.over) break;
        exchange.endWithin(body.epilogue);
      }
      body.end(decoder.end());
    } else body.end(await whole);
    for (const part of body.taken()) yield part;
  } catch (thrown) {
    for (const part of body.taken()) yield part;
    const failure = exchange.explain(thrown);
    if (!body.survives || failure.code === "RLLM_022") throw failure;
  }
  if (!body.complete) throw body.unfinished(exchange.url);
  if (body.malformed > 0) yield malformedNote(body.malformed, callee);
  for (const part of reader.end()) {
    const said = part.type === "finish" ? (part.said ?? "") : "";
    if (isFault(said)) throw inBandFailure(callee, { error: `the model stopped with "${said}"` });
    yield part;
  }
}

function textDecoder(): BodyDecoder {
  const decoder = new TextDecoder();
  return {
    decode: (bytes) => decoder.decode(bytes, { stream: true }),
    end: () => decoder.decode(),
  };
}

function isDone({ state }: ReplyReader): boolean {
  return state === "finished" || state === "closed";
}

/**
 * The body of one reply, as its pieces come. What they bring is gathered and taken after each: a
 * generator in a generator in a generator takes longer than the rest of the work.
 */
class Body {
  malformed = 0;
  /** Whether nothing that still comes matters. */
  over = false;
  readonly #callee: Callee;
  readonly #reader: ReplyReader;
  readonly #splitter = new EventSplitter();
  readonly #parts: ModelPart[] = [];
  /** Null until the first line shows what it is. */
  #form: "events" | "value" | null = null;
  /** What came before the form was known; all that came where it is one value. */
  #held = "";
  #start = "";
  #events = 0;
  /** Whether the reply was one JSON value, which can't have been cut. */
  #single = false;
  /** The last event that no protocol has and that says something: why a stream ended, perhaps. */
  #odd: Readonly<Record<string, unknown>> | string | null = null;
  /** Whether text, thoughts or a piece of a call came. */
  #begun = false;
  /** Whether the model said that it finished before its last text, or with it. */
  #early = false;
  /** Whether text came after the model had said that it finished. */
  #wentOn = false;

  constructor(callee: Callee, reader: ReplyReader) {
    this.#callee = callee;
    this.#reader = reader;
  }

  get complete(): boolean {
    // A reason with every piece says nothing of the last one.
    if (this.#wentOn && !this.over && this.#reader.calls.isHalf) return false;
    return isDone(this.#reader) || (this.#reader.state === "whole" && this.#single);
  }

  /** Whether an end that is no proper one leaves the answer whole. */
  get survives(): boolean {
    return isDone(this.#reader) && !this.#wentOn;
  }

  /** Milliseconds that are waited for the end; null: as long as for any other piece. */
  get epilogue(): number | null {
    if (this.#reader.state !== "finished" || this.#wentOn) return null;
    return this.#early ? LONG_EPILOGUE : EPILOGUE;
  }

  /** The parts that came since it was last asked. */
  taken(): readonly ModelPart[] {
    return this.#parts.splice(0);
  }

  push(text: string): void {
    if (this.#start.length < SAMPLE) this.#start += text.slice(0, SAMPLE);
    if (this.#form === "events") return this.#takeAll(this.#splitter.push(text));
    this.#held += text;
    this.#form ??= formOf(this.#held);
    if (this.#form !== "events") return;
    this.#takeAll(this.#splitter.push(this.#held));
    this.#held = "";
  }

  /** @param text the last piece */
  end(text: string): void {
    this.push(text);
    if (this.over) return;
    if (this.#form === "events") return this.#takeAll(this.#splitter.end());
    const value = parsed(this.#held);
    if (value === undefined || value === null || typeof value !== "object") {
      // Lines, of which the first one is damaged.
      if (!this.#held.trimStart().startsWith("{")) return;
      this.#takeAll(this.#splitter.push(this.#held));
      return this.#takeAll(this.#splitter.end());
    }
    this.#single = true;
    const events = Array.isArray(value) ? value.filter(isObject) : [value];
    this.#events += events.length;
    for (const event of events) if (isObject(event)) this.#takeObject(event);
  }

  /** The error that an incomplete reply is. */
  unfinished(url: URL | null): Error {
    const callee = this.#callee;
    if (this.#odd !== null) return inBandFailure(callee, this.#odd);
    const shown = excerpt(this.#start, callee);
    const fail = (what: string, retryable: boolean, status: number | null): Error =>
      providerFailure(callee, `${callee.host} sent ${what}`, { status, retryable });
    if (this.#single && !this.#begun) {
      const what = this.#events === 0 ? "that is not an object" : "without an answer";
      return fail(`a reply ${what}: ${shown}`, false, 200);
    }
    const nothing = this.#events === 0 || this.#start.trimStart().startsWith("{");
    if (nothing && this.malformed === this.#events) return notJson(callee, this.#start, url);
    if (this.malformed === this.#events)
      return fail(`nothing but malformed events: ${shown}`, true, null);
    return fail("a stream that ended before the model did", true, null);
  }

  #takeAll(events: readonly StreamEvent[]): void {
    for (const event of events) {
      if (this.over) return;
      this.#events++;
      this.#takeEvent(event);
    }
  }

  /**
   * Usually one object an event; servers that forget the blank line between events send several.
   */
  #takeEvent({ data, name, bare }: StreamEvent): void {
    if (data.trim() === "[DONE]") {
      this.over = true;
      return;
    }
    const whole = parsed(data);
    const items = Array.isArray(whole) ? whole : [whole];
    const lines = items.some(isObject) ? items : data.split("\n").map(parsed);
    const objects = lines.filter(isObject);
    this.#single = bare && this.#events === 1 && isObject(whole);
    if (name === "error" && !objects.some((object) => isError(object)))
      throw inBandFailure(this.#callee, objects[0] ?? data);
    this.malformed += lines.length - objects.length;
    if (objects.length === 0 && !/^\s*[{[<]/.test(data)) this.#odd = data;
    for (const object of objects) this.#takeObject(object);
  }

  #takeObject(object: Readonly<Record<string, unknown>>): void {
    const words = wordsIn(object);
    if (isError(object, words)) throw inBandFailure(this.#callee, object);
    this.#odd = words === null ? null : object;
    const finished = isDone(this.#reader);
    const { pieces } = this.#reader.calls;
    let spoke = false;
    for (const part of this.#reader.take(object)) {
      spoke ||= part.type !== "note";
      this.#parts.push(part);
    }
    spoke ||= this.#reader.calls.pieces > pieces;
    this.#begun ||= spoke;
    if (finished) this.#wentOn ||= spoke;
    else if (isDone(this.#reader)) this.#early = spoke || !this.#begun;
    if (this.#reader.state === "closed") this.over = true;
  }
}

/** What the beginning of a body shows; null while it is too short to tell. */
function formOf(text: string): "events" | "value" | null {
  const start = text.trimStart();
  if (start === "") return null;
  if (!/^[{[<]/.test(start)) return "events";
  const end = start.search(/[\r\n]/);
  if (end < 0) return null;
  return isObject(parsed(start.slice(0, end))) ? "events" : "value";
}

function parsed(text: string): unknown {
  try {
    return parseJson(text, { decimals: "nearest" });
  } catch {
    return undefined;
  }
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
