import type { Seen } from "../faulty-server.ts";
import type { AskedResult, AskedTurn, ToolWire } from "./wire.ts";
import { objects, record, textIn } from "./wire.ts";

const FAILED = "Error: ";

/** developers.openai.com/api/docs/guides/function-calling, in its form for Responses. */
export const RESPONSES_TOOLS: ToolWire = {
  turns: readTurns,
  choice: ({ body }) => body["tool_choice"],
  choices: {
    auto: "auto",
    required: "required",
    none: "none",
    named: { type: "function", name: "find_order" },
  },
  single: ({ body }) => body["parallel_tool_calls"] === false,
  offers: ({ body }) =>
    objects(body["tools"]).map(({ name, description, parameters }) => {
      return { name, description, schema: parameters };
    }),
  apart: null,
  refused: { status: 400, message: "Tools are not supported with this model." },
  thoughts: {
    type: "reasoning",
    id: "rs_1",
    summary: [{ type: "summary_text", text: "let me see" }],
    encrypted_content: "c2VjcmV0",
  },
  damaged: true,
  skips: { "ids-missing": "every call has its id" },
};

/** Thoughts, a message and calls are items of their own that make one turn. */
function readTurns({ body }: Seen): readonly AskedTurn[] {
  const turns: AskedTurn[] = [];
  let thoughts: unknown = null;
  for (const item of objects(body["input"])) {
    const last = turns.at(-1);
    const text = textIn(item["content"]);
    if (item["type"] === "reasoning") thoughts = item;
    else if (item["type"] === "function_call") {
      const { call_id: id, name } = item;
      const input: unknown = JSON.parse(String(item["arguments"]));
      const call = { id: String(id), name: String(name), input };
      if (last?.role === "assistant") turns.pop();
      const before = last?.role === "assistant" ? last : { text: "", calls: [], thoughts };
      turns.push({ role: "assistant", ...before, calls: [...before.calls, call] });
      thoughts = null;
    } else if (item["type"] === "function_call_output") {
      if (last?.role === "results") turns.pop();
      const before = last?.role === "results" ? last : { results: [], files: [] };
      const { result, files } = resultOf(item);
      turns.push({
        role: "results",
        results: [...before.results, result],
        files: [...before.files, ...files],
      });
    } else if (item["role"] === "assistant") {
      turns.push({ role: "assistant", text, calls: [], thoughts });
      thoughts = null;
    } else if (item["role"] === "user") turns.push({ role: "user", text, files: [] });
  }
  return turns;
}

function resultOf(item: Readonly<Record<string, unknown>>): {
  result: AskedResult;
  files: readonly string[];
} {
  const text = textIn(item["output"]);
  const failed = text.startsWith(FAILED);
  const files = objects(item["output"])
    .map((part) => record(part)["image_url"])
    .filter((url) => typeof url === "string");
  const said = failed ? text.slice(FAILED.length) : text;
  return { result: { id: String(item["call_id"]), text: said, failed }, files };
}
