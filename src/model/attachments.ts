import type { ModullmError } from "../core/error.ts";
import { providerFailure } from "./failure.ts";
import type { Callee } from "./failure.ts";
import type { Attachment } from "./attachment.ts";
import type { Modality } from "./quirks.ts";

/** What kind of input a file is; null for one that no provider takes as such. */
export function modalityOf({ mediaType }: Attachment): Modality | null {
  if (mediaType.startsWith("image/")) return "image";
  if (mediaType.startsWith("audio/")) return "audio";
  return mediaType === "application/pdf" ? "pdf" : null;
}

/**
 * RLLM_017 for a file that can't be sent. Another model may well take it, so a fallback is tried.
 */
export function notTaken(
  callee: Callee,
  attachment: Attachment,
  takes: readonly Modality[],
): ModullmError {
  const what = takes.length === 0 ? "nothing but text" : `${takes.join(", ")} and text`;
  const reason = `it takes ${what}, but "${attachment.name}" is ${attachment.mediaType}`;
  return providerFailure(callee, reason, {
    retryable: false,
    code: "unsupported_media_type",
    hint: "Name a model that takes such files in llm.model or llm.fallbacks.",
  });
}

/** `data:` and the file, as servers of OpenAI's protocols take it. */
export function dataUri({ mediaType, data }: Attachment): string {
  return `data:${mediaType};base64,${data}`;
}
