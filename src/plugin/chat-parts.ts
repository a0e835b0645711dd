import type { ChatPart } from "../../plugins/sdk/protocol.ts";
import type { ModelPart, ModelRequest } from "../model/model.ts";
import { keptOf } from "./chat-params.ts";
import { pluginError } from "./fault.ts";

/** What the parts of one chat are to whoever asked. */
export interface PartReader {
  /**
   * Null where there is nothing to hand on.
   * @throws {ModullmError} RLLM_019 for an id that another call of the conversation has
   */
  read(part: ChatPart): ModelPart | null;
  /** Tools that were called though none were offered. */
  readonly called: readonly string[];
}

export function createPartReader(plugin: string, request: ModelRequest): PartReader {
  const ids = new Set(
    request.messages.flatMap((message) =>
      message.role === "assistant" ? (message.calls ?? []).map(({ id }) => id) : [],
    ),
  );
  const called: string[] = [];

  function idOf(given: string | undefined): string {
    if (given !== undefined && ids.has(given))
      throw pluginError(plugin, { reason: `it gave two calls of tools the id "${given}"` });
    let id = given ?? `call_${ids.size + 1}`;
    for (let next = ids.size + 2; ids.has(id); next++) id = `call_${next}`;
    ids.add(id);
    return id;
  }

  function callOf(part: ChatPart & { type: "tool-call" }): ModelPart | null {
    const { id, name, arguments: written, signature } = part;
    if (request.tools === undefined) {
      called.push(name);
      return null;
    }
    const signed = signature === undefined ? {} : { signature };
    return { type: "tool-call", id: idOf(id), name, arguments: written, ...signed };
  }

  return {
    called,
    read(part) {
      switch (part.type) {
        case "text":
        case "reasoning":
          return part.text === "" ? null : { type: part.type, text: part.text };
        case "note":
          return { type: "note", kind: "warning", message: part.message };
        case "alive":
          return null;
        case "tool-call":
          return callOf(part);
        case "media": {
          const { media_type: mediaType, data, name } = part;
          return { type: "media", file: { mediaType, data, name } };
        }
        case "kept":
          return { type: "kept", kept: keptOf(plugin, part.value) };
      }
    },
  };
}
