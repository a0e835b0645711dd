import type { Seen } from "../faulty-server.ts";
import type { AskedResult, AskedTurn, ToolWire } from "./wire.ts";
import { KEY, objects, record, textIn } from "./wire.ts";

/** developers.openai.com/api/docs/guides/function-calling, in its form for chat completions. */
export const CHAT_TOOLS: ToolWire = {
  turns: readTurns,
  choice: ({ body }) => body["tool_choice"],
  choices: {
    auto: "auto",
    required: "required",
    none: "none",
    named: { type: "function", function: { name: "find_order" } },
  },
  single: ({ body }) => body["parallel_tool_calls"] === false,
  offers: ({ body }) =>
    objects(body["tools"]).map((tool) => {
      const { name, description, parameters } = record(tool["function"]);
      return { name, description, schema: parameters };
    }),
  apart: {
    provider: "groq",
    settings: (url) => ({ environment: { GROQ_API_BASE: `${url}/v1`, GROQ_API_KEY: KEY } }),
  },
  refused: { status: 400, message: "This model does not support tools" },
  thoughts: null,
  damaged: true,
  skips: {},
};

/** Results follow each other; their files are in messages of the user behind them. */
function readTurns({ body }: Seen): readonly AskedTurn[] {
  const turns: AskedTurn[] = [];
  for (const message of objects(body["messages"])) {
    const { role, content } = message;
    const last = turns.at(-1);
    const text = textIn(content);
    const results =
      last?.role === "results" ? last : { role: "results" as const, results: [], files: [] };
    if (role === "user") {
      const files = objects(content).flatMap((part) => {
        const url = record(part["image_url"])["url"];
        return typeof url === "string" ? [url] : [];
      });
      const brought = last?.role === "results" && text.startsWith("Result of the tool");
      if (brought) turns[turns.length - 1] = { ...last, files: [...last.files, ...files] };
      else turns.push({ role, text, files });
    } else if (role === "assistant") turns.push(assistantTurn(message));
    else if (role === "tool") {
      if (last?.role === "results") turns.pop();
      turns.push({ ...results, results: [...results.results, resultOf(message)] });
    }
  }
  return turns;
}

function assistantTurn(message: Readonly<Record<string, unknown>>): AskedTurn {
  return {
    role: "assistant",
    text: textIn(message["content"]),
    calls: objects(message["tool_calls"]).map((call) => {
      const called = record(call["function"]);
      const input: unknown = JSON.parse(String(called["arguments"]));
      return { id: String(call["id"]), name: String(called["name"]), input };
    }),
    thoughts: message["reasoning_content"] ?? null,
  };
}

function resultOf(message: Readonly<Record<string, unknown>>): AskedResult {
  const text = textIn(message["content"]);
  const failed = text.startsWith(FAILED);
  const id = String(message["tool_call_id"]);
  return { id, text: failed ? text.slice(FAILED.length) : text, failed };
}

const FAILED = "Error: ";
