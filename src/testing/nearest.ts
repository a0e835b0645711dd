import { isObject, writeJson } from "../core/json.ts";
import type { RecordedRequest, Recording } from "./recordings.ts";
import { similarity } from "./similarity.ts";

/** How the recording that is most like a request differs from it; null where there is none. */
export function nearestDifference(
  request: RecordedRequest,
  recordings: readonly Recording[],
): string | null {
  const prompt = promptOf(request);
  let best: { readonly recorded: RecordedRequest; readonly share: number } | null = null;
  for (const { request: recorded } of recordings) {
    const share =
      similarity(promptOf(recorded), prompt) + (recorded.model === request.model ? 1 : 0);
    if (best === null || share > best.share) best = { recorded, share };
  }
  return best === null ? null : differenceOf(best.recorded, request);
}

function differenceOf(recorded: RecordedRequest, asked: RecordedRequest): string {
  if (recorded.model !== asked.model)
    return `the recording is of ${recorded.model}, and ${asked.model} is asked`;
  const [before, now] = [promptOf(recorded).split("\n"), promptOf(asked).split("\n")];
  const at = now.findIndex((line, index) => line !== before[index]);
  if (at >= 0)
    return `line ${at + 1} of the prompt was ${shown(before[at])}, and is ${shown(now[at])}`;
  if (before.length > now.length)
    return `line ${now.length + 1} of the prompt was ${shown(before[now.length])}, and is gone`;
  for (const key of ["params", "schema", "tools"] as const) {
    const [old, present] = [recorded[key], asked[key]].map((value) => writeJson(value ?? null));
    if (old === present) continue;
    return key === "schema"
      ? "the output's schema is another"
      : `the ${key} were ${shown(old)}, and are ${shown(present)}`;
  }
  return "its files are others";
}

/** All messages as one text. */
function promptOf({ messages }: RecordedRequest): string {
  return messages
    .map((message) =>
      isObject(message) ? `${text(message["role"])}: ${text(message["content"])}` : "",
    )
    .join("\n");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const SHOWN = 120;

function shown(line: string | undefined): string {
  if (line === undefined) return "absent";
  return line.length > SHOWN ? `"${line.slice(0, SHOWN)}…"` : `"${line}"`;
}
