import type { Usage } from "../../core/events.ts";
import { isCount, isObject } from "../../core/json.ts";
import { lastParts, usageOf } from "../finish.ts";
import type { Finish } from "../finish.ts";
import { GivenMedia } from "../given-media.ts";
import type { ModelPart, ModelRequest } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import type { ReplyReader } from "../stream.ts";
import { CallList } from "../tools/call-list.ts";

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
export function generateReader(_model: NativeModel, request: ModelRequest): ReplyReader {
  let finish: string | null = null;
  let blocked: string | null = null;
  let usage: Usage | null = null;
  let served: string | null = null;
  let chosen: number | null = null;
  const calls = new CallList(request);
  const media = new GivenMedia();
  return {
    calls,
    get state() {
      return finish === null && blocked === null ? "open" : "finished";
    },
    *take(event) {
      usage = countsOf(event["usageMetadata"]) ?? usage;
      if (typeof event["modelVersion"] === "string" && event["modelVersion"] !== "")
        served = event["modelVersion"];
      const feedback = event["promptFeedback"];
      if (isObject(feedback) && typeof feedback["blockReason"] === "string")
        blocked = feedback["blockReason"];
      const candidate = candidateIn(event["candidates"], chosen);
      if (candidate === null) return;
      if (typeof candidate["index"] === "number") chosen = candidate["index"];
      const parts = isObject(candidate["content"]) ? candidate["content"]["parts"] : [];
      yield* contentParts(parts, calls, media);
      if (typeof candidate["finishReason"] === "string" && candidate["finishReason"] !== "")
        finish = candidate["finishReason"];
    },
    end() {
      const why = blocked ?? finish ?? "";
      const reason = blocked === null ? (REASONS[why] ?? "other") : "content-filter";
      const last = lastParts({ reason, usage, served, said: why, calls });
      if (reason !== "content-filter") return last;
      const what = blocked === null ? "answer" : "prompt";
      return [
        { type: "note", kind: "warning", message: `The ${what} was blocked (${why})` },
        ...last,
      ];
    },
  };
}

/**
 * More than one is never asked for; the first has index 0, which protobuf leaves out. A single one
 * is the candidate, whatever its index.
 */
function candidateIn(candidates: unknown, chosen: number | null): Record<string, unknown> | null {
  const all = Array.isArray(candidates) ? candidates.filter(isObject) : [];
  const wanted = chosen ?? 0;
  const first = all.find(({ index }) => typeof index !== "number" || index === wanted);
  return first ?? (chosen === null ? (all[0] ?? null) : null);
}

/** Every call comes whole, in a part of its own. */
function* contentParts(parts: unknown, calls: CallList, media: GivenMedia): Generator<ModelPart> {
  for (const part of Array.isArray(parts) ? parts.filter(isObject) : []) {
    const { text, thought, inlineData: file, functionCall: call, thoughtSignature } = part;
    if (isObject(call)) {
      const signature = typeof thoughtSignature === "string" ? { signature: thoughtSignature } : {};
      const { id, name, args } = call;
      calls.add({ key: part, id, name, arguments: args, ...signature });
    }
    // Pictures that it thought in are no part of the answer.
    if (isObject(file) && typeof file["data"] === "string" && thought !== true)
      yield media.part(file["data"], typeOf(file["mimeType"]));
    if (typeof text !== "string" || text === "") continue;
    yield { type: thought === true ? "reasoning" : "text", text };
  }
}

function typeOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/**
 * What was thought is paid for as output, and is not among the candidates' tokens. A count of 0 is
 * left out.
 */
function countsOf(metadata: unknown): Usage | null {
  if (!isObject(metadata) || !isCount(metadata["promptTokenCount"])) return null;
  const count = (key: string) => (isCount(metadata[key]) ? metadata[key] : 0);
  return usageOf(
    metadata["promptTokenCount"] + count("toolUsePromptTokenCount"),
    count("candidatesTokenCount") + count("thoughtsTokenCount"),
    { read: metadata["cachedContentTokenCount"] },
  );
}
