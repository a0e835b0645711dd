import type { JsonSchema } from "../../contract/contract.ts";
import { ModullmError } from "../../core/error.ts";
import { isObject, type Json, jsonFault, type JsonObject, writeJson } from "../../core/json.ts";
import type { Attachment } from "../../model/attachment.ts";
import type { ForeignTool, ToolResult } from "../../model/tool.ts";

/** A function of the host program that a model may call. */
export interface HostTool {
  /** What it does, for the model. */
  readonly description: string;
  /** JSON Schema of what it takes, an object. It is compiled once, and must not change. */
  readonly input: JsonSchema;
  /** Calls in one run. @default as many as `max_turns` and budgets allow */
  readonly maxCalls?: number;
  /**
   * One call; calls may run at the same time. What it throws is a failed result, which the model
   * is told.
   * @param input meets the schema
   * @param at.signal aborted when the run ends; a function that goes on is not waited for
   * @returns any JSON; a text as it is; or a text with files, `{content, attachments}`
   */
  run(
    input: JsonObject,
    at: { readonly signal: AbortSignal },
  ): Promise<HostToolResult> | HostToolResult;
}

export type HostToolResult =
  | Json
  | undefined
  | { readonly content: string; readonly attachments: readonly Attachment[] };

/** Where host functions come from, in events and for permissions. */
export const HOST = "host";

export function foreignOf(name: string, tool: HostTool): ForeignTool {
  return {
    name,
    description: tool.description,
    input: tool.input,
    origin: HOST,
    async call(input, { signal }) {
      let given: unknown;
      try {
        given = await tool.run(input, { signal });
      } catch (thrown) {
        // What the host itself means as the end of the run goes on as it is.
        if (thrown instanceof ModullmError) throw thrown;
        return { content: thrown instanceof Error ? thrown.message : String(thrown), failed: true };
      }
      return resultOf(given);
    },
  };
}

function resultOf(given: unknown): ToolResult {
  if (isWithFiles(given)) return { ...given, failed: false };
  if (typeof given === "string") return { content: given, value: given, failed: false };
  const value = given ?? null;
  const fault = jsonFault(value);
  if (fault !== null) return { content: `The tool gave no JSON: it ${fault}`, failed: true };
  return { content: writeJson(value), value: value as Json, failed: false };
}

function isWithFiles(
  given: unknown,
): given is { readonly content: string; readonly attachments: readonly Attachment[] } {
  if (!isObject(given) || typeof given["content"] !== "string") return false;
  const { attachments } = given;
  return (
    Array.isArray(attachments) &&
    attachments.every(
      (file) =>
        isObject(file) && typeof file["mediaType"] === "string" && typeof file["data"] === "string",
    )
  );
}
