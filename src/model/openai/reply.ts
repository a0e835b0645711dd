import type { Usage } from "../../core/events.ts";
import { isObject } from "../../core/json.ts";
import { usageOf } from "../finish.ts";
import type { Finish } from "../finish.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * What one choice of a reply holds, in whichever of its spellings; empty where it holds nothing.
 */
export interface Piece {
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
}

/**
 * The choice that is read; null where there is none. n > 1 asks for more, and only one is used: the
 * first, or in a stream the one that was `chosen` by its index. A single choice is the choice,
 * whatever its index.
 */
export function choiceIn(
  { choices }: Fields,
  chosen: number | null,
): Record<string, unknown> | null {
  const all = Array.isArray(choices) ? choices.filter(isObject) : [];
  if (chosen !== null)
    return all.find(({ index }) => index === chosen || typeof index !== "number") ?? null;
  return (
    all.find(({ index }) => index === 0) ??
    all.find(({ index }) => typeof index !== "number") ??
    all[0] ??
    null
  );
}

/** @param message the `message` of a whole reply, or the `delta` of a piece of a streamed one */
export function readPiece(message: unknown): Piece {
  if (!isObject(message)) return { text: "", reasoning: "", refusal: "" };
  const { content } = message;
  const thought = [message["reasoning_content"], message["reasoning"]].find(
    (value) => typeof value === "string",
  );
  return {
    text: typeof content === "string" ? content : textOfParts(content, ["text", "output_text"]),
    reasoning:
      (typeof thought === "string" ? thought : "") +
      textOfParts(content, ["thinking", "reasoning"]),
    refusal: typeof message["refusal"] === "string" ? message["refusal"] : "",
  };
}

export function finishReason(value: unknown): Finish["reason"] {
  if (value === "stop" || value === "eos" || value === "end_turn") return "stop";
  if (value === "length") return "length";
  if (value === "content_filter" || value === "refusal") return "content-filter";
  return "other";
}

/**
 * Null where the server did not count. Groq counts in a place of its own; DeepSeek and Moonshot
 * name what came from a cache differently, gateways the two counts. @param provider OpenRouter says
 * what it charges
 */
export function readUsage(body: unknown, provider: string): Usage | null {
  if (!isObject(body)) return null;
  const own = body["x_groq"];
  const usage = body["usage"] ?? (isObject(own) ? own["usage"] : null);
  if (!isObject(usage)) return null;
  const details = isObject(usage["prompt_tokens_details"]) ? usage["prompt_tokens_details"] : {};
  const prompt = usage["prompt_tokens"] ?? usage["input_tokens"];
  const completion = usage["completion_tokens"] ?? usage["output_tokens"];
  return usageOf(prompt, completion, {
    read: details["cached_tokens"] ?? usage["prompt_cache_hit_tokens"] ?? usage["cached_tokens"],
    written: details["cache_write_tokens"],
    cost: provider === "openrouter" ? chargedBy(usage) : undefined,
  });
}

/** With a key of the user's own at the provider behind, that one charges too. */
function chargedBy({ cost, is_byok: own, cost_details: details }: Fields): number | undefined {
  if (typeof cost !== "number") return undefined;
  const behind = isObject(details) ? details["upstream_inference_cost"] : null;
  return own === true && typeof behind === "number" ? cost + behind : cost;
}

export function servedBy(body: Fields): string | null {
  const { model } = body;
  return typeof model === "string" && model !== "" ? model : null;
}

/** Some servers give content as a list of parts, each with its kind. */
function textOfParts(content: unknown, kinds: readonly string[]): string {
  if (!Array.isArray(content)) return "";
  return content
    .filter(isObject)
    .filter((part) => kinds.includes(typeof part["type"] === "string" ? part["type"] : "text"))
    .map((part) => part["text"] ?? part["thinking"] ?? part["reasoning"])
    .map((text) => (typeof text === "string" ? text : textOfParts(text, ["text"])))
    .join("");
}
