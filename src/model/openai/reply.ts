import type { Usage } from "../../core/events.ts";
import { isCount, isObject } from "../../core/json.ts";
import type { ModelPart } from "../model.ts";

type Finish = Extract<ModelPart, { type: "finish" }>;

/**
 * What one choice of a reply holds, in whichever of its spellings; empty where it holds nothing.
 */
export interface Piece {
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
}

/** The first choice; n > 1 asks for more, and only the first is used. Null where there is none. */
export function firstChoice(
  body: Readonly<Record<string, unknown>>,
): Record<string, unknown> | null {
  const { choices } = body;
  if (!Array.isArray(choices)) return null;
  const all = choices.filter(isObject);
  return (
    all.find((choice) => choice["index"] === 0) ??
    all.find((choice) => choice["index"] === undefined) ??
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
  if (value === "length" || value === "max_tokens") return "length";
  if (value === "content_filter" || value === "refusal") return "content-filter";
  return "other";
}

/** Null where the server did not count. Groq counts in a place of its own. */
export function readUsage(body: Readonly<Record<string, unknown>>): Usage | null {
  const own = body["x_groq"];
  const usage = body["usage"] ?? (isObject(own) ? own["usage"] : null);
  if (!isObject(usage)) return null;
  const { prompt_tokens, completion_tokens } = usage;
  return isCount(prompt_tokens) && isCount(completion_tokens)
    ? { prompt_tokens, completion_tokens }
    : null;
}

export function servedBy(body: Readonly<Record<string, unknown>>): string | null {
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
