import type { ContentBlock } from "@modelcontextprotocol/client";
import type { Contract } from "../contract/contract.ts";
import { jsonFault, type Json, writeJson } from "../core/json.ts";
import type { Attachment } from "../model/attachment.ts";
import type { ToolResult } from "../model/tool.ts";
import { canonicalType, mediaKind } from "../program/media-type.ts";
import type { ToolAnswer } from "./session.ts";

/**
 * What a tool answered, as a model reads it: texts as they are, pictures, sound and documents
 * beside them. A value that its output schema doesn't promise is a failed call.
 */
export function resultOf(
  { content, structuredContent, isError: failed = false }: ToolAnswer,
  { name, contract }: { readonly name: string; readonly contract: Contract | null },
): ToolResult {
  if (contract !== null && !failed) {
    const fault = valueFault(structuredContent, contract);
    if (fault !== null) return broken(name, fault);
  }
  const parts = (content ?? []).map(readBlock);
  const attachments = parts.flatMap(({ file }) => file ?? []);
  const texts = parts.map(({ text }) => text).filter((text) => text !== "");
  const fault = structuredContent === undefined ? null : jsonFault(structuredContent);
  if (fault !== null) return broken(name, `it ${fault}`);
  const value = structuredContent as Json | undefined;
  return {
    content: texts.length === 0 && value !== undefined ? writeJson(value) : texts.join("\n"),
    failed,
    ...(value === undefined ? {} : { value }),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

interface Part {
  readonly text: string;
  readonly file: Attachment | null;
}

function readBlock(block: ContentBlock): Part {
  switch (block.type) {
    case "text":
      return { text: block.text, file: null };
    case "image":
    case "audio":
      return readData(block.data, block.mimeType, block.type);
    case "resource_link":
      return { text: `[link to ${block.name}: ${block.uri}]`, file: null };
    case "resource": {
      const { resource } = block;
      if ("text" in resource) return { text: `[${resource.uri}]\n${resource.text}`, file: null };
      return readData(resource.blob, resource.mimeType ?? "", resource.uri);
    }
    default:
      return { text: "[a part of a kind that is not known here was left out]", file: null };
  }
}

/** A file that models may take in; of any other it is said that it is left out. */
function readData(data: string, said: string, name: string): Part {
  const mediaType = canonicalType(said);
  if (mediaKind(mediaType) === null || !BASE64.test(data)) {
    const size = Math.floor((data.length * 3) / 4);
    const text = `[${name}: ${size} bytes of type "${said.slice(0, 100)}" were left out]`;
    return { text, file: null };
  }
  return { text: "", file: { mediaType, data, name } };
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function valueFault(value: unknown, contract: Contract): string | null {
  if (value === undefined) return "there is none";
  const checked = contract.check(value);
  if (checked.ok) return null;
  const [{ path, reason }] = checked.issues;
  return path.length === 0 ? `it ${reason}` : `"${path.join(".")}" ${reason}`;
}

function broken(name: string, reason: string): ToolResult {
  const content = `The value that "${name}" gave is not what it promises: ${reason}`;
  return { content, failed: true };
}
