import type { Usage } from "../../core/events.ts";
import { isCount, isObject, writeJson } from "../../core/json.ts";
import { finishPart, usageOf } from "../finish.ts";
import type { Finish } from "../finish.ts";
import type { ModelPart } from "../model.ts";
import type { ReplyReader } from "../stream.ts";
import { OUTPUT_TOOL } from "./schema.ts";

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
export function messageReader(): ReplyReader {
  const answerBlocks = new Set<unknown>();
  let counts: Record<string, unknown> = {};
  let served: string | null = null;
  let stop: string | null = null;
  let category: string | null = null;
  let closed = false;
  const called = new Set<string>();

  function readMessage(message: Readonly<Record<string, unknown>>): void {
    if (isObject(message["usage"])) counts = { ...counts, ...known(message["usage"]) };
    if (typeof message["model"] === "string" && message["model"] !== "") served = message["model"];
    if (typeof message["stop_reason"] === "string") stop = message["stop_reason"];
    const details = message["stop_details"];
    if (isObject(details) && typeof details["category"] === "string")
      category = details["category"];
  }

  return {
    get state() {
      return closed ? "closed" : stop === null ? "open" : "finished";
    },
    *take(event) {
      const { type, index } = event;
      if (type === "message") {
        yield* wholeBlocks(event["content"]);
        readMessage(event);
      } else if (type === "message_start" && isObject(event["message"]))
        readMessage(event["message"]);
      else if (type === "content_block_start" && isObject(event["content_block"])) {
        const block = event["content_block"];
        if (block["type"] === "tool_use" && block["name"] === OUTPUT_TOOL) answerBlocks.add(index);
        else yield* wholeBlocks([block]);
      } else if (type === "content_block_delta" && isObject(event["delta"])) {
        yield* deltaParts(event["delta"], answerBlocks.has(index));
      } else if (type === "message_delta") {
        if (isObject(event["delta"])) readMessage(event["delta"]);
        readMessage({ usage: event["usage"] });
      } else if (type === "message_stop") closed = true;
    },
    end() {
      const answered = answerBlocks.size > 0 && stop === "tool_use";
      const reason = answered ? "stop" : (REASONS[stop ?? ""] ?? "other");
      const finish = finishPart({ reason, usage: countsOf(counts), served, said: stop, called });
      return reason === "content-filter" ? [declined(category), finish] : [finish];
    },
  };

  function* wholeBlocks(content: unknown): Generator<ModelPart> {
    for (const block of Array.isArray(content) ? content.filter(isObject) : []) {
      const { type, text, thinking } = block;
      if (type === "text" && typeof text === "string" && text !== "") yield { type: "text", text };
      if (type === "thinking" && typeof thinking === "string" && thinking !== "")
        yield { type: "reasoning", text: thinking };
      if (type !== "tool_use") continue;
      if (typeof block["name"] === "string" && block["name"] !== OUTPUT_TOOL)
        called.add(block["name"]);
      if (block["name"] !== OUTPUT_TOOL) continue;
      answerBlocks.add(block["id"]);
      yield { type: "text", text: writeJson(block["input"] ?? {}) };
    }
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
