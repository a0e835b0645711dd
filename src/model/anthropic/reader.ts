import type { Usage } from "../../core/events.ts";
import { isCount, isObject, writeJson } from "../../core/json.ts";
import { lastParts, usageOf } from "../finish.ts";
import type { Finish } from "../finish.ts";
import type { ModelPart, ModelRequest } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import type { ReplyReader, ReplyState } from "../stream.ts";
import { CallList } from "../tools/call-list.ts";
import { OUTPUT_TOOL } from "./schema.ts";
import { ThoughtBlocks } from "./thought-blocks.ts";

/** platform.claude.com/docs/en/api/handling-stop-reasons */
const REASONS: Readonly<Record<string, Finish["reason"]>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "content-filter",
};

/**
 * Reads the events of a streamed message (platform.claude.com/docs/en/build-with-claude/streaming),
 * and a whole message.
 *
 * Order: `message_start`, then blocks (`content_block_start`, deltas, `content_block_stop`),
 * `message_delta` with the reason and the final counts, `message_stop`; `ping` and `error`
 * anywhere. Unknown events are passed over, as the page asks. The input of the tool that carries
 * the answer is the answer.
 */
export function messageReader(_model: NativeModel, request: ModelRequest): ReplyReader {
  return new MessageReader(request);
}

type Fields = Readonly<Record<string, unknown>>;

class MessageReader implements ReplyReader {
  readonly calls: CallList;
  readonly #thoughts = new ThoughtBlocks();
  readonly #answerBlocks = new Set<unknown>();
  /** Calls that began with their whole input, as servers of other makers have them. */
  readonly #given = new Set<unknown>();
  #counts: Record<string, unknown> = {};
  #served: string | null = null;
  #stop: string | null = null;
  #category: string | null = null;
  #closed = false;

  constructor(request: ModelRequest) {
    this.calls = new CallList(request);
  }

  get state(): ReplyState {
    if (this.#closed) return "closed";
    return this.#stop === null ? "open" : "finished";
  }

  *take(event: Fields): Generator<ModelPart> {
    const { type, index, message, content_block: block, delta } = event;
    if (type === "message") {
      const blocks = Array.isArray(event["content"]) ? event["content"].filter(isObject) : [];
      for (const [place, whole] of blocks.entries()) yield* this.#begin(place, whole, true);
      this.#readMessage(event);
    } else if (type === "message_start" && isObject(message)) this.#readMessage(message);
    else if (type === "content_block_start" && isObject(block))
      yield* this.#begin(index, block, false);
    else if (type === "content_block_delta" && isObject(delta)) {
      const answers = this.#answerBlocks.has(index);
      this.#thoughts.go(index, delta);
      if (delta["type"] === "input_json_delta" && !answers && !this.#given.has(index))
        this.calls.add({ key: index, arguments: delta["partial_json"] });
      yield* deltaParts(delta, answers);
    } else if (type === "message_delta") {
      if (isObject(delta)) this.#readMessage(delta);
      this.#readMessage({ usage: event["usage"] });
    } else if (type === "message_stop") this.#closed = true;
  }

  end(): readonly ModelPart[] {
    const stop = this.#stop;
    const answered = this.#answerBlocks.size > 0 && stop === "tool_use";
    const reason = answered ? "stop" : (REASONS[stop ?? ""] ?? "other");
    const usage = countsOf(this.#counts);
    const last = lastParts({
      reason,
      usage,
      served: this.#served,
      said: stop,
      calls: this.calls,
    });
    if (reason === "content-filter") return [declined(this.#category), ...last];
    return [...this.#thoughts.parts(last), ...last];
  }

  #readMessage(message: Fields): void {
    const { usage, model, stop_reason: stop, stop_details: details } = message;
    if (isObject(usage)) this.#counts = { ...this.#counts, ...known(usage) };
    if (typeof model === "string" && model !== "") this.#served = model;
    if (typeof stop === "string") this.#stop = stop;
    if (isObject(details) && typeof details["category"] === "string")
      this.#category = details["category"];
  }

  /** @param whole whether the block is all there; else its input and the rest of it follow */
  *#begin(index: unknown, block: Fields, whole: boolean): Generator<ModelPart> {
    const { type, text, thinking, id, name, input } = block;
    this.#thoughts.begin(index, block);
    if (type === "text" && typeof text === "string" && text !== "") yield { type: "text", text };
    if (type === "thinking" && typeof thinking === "string" && thinking !== "")
      yield { type: "reasoning", text: thinking };
    if (type !== "tool_use") return;
    if (name === OUTPUT_TOOL) {
      this.#answerBlocks.add(index);
      if (whole) yield { type: "text", text: writeJson(input ?? {}) };
      return;
    }
    const given = isObject(input) && Object.keys(input).length > 0;
    if (given) this.#given.add(index);
    this.calls.add({ key: index, id, name, ...(given ? { arguments: input } : {}) });
  }
}

function* deltaParts(
  delta: Readonly<Record<string, unknown>>,
  answer: boolean,
): Generator<ModelPart> {
  const { text, thinking, partial_json: json } = delta;
  if (delta["type"] === "text_delta" && typeof text === "string" && text !== "")
    yield { type: "text", text };
  if (delta["type"] === "thinking_delta" && typeof thinking === "string" && thinking !== "")
    yield { type: "reasoning", text: thinking };
  if (answer && delta["type"] === "input_json_delta" && typeof json === "string" && json !== "")
    yield { type: "text", text: json };
}

/** Later counts are final; a null among them says nothing. */
function known(usage: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(usage).filter(([, count]) => isCount(count)));
}

/** `input_tokens` are those that were neither read from the cache nor written to it. */
function countsOf(counts: Readonly<Record<string, unknown>>): Usage | null {
  const { input_tokens: input, output_tokens: output } = counts;
  const { cache_creation_input_tokens: written, cache_read_input_tokens: read } = counts;
  const cached = [written, read].filter(isCount).reduce((sum, count) => sum + count, 0);
  return usageOf(isCount(input) ? input + cached : null, output, { read, written });
}

function declined(category: string | null): ModelPart {
  const why = category === null ? "" : ` (${category})`;
  return { type: "note", kind: "warning", message: `The model declined to answer${why}` };
}
