import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import { CODES } from "../../../core/codes.ts";
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
  return { ...asData(payloadOf(thrown, folders)), isError: true };
}

/** The same for what is no tool: whatever the client could have asked better is its error. */
export function asProtocolError(thrown: unknown, folders: readonly string[]): ProtocolError {
  if (thrown instanceof ProtocolError) return thrown;
  const payload = payloadOf(thrown, folders);
  const isTheirs = CODES[toModullmError(thrown).code].http === 400;
  const code = isTheirs ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  return new ProtocolError(code, String(payload["message"]), payload);
}

function payloadOf(thrown: unknown, folders: readonly string[]): Record<string, unknown> {
  let text = writeJson(errorPayload(toModullmError(thrown)));
  for (const folder of folders) text = text.replaceAll(writeJson(`${folder}/`).slice(1, -1), "");
  return parseJson(text) as Record<string, unknown>;
}
