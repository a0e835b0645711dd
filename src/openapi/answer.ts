import type { Contract } from "../contract/contract.ts";
import { jsonFault, type Json, parseJson, writeJson } from "../core/json.ts";
import type { ToolResult } from "../model/tool.ts";
import { canonicalType, mediaKind } from "../program/media-type.ts";
import type { ApiAnswer } from "./send.ts";

/** Characters of an answer that says that a call failed. */
const MOST_FAILURE = 4000;

/**
 * What an API answered, as a model reads it: an error is a failed result, and so is a value that
 * the file does not promise.
 * @param contracts by status, such as `200` and `2XX`
 */
export function resultOf(
  answer: ApiAnswer,
  { name, contracts }: { name: string; contracts: ReadonlyMap<string, Contract> },
): ToolResult {
  const { status, mediaType, bytes, leadsTo } = answer;
  if (leadsTo !== null)
    return failed(`HTTP ${status}: it leads on to ${leadsTo}, which is not followed`);
  if (status < 200 || status > 299)
    return failed(`HTTP ${status}: ${bytes.toString("utf8").slice(0, MOST_FAILURE)}`);
  if (bytes.length === 0) return { content: `HTTP ${status}, without content`, failed: false };
  const contract = contracts.get(String(status)) ?? contracts.get("2XX") ?? null;
  if (/^application\/json$|\+json$/.test(mediaType)) return valueOf(bytes, { name, contract });
  if (mediaType.startsWith("text/") || mediaType === "" || /xml|yaml|javascript/.test(mediaType))
    return { content: bytes.toString("utf8"), failed: false };
  if (mediaKind(mediaType) === null)
    return {
      content: `[${bytes.length} bytes of type "${mediaType}" were left out]`,
      failed: false,
    };
  const file = { mediaType: canonicalType(mediaType), data: bytes.toString("base64"), name };
  return { content: "", attachments: [file], failed: false };
}

function valueOf(
  bytes: Buffer,
  { name, contract }: { name: string; contract: Contract | null },
): ToolResult {
  let value: unknown;
  try {
    value = parseJson(bytes.toString("utf8"), { decimals: "nearest" });
  } catch {
    return failed(`The answer of "${name}" says that it is JSON, and is not`);
  }
  const fault = jsonFault(value);
  if (fault !== null) return failed(`The answer of "${name}" ${fault}`);
  const checked = contract?.check(value);
  if (checked?.ok === false) {
    const [{ path, reason }] = checked.issues;
    const where = path.length === 0 ? "it" : `"${path.join(".")}"`;
    return failed(`The answer of "${name}" is not what its file promises: ${where} ${reason}`);
  }
  return { content: writeJson(value), value: value as Json, failed: false };
}

function failed(content: string): ToolResult {
  return { content, failed: true };
}
