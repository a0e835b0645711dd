import type { Usage } from "../../core/events.ts";
import { isObject, objectsIn } from "../../core/json.ts";
import { inBandFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";
import { isFault, lastParts, usageOf } from "../finish.ts";
import type { Finish } from "../finish.ts";
import { GivenMedia } from "../given-media.ts";
import type { ModelPart, ModelRequest } from "../model.ts";
import { servedBy } from "../openai/reply.ts";
import { refusalNote } from "../openai/reader.ts";
import type { NativeModel } from "../protocol.ts";
import type { ReplyReader, ReplyState } from "../stream.ts";
import { CallList } from "../tools/call-list.ts";
import { callPiece, keptPart, pictureIn } from "./items.ts";

/** Deltas of what a model thinks: the whole of it from open models, a summary from OpenAI's. */
const REASONING = ["response.reasoning_text.delta", "response.reasoning_summary_text.delta"];

/**
 * Reads the events of a streamed response
 * (developers.openai.com/api/docs/guides/streaming-responses), and a whole response.
 *
 * Order: `response.created`, `response.in_progress`, items and their deltas, then one of
 * `response.completed`, `response.incomplete`, `response.failed`; there is no `[DONE]`. Text that
 * came in deltas comes again, whole, in `….done` events and in the last one, and is passed over
 * there. Calls are taken from the last one, where they are whole; from their own `….done` events
 * where a server leaves them out of it.
 */
export function responseReader({ callee }: NativeModel, request: ModelRequest): ReplyReader {
  return new ResponseReader(callee, request);
}

class ResponseReader implements ReplyReader {
  readonly calls: CallList;
  readonly #callee: Callee;
  readonly #media = new GivenMedia();
  #finish: Omit<Parameters<typeof lastParts>[0], "calls"> | null = null;
  #refusal = "";
  #streamed = false;
  #items: readonly Item[] = [];
  readonly #done: Item[] = [];

  constructor(callee: Callee, request: ModelRequest) {
    this.#callee = callee;
    this.calls = new CallList(request);
  }

  get state(): ReplyState {
    return this.#finish === null ? "open" : "closed";
  }

  *take(event: Item): Generator<ModelPart> {
    const { type, delta, item } = event;
    if (event["object"] === "response") yield* this.#readResponse(event);
    else if (isObject(event["response"])) yield* this.#readResponse(event["response"]);
    if (type === "response.output_item.done" && isObject(item)) {
      this.#done.push(item);
      yield* this.#pictures([item]);
    }
    if (typeof delta !== "string" || delta === "" || typeof type !== "string") return;
    if (type === "response.output_text.delta") yield { type: "text", text: delta };
    else if (REASONING.includes(type)) yield { type: "reasoning", text: delta };
    else if (type === "response.refusal.delta") this.#refusal += delta;
    else return;
    this.#streamed = true;
  }

  end(): readonly ModelPart[] {
    if (this.#finish === null) return [];
    const refused = this.#refusal !== "";
    const reason = refused ? "content-filter" : this.#finish.reason;
    const last = lastParts({ ...this.#finish, reason, calls: this.calls });
    if (refused) return [refusalNote(this.#refusal, this.#callee), ...last];
    return [...keptPart(this.#items, last), ...last];
  }

  *#readResponse(response: Item): Generator<ModelPart> {
    const { status, error } = response;
    const failed = typeof status === "string" && isFault(status);
    if (failed || isObject(error))
      throw inBandFailure(this.#callee, { error: error ?? `the response ${String(status)}` });
    if (status !== "completed" && status !== "incomplete") return;
    const output = objectsIn(response["output"]);
    this.#items = output.length > 0 ? output : this.#done;
    if (!this.#streamed) {
      for (const part of outputOf(this.#items)) {
        if (part.type === "refusal") this.#refusal += part.text;
        else yield { type: part.type, text: part.text } as const;
      }
    }
    if (this.#done.length === 0) yield* this.#pictures(this.#items);
    for (const call of this.#items.flatMap(callPiece)) this.calls.add(call);
    this.#finish = {
      reason: reasonOf(response),
      usage: countsOf(response["usage"]),
      served: servedBy(response),
      said: incompleteReason(response),
    };
  }

  *#pictures(items: readonly Item[]): Generator<ModelPart> {
    for (const item of items) {
      const picture = pictureIn(item);
      if (picture !== null) yield this.#media.part(picture);
    }
  }
}

type Item = Readonly<Record<string, unknown>>;

interface OutputPart {
  readonly type: "text" | "reasoning" | "refusal";
  readonly text: string;
}

function* outputOf(output: readonly Item[]): Generator<OutputPart> {
  for (const item of output) {
    if (item["type"] === "reasoning") {
      for (const part of [...objectsIn(item["summary"]), ...objectsIn(item["content"])])
        yield* textOf("reasoning", part["text"]);
    }
    if (item["type"] !== "message") continue;
    for (const part of objectsIn(item["content"])) {
      yield* textOf("text", part["text"]);
      yield* textOf("refusal", part["refusal"]);
    }
  }
}

function* textOf(type: OutputPart["type"], text: unknown): Generator<OutputPart> {
  if (typeof text === "string" && text !== "") yield { type, text };
}

function reasonOf(response: Item): Finish["reason"] {
  if (response["status"] === "completed") return "stop";
  const reason = incompleteReason(response);
  if (reason === null) return "length";
  return reason === "content_filter" ? "content-filter" : "other";
}

function incompleteReason(response: Item): string | null {
  const details = response["incomplete_details"];
  const reason = isObject(details) ? details["reason"] : null;
  return typeof reason === "string" ? reason : null;
}

function countsOf(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  const details = isObject(usage["input_tokens_details"]) ? usage["input_tokens_details"] : {};
  return usageOf(usage["input_tokens"], usage["output_tokens"], {
    read: details["cached_tokens"],
  });
}
