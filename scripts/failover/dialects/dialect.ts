import { isObject } from "../../../src/core/json.ts";

/** A request as any of the protocols puts it. */
export interface Asked {
  readonly model: string;
  readonly stream: boolean;
  /** Who speaks last in the conversation; `assistant` where a client wants an answer continued. */
  readonly lastRole: string;
  /** Whether a streamed answer is to be counted, where a protocol does that on demand only. */
  readonly counted: boolean;
}

/**
 * How a protocol puts what a model says. Texts are what goes over the wire, in this order: start,
 * tokens, finish, end.
 */
export interface Dialect {
  /** Null for a path that belongs to another protocol. */
  asks(path: string, body: Record<string, unknown>): Asked | null;
  /** What comes before the first token. */
  start(model: string): string;
  token(text: string, model: string): string;
  /** What says that the model is done, with its count. @param text the whole answer */
  finish(model: string, text: string, counted: boolean): string;
  /** What says that the stream is over; empty where only its end does. */
  readonly end: string;
  /** The body of a reply in one piece. */
  whole(model: string, text: string): unknown;
  /** The body of a reply with an error status. */
  error(status: number, code: string, message: string): unknown;
}

/** What every prompt counts. */
export const PROMPT_TOKENS = 12;
/** Seconds since the epoch. */
export const CREATED = 1_767_225_600;

/** @param turns the conversation, in whichever field the protocol has it */
export function asked(body: Record<string, unknown>, turns: unknown): Asked {
  const last: unknown = Array.isArray(turns) ? turns.at(-1) : null;
  const role = isObject(last) ? last["role"] : null;
  return {
    model: typeof body["model"] === "string" ? body["model"] : "",
    stream: body["stream"] === true,
    lastRole: typeof role === "string" ? role : "user",
    counted: isObject(body["stream_options"]) && body["stream_options"]["include_usage"] === true,
  };
}

export function countOf(text: string): number {
  return text === "" ? 0 : text.split(" ").length;
}

/** An error as OpenAI words it. */
export function openAiError(status: number, code: string, message: string): unknown {
  const type =
    status === 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error";
  return { error: { message, type, param: null, code } };
}

export function dataEvent(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** An event whose name stands before its data and in it. */
export function namedEvent(type: string, more: object): string {
  return `event: ${type}\n${dataEvent({ type, ...more })}`;
}
