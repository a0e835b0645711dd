import type { Seen } from "../faulty-server.ts";
import type { AskedResult, AskedTurn, ToolWire } from "./wire.ts";
import { objects, record, textIn } from "./wire.ts";

/** platform.claude.com/docs/en/agents-and-tools/tool-use: define-tools, handle-tool-calls. */
export const MESSAGES_TOOLS: ToolWire = {
  turns: ({ body }: Seen) => objects(body["messages"]).map(turnOf),
  choice: ({ body }) => body["tool_choice"],
  choices: {
    auto: { type: "auto" },
    required: { type: "any" },
    none: { type: "none" },
    named: { type: "tool", name: "find_order" },
  },
  single: ({ body }) => record(body["tool_choice"])["disable_parallel_tool_use"] === true,
  offers: ({ body }) =>
    objects(body["tools"]).map((tool) => {
      const { name, description, input_schema: schema } = tool;
      return { name, description, schema };
    }),
  apart: { model: "claude-opus-4-1" },
  refused: { status: 400, message: "This model does not support tools" },
  thoughts: [{ type: "thinking", thinking: "let me see", signature: "c2ln" }],
  damaged: true,
  skips: { "ids-missing": "every call has its id" },
};

function turnOf({ role, content }: Readonly<Record<string, unknown>>): AskedTurn {
  const blocks = objects(content);
  const text = typeof content === "string" ? content : textIn(blocks);
  if (role === "assistant") {
    const thoughts = blocks.filter(({ type }) => String(type).includes("thinking"));
    if (blocks.findLastIndex(({ type }) => type === "thinking") > thoughts.length - 1)
      throw new Error("Thoughts must come first");
    const calls = blocks
      .filter(({ type }) => type === "tool_use")
      .map(({ id, name, input }) => ({ id: String(id), name: String(name), input }));
    return { role, text, calls, thoughts: thoughts.length === 0 ? null : thoughts };
  }
  const results = blocks.filter(({ type }) => type === "tool_result");
  if (results.length === 0) return { role: "user", text, files: filesIn(blocks) };
  return {
    role: "results",
    results: results.map(resultOf),
    files: results.flatMap((result) => filesIn(objects(result["content"]))),
  };
}

function resultOf(block: Readonly<Record<string, unknown>>): AskedResult {
  const { tool_use_id: id, content, is_error: failed } = block;
  return { id: String(id), text: textIn(content), failed: failed === true };
}

function filesIn(blocks: readonly Record<string, unknown>[]): readonly string[] {
  return blocks
    .flatMap(({ source }) => objects([source]))
    .map(({ media_type: type, data }) => `data:${String(type)};base64,${String(data)}`);
}
