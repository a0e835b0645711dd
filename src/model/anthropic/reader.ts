import type { Usage } from "../../core/events.ts";
import { isCount, isObject, writeJson } from "../../core/json.ts";
import { lastParts, usageOf } from "../finish.ts";
import type { Finish } from "../finish.ts";
import type { ModelPart, ModelRequest } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import type { ReplyReader } from "../stream.ts";
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
  const answerBlocks = new Set<unknown>();
  let counts: Record<string, unknown> = {};
  let served: string | null = null;
  let stop: string | null = null;
  let category: string | null = null;
  let closed = false;
  const calls = new CallList(request);
  const thoughts = new ThoughtBlocks();

  function readMessage(message: Readonly<Record<string, unknown>>): void {
    if (isObject(message["usage"])) counts = { ...counts, ...known(message["usage"]) };
    if (typeof message["model"] === "string" && message["model"] !== "") served = message["model"];
    if (typeof message["stop_reason"] === "string") stop = message["stop_reason"];
    const details = message["stop_details"];
    if (isObject(details) && typeof details["category"] === "string")
      category = details["category"];
  }

  return {
    calls,
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
        thoughts.begin(index, block);
        if (block["type"] === "tool_use" && block["name"] === OUTPUT_TOOL) answerBlocks.add(index);
        else yield* wholeBlocks([block], index);
      } else if (type === "content_block_delta" && isObject(event["delta"])) {
        const { delta } = event;
        const answers = answerBlocks.has(index);
        thoughts.go(index, delta);
        if (delta["type"] === "input_json_delta" && !answers)
          calls.add({ key: index, arguments: delta["partial_json"] });
        yield* deltaParts(delta, answers);
      } else if (type === "message_delta") {
        if (isObject(event["delta"])) readMessage(event["delta"]);
        readMessage({ usage: event["usage"] });
      } else if (type === "message_stop") closed = true;
    },
    end() {
      const answered = answerBlocks.size > 0 && stop === "tool_use";
      const reason = answered ? "stop" : (REASONS[stop ?? ""] ?? "other");
      const usage = countsOf(counts);
      const last = lastParts({ reason, usage, served, said: stop, calls });
      if (reason === "content-filter") return [declined(category), ...last];
      return [...thoughts.parts(last), ...last];
    },
  };

  /** @param at the index of a block that begins; a whole message has them all */
  function* wholeBlocks(content: unknown, at: unknown = null): Generator<ModelPart> {
    const blocks = Array.isArray(content) ? content.filter(isObject) : [];
    for (const [place, block] of blocks.entries()) {
      const { type, text, thinking, input } = block;
      if (at === null) thoughts.begin(place, block);
      if (type === "text" && typeof text === "string" && text !== "") yield { type: "text", text };
      if (type === "thinking" && typeof thinking === "string" && thinking !== "")
        yield { type: "reasoning", text: thinking };
      if (type !== "tool_use") continue;
      if (block["name"] === OUTPUT_TOOL) {
        answerBlocks.add(block["id"]);
        yield { type: "text", text: writeJson(input ?? {}) };
        continue;
      }
      // A block that begins has an empty input, and its fragments follow.
      const given = isObject(input) && Object.keys(input).length > 0 ? { arguments: input } : {};
      calls.add({ key: at ?? place, id: block["id"], name: block["name"], ...given });
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
