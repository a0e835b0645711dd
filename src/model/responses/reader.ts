import type { Usage } from "../../core/events.ts";
import { isObject } from "../../core/json.ts";
import { inBandFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";
import { finishPart, isFault, usageOf } from "../finish.ts";
import type { Finish } from "../finish.ts";
import type { ModelPart } from "../model.ts";
import { servedBy } from "../openai/reply.ts";
import { refusalNote } from "../openai/reader.ts";
import type { ReplyReader } from "../stream.ts";

/** Deltas of what a model thinks: the whole of it from open models, a summary from OpenAI's. */
const REASONING = ["response.reasoning_text.delta", "response.reasoning_summary_text.delta"];

/**
 * Reads the events of a streamed response
 * (developers.openai.com/api/docs/guides/streaming-responses), and a whole response.
 *
 * Order: `response.created`, `response.in_progress`, items and their deltas, then one of
 * `response.completed`, `response.incomplete`, `response.failed`; there is no `[DONE]`. Text that
 * came in deltas comes again, whole, in `….done` events and in the last one, and is passed over
 * there.
 */
export function responseReader(callee: Callee): ReplyReader {
  let finish: Finish | null = null;
  let refusal = "";
  let streamed = false;
  const called = new Set<string>();

  function* readResponse(response: Readonly<Record<string, unknown>>): Generator<ModelPart> {
    const { status } = response;
    const failed = typeof status === "string" && isFault(status);
    if (failed || isObject(response["error"]))
      throw inBandFailure(callee, { error: response["error"] ?? `the response ${String(status)}` });
    if (status !== "completed" && status !== "incomplete") return;
    if (!streamed) {
      for (const part of outputOf(response["output"])) {
        if (part.type === "refusal") refusal += part.text;
        else yield { type: part.type, text: part.text } as const;
      }
    }
    for (const name of toolsIn(response["output"])) called.add(name);
    finish = finishPart({
      reason: reasonOf(response),
      usage: countsOf(response["usage"]),
      served: servedBy(response),
      said: incompleteReason(response),
      called,
    });
  }

  return {
    get state() {
      return finish === null ? "open" : "closed";
    },
    *take(event) {
      const { type, delta } = event;
      if (event["object"] === "response") yield* readResponse(event);
      else if (isObject(event["response"])) yield* readResponse(event["response"]);
      if (typeof delta !== "string" || delta === "" || typeof type !== "string") return;
      if (type === "response.output_text.delta") yield { type: "text", text: delta };
      else if (REASONING.includes(type)) yield { type: "reasoning", text: delta };
      else if (type === "response.refusal.delta") refusal += delta;
      else return;
      streamed = true;
    },
    end() {
      if (finish === null) return [];
      return refusal === ""
        ? [finish]
        : [refusalNote(refusal, callee), { ...finish, reason: "content-filter" }];
    },
  };
}

interface OutputPart {
  readonly type: "text" | "reasoning" | "refusal";
  readonly text: string;
}

function* outputOf(output: unknown): Generator<OutputPart> {
  for (const item of listOf(output)) {
    if (item["type"] === "reasoning") {
      for (const part of [...listOf(item["summary"]), ...listOf(item["content"])])
        yield* textOf("reasoning", part["text"]);
    }
    if (item["type"] !== "message") continue;
    for (const part of listOf(item["content"])) {
      yield* textOf("text", part["text"]);
      yield* textOf("refusal", part["refusal"]);
    }
  }
}

function* textOf(type: OutputPart["type"], text: unknown): Generator<OutputPart> {
  if (typeof text === "string" && text !== "") yield { type, text };
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function reasonOf(response: Readonly<Record<string, unknown>>): Finish["reason"] {
  if (response["status"] === "completed") {
    return toolsIn(response["output"]).length > 0 ? "other" : "stop";
  }
  const reason = incompleteReason(response);
  if (reason === null) return "length";
  return reason === "content_filter" ? "content-filter" : "other";
}

function incompleteReason(response: Readonly<Record<string, unknown>>): string | null {
  const details = response["incomplete_details"];
  const reason = isObject(details) ? details["reason"] : null;
  return typeof reason === "string" ? reason : null;
}

function toolsIn(output: unknown): readonly string[] {
  return listOf(output)
    .filter(({ type }) => type === "function_call" || type === "custom_tool_call")
    .map(({ name }) => name)
    .filter((name) => typeof name === "string");
}

function countsOf(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  const details = isObject(usage["input_tokens_details"]) ? usage["input_tokens_details"] : {};
  return usageOf(usage["input_tokens"], usage["output_tokens"], {
    read: details["cached_tokens"],
  });
}
