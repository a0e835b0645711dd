import type { CallToolResult } from "@modelcontextprotocol/server";
import { errorPayload, toModullmError } from "../../../core/error.ts";
import { parseJson, writeJson } from "../../../core/json.ts";

/** A result that is read, not computed with: as text alone, since a host pays for every copy. */
export function asText(value: unknown): CallToolResult {
  return { content: [{ type: "text", text: writeJson(value) }] };
}

/** A result for programs: as data, and as text for clients that know no data. */
export function asData(value: Readonly<Record<string, unknown>>): CallToolResult {
  return { ...asText(value), structuredContent: value };
}

/** A failure with its code. @param folders that no path shows */
export function asFailure(thrown: unknown, folders: readonly string[]): CallToolResult {
  let text = writeJson(errorPayload(toModullmError(thrown)));
  for (const folder of folders) text = text.replaceAll(writeJson(`${folder}/`).slice(1, -1), "");
  return { ...asData(parseJson(text) as Record<string, unknown>), isError: true };
}
