import type { Json } from "../../core/json.ts";
import type { ModelPart } from "../model.ts";

type Block = Record<string, Json>;
type Fields = Readonly<Record<string, unknown>>;

/**
 * The thoughts of a message as blocks, which go back unchanged with the calls they led to:
 * platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use.
 */
export class ThoughtBlocks {
  readonly #blocks = new Map<unknown, Block>();

  begin(index: unknown, { type, thinking, signature, data }: Fields): void {
    if (type === "thinking")
      this.#blocks.set(index, { type, thinking: text(thinking), signature: text(signature) });
    if (type === "redacted_thinking") this.#blocks.set(index, { type, data: text(data) });
  }

  go(index: unknown, { thinking, signature }: Fields): void {
    const block = this.#blocks.get(index);
    if (block?.["type"] !== "thinking") return;
    block["thinking"] = text(block["thinking"]) + text(thinking);
    block["signature"] = text(block["signature"]) + text(signature);
  }

  /** Without its signature no server takes a thought back. */
  parts(last: readonly ModelPart[]): readonly ModelPart[] {
    const value = [...this.#blocks.values()].filter(({ signature }) => signature !== "");
    if (value.length === 0 || !last.some(({ type }) => type === "tool-call")) return [];
    return [{ type: "kept", kept: { protocol: "anthropic", value } }];
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
