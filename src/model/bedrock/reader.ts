import type { Usage } from "../../core/events.ts";
import { isCount, isObject, writeJson, objectsIn } from "../../core/json.ts";
import type { Json } from "../../core/json.ts";
import { OUTPUT_TOOL } from "../anthropic/schema.ts";
import { lastParts, usageOf } from "../finish.ts";
import type { Finish } from "../finish.ts";
import type { ModelPart, ModelRequest } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import type { ReplyReader, ReplyState } from "../stream.ts";
import { CallList } from "../tools/call-list.ts";

/** docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_MessageStopEvent.html */
const REASONS: Readonly<Record<string, Finish["reason"]>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  guardrail_intervened: "content-filter",
  content_filtered: "content-filter",
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the events of ConverseStream, and a whole reply of Converse.
 *
 * Order: `messageStart`, then blocks (`contentBlockStart` for calls alone, deltas,
 * `contentBlockStop`), `messageStop` with the reason, `metadata` with the counts. Nothing names the
 * model that answered.
 */
export function converseReader(_model: NativeModel, request: ModelRequest): ReplyReader {
  return new ConverseReader(request);
}

class ConverseReader implements ReplyReader {
  readonly calls: CallList;
  readonly #answerBlocks = new Set<unknown>();
  readonly #thoughts = new Map<unknown, Thought>();
  #stop: string | null = null;
  #usage: Usage | null = null;
  #closed = false;

  constructor(request: ModelRequest) {
    this.calls = new CallList(request);
  }

  get state(): ReplyState {
    if (this.#closed) return "closed";
    return this.#stop === null ? "open" : "finished";
  }

  *take(event: Fields): Generator<ModelPart> {
    const { output, contentBlockStart: start, contentBlockDelta: delta } = event;
    const { messageStop: stop, metadata } = event;
    if (isObject(output) && isObject(output["message"])) {
      const { content } = output["message"];
      for (const [index, block] of objectsIn(content).entries()) yield* this.#whole(index, block);
      this.#readEnd(event);
      this.#closed = this.#stop !== null;
    }
    if (isObject(start) && isObject(start["start"]))
      this.#begin(start["contentBlockIndex"], start["start"]);
    if (isObject(delta) && isObject(delta["delta"]))
      yield* this.#go(delta["contentBlockIndex"], delta["delta"]);
    if (isObject(stop)) this.#readEnd(stop);
    if (!isObject(metadata)) return;
    this.#readEnd(metadata);
    this.#closed = this.#stop !== null;
  }

  end(): readonly ModelPart[] {
    const stop = this.#stop;
    const answered = this.#answerBlocks.size > 0 && stop === "tool_use";
    const reason = answered ? "stop" : (REASONS[stop ?? ""] ?? "other");
    const facts = { reason, usage: this.#usage, served: null, said: stop };
    const last = lastParts({ ...facts, calls: this.calls });
    if (reason === "content-filter") return [stopped(stop), ...last];
    return [...this.#kept(last), ...last];
  }

  #readEnd({ stopReason, usage }: Fields): void {
    if (typeof stopReason === "string") this.#stop = stopReason;
    if (isObject(usage)) this.#usage = countsOf(usage);
  }

  #begin(index: unknown, { toolUse: call }: Fields): void {
    if (!isObject(call)) return;
    if (call["name"] === OUTPUT_TOOL) this.#answerBlocks.add(index);
    else this.calls.add({ key: index, id: call["toolUseId"], name: call["name"] });
  }

  *#go(index: unknown, delta: Fields): Generator<ModelPart> {
    const { text, toolUse: call, reasoningContent: thought } = delta;
    if (typeof text === "string" && text !== "") yield { type: "text", text };
    if (isObject(thought)) yield* this.#think(index, thought);
    if (!isObject(call)) return;
    const { input } = call;
    if (!this.#answerBlocks.has(index)) this.calls.add({ key: index, arguments: input });
    else if (typeof input === "string" && input !== "") yield { type: "text", text: input };
  }

  *#whole(index: number, block: Fields): Generator<ModelPart> {
    const { text, toolUse: call, reasoningContent: thought } = block;
    if (typeof text === "string" && text !== "") yield { type: "text", text };
    if (isObject(thought)) {
      const { reasoningText: said } = thought;
      yield* this.#think(index, isObject(said) ? said : thought);
    }
    if (!isObject(call)) return;
    const { toolUseId: id, name, input } = call;
    if (name !== OUTPUT_TOOL) return this.calls.add({ key: index, id, name, arguments: input });
    this.#answerBlocks.add(index);
    yield { type: "text", text: writeJson(input ?? {}) };
  }

  *#think(index: unknown, { text, signature, redactedContent }: Fields): Generator<ModelPart> {
    const thought = this.#thoughts.get(index) ?? { text: "", signature: "", hidden: "" };
    this.#thoughts.set(index, thought);
    if (typeof signature === "string") thought.signature += signature;
    if (typeof redactedContent === "string") thought.hidden += redactedContent;
    if (typeof text !== "string" || text === "") return;
    thought.text += text;
    yield { type: "reasoning", text };
  }

  /** Thoughts go back with the calls they led to; one without a signature is not taken back. */
  #kept(last: readonly ModelPart[]): readonly ModelPart[] {
    if (!last.some(({ type }) => type === "tool-call")) return [];
    const value = [...this.#thoughts.values()].flatMap(({ text, signature, hidden }): Json[] => {
      if (hidden !== "") return [{ reasoningContent: { redactedContent: hidden } }];
      return signature === "" ? [] : [{ reasoningContent: { reasoningText: { text, signature } } }];
    });
    return value.length === 0 ? [] : [{ type: "kept", kept: { protocol: "bedrock", value } }];
  }
}

interface Thought {
  text: string;
  signature: string;
  hidden: string;
}

/** `inputTokens` are those that were neither read from a cache nor written to it. */
function countsOf(usage: Fields): Usage | null {
  const { inputTokens: input, outputTokens: output } = usage;
  const { cacheReadInputTokens: read, cacheWriteInputTokens: written } = usage;
  const cached = [read, written].filter(isCount).reduce((sum, count) => sum + count, 0);
  return usageOf(isCount(input) ? input + cached : null, output, { read, written });
}

function stopped(reason: string | null): ModelPart {
  return { type: "note", kind: "warning", message: `The answer was stopped (${reason ?? ""})` };
}
