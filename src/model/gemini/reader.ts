import type { Usage } from "../../core/events.ts";
import { isCount, isObject } from "../../core/json.ts";
import type { ModelPart } from "../model.ts";
import type { ReplyReader } from "../stream.ts";

type Finish = Extract<ModelPart, { type: "finish" }>;

/** ai.google.dev/api/generate-content#FinishReason; whatever is not here is `other`. */
const REASONS: Readonly<Record<string, Finish["reason"]>> = {
  STOP: "stop",
  MAX_TOKENS: "length",
  SAFETY: "content-filter",
  RECITATION: "content-filter",
  BLOCKLIST: "content-filter",
  PROHIBITED_CONTENT: "content-filter",
  SPII: "content-filter",
};

/**
 * Reads the chunks of `streamGenerateContent`, each a whole `GenerateContentResponse` with what is
 * new in it. The last one has a `finishReason`; a prompt that is blocked has a `promptFeedback` and
 * no candidate at all.
 */
export function generateReader(): ReplyReader {
  let finish: string | null = null;
  let blocked: string | null = null;
  let usage: Usage | null = null;
  let served: string | null = null;
  return {
    get state() {
      return finish === null && blocked === null ? "open" : "finished";
    },
    *take(event) {
      usage = usageOf(event["usageMetadata"]) ?? usage;
      if (typeof event["modelVersion"] === "string" && event["modelVersion"] !== "")
        served = event["modelVersion"];
      const feedback = event["promptFeedback"];
      if (isObject(feedback) && typeof feedback["blockReason"] === "string")
        blocked = feedback["blockReason"];
      const candidate = firstCandidate(event["candidates"]);
      if (candidate === null) return;
      if (isObject(candidate["content"])) yield* contentParts(candidate["content"]["parts"]);
      if (typeof candidate["finishReason"] === "string" && candidate["finishReason"] !== "")
        finish = candidate["finishReason"];
    },
    end() {
      const why = blocked ?? finish ?? "";
      const reason = blocked === null ? (REASONS[why] ?? "other") : "content-filter";
      const last: Finish = { type: "finish", reason, usage, served };
      if (reason !== "content-filter") return [last];
      const what = blocked === null ? "answer" : "prompt";
      return [{ type: "note", kind: "warning", message: `The ${what} was blocked (${why})` }, last];
    },
  };
}

/** More than one is never asked for; the first has index 0, which protobuf leaves out. */
function firstCandidate(candidates: unknown): Record<string, unknown> | null {
  const all = Array.isArray(candidates) ? candidates.filter(isObject) : [];
  return all.find(({ index }) => index === undefined || index === 0) ?? null;
}

function* contentParts(parts: unknown): Generator<ModelPart> {
  for (const part of Array.isArray(parts) ? parts.filter(isObject) : []) {
    const { text, thought } = part;
    if (typeof text !== "string" || text === "") continue;
    yield { type: thought === true ? "reasoning" : "text", text };
  }
}

/**
 * What was thought is paid for as output, and is not among the candidates' tokens. A count of 0 is
 * left out.
 */
function usageOf(metadata: unknown): Usage | null {
  if (!isObject(metadata) || !isCount(metadata["promptTokenCount"])) return null;
  const count = (key: string) => (isCount(metadata[key]) ? metadata[key] : 0);
  return {
    prompt_tokens: metadata["promptTokenCount"] + count("toolUsePromptTokenCount"),
    completion_tokens: count("candidatesTokenCount") + count("thoughtsTokenCount"),
  };
}
