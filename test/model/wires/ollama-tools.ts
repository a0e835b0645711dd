import type { Seen } from "../faulty-server.ts";
import type { AskedTurn, ToolWire } from "./wire.ts";
import { objects, record } from "./wire.ts";

const FAILED = "Error: ";

/** docs.ollama.com/capabilities/tool-calling. */
export const OLLAMA_TOOLS: ToolWire = {
  turns: readTurns,
  choice: ({ body }) => objects(body["tools"]).map((tool) => record(tool["function"])["name"]),
  choices: {
    auto: ["find_order", "list-stock"],
    required: ["find_order", "list-stock"],
    none: [],
    named: ["find_order"],
  },
  single: () => false,
  offers: ({ body }) =>
    objects(body["tools"]).map((tool) => {
      const { name, description, parameters } = record(tool["function"]);
      return { name, description, schema: parameters };
    }),
  apart: {},
  refused: { status: 400, message: "registry.ollama.ai/library/llama2:7b does not support tools" },
  thoughts: "let me see",
  damaged: false,
  skips: {
    single: "it can't be said",
    "foreign-ids": "it takes any",
    "tool-schema-note": "the model reads the whole schema",
    damaged: "arguments are an object",
    "half-call": "every call is whole",
  },
};

function readTurns({ body }: Seen): readonly AskedTurn[] {
  const turns: AskedTurn[] = [];
  for (const message of objects(body["messages"])) {
    const { role, images, tool_calls: calls, tool_call_id: id, thinking } = message;
    const text = String(message["content"]);
    const last = turns.at(-1);
    const files = (Array.isArray(images) ? images : []).map(
      (data) => `data:image/png;base64,${String(data)}`,
    );
    if (role === "assistant")
      turns.push({ role, text, calls: objects(calls).map(callOf), thoughts: thinking ?? null });
    else if (role === "tool") {
      if (last?.role === "results") turns.pop();
      const before = last?.role === "results" ? last : { results: [], files: [] };
      const failed = text.startsWith(FAILED);
      const said = failed ? text.slice(FAILED.length) : text;
      const result = { id: String(id), text: said, failed };
      turns.push({ ...before, role: "results", results: [...before.results, result] });
    } else if (last?.role === "results" && text.startsWith("Result of the tool"))
      turns[turns.length - 1] = { ...last, files: [...last.files, ...files] };
    else if (role === "user") turns.push({ role, text, files });
  }
  return turns;
}

function callOf(call: Readonly<Record<string, unknown>>): {
  id: string | null;
  name: string;
  input: unknown;
} {
  const { name, arguments: input } = record(call["function"]);
  return { id: String(call["id"]), name: String(name), input };
}
