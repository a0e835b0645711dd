import type { Seen } from "../faulty-server.ts";
import type { AskedResult, AskedTurn, ToolWire } from "./wire.ts";
import { objects, record, textIn } from "./wire.ts";

/** What Google takes in place of a signature that there is not. */
const UNSIGNED = "skip_thought_signature_validator";

/** ai.google.dev/gemini-api/docs/function-calling, …/thought-signatures. */
export const GENERATE_TOOLS: ToolWire = {
  turns: readTurns,
  choice: ({ body }) => record(body["toolConfig"])["functionCallingConfig"],
  choices: {
    auto: { mode: "AUTO" },
    required: { mode: "ANY" },
    none: { mode: "NONE" },
    named: { mode: "ANY", allowedFunctionNames: ["find_order"] },
  },
  single: () => false,
  offers: ({ body }) =>
    objects(body["tools"])
      .flatMap((tool) => objects(tool["functionDeclarations"]))
      .map(({ name, description, parametersJsonSchema: schema }) => {
        return { name, description, schema };
      }),
  apart: { model: "gemini-2.5-flash" },
  refused: { status: 400, message: "Function calling is not enabled for models/gemma-3-1b-it" },
  thoughts: "c2ln",
  damaged: false,
  skips: {
    single: "it can't be said",
    signature: "it is Google's",
    "foreign-ids": "it takes any",
    damaged: "arguments are an object",
    "half-call": "every call is whole",
  },
};

function readTurns({ body }: Seen): readonly AskedTurn[] {
  const turns: AskedTurn[] = [];
  for (const content of objects(body["contents"])) {
    const parts = objects(content["parts"]);
    const last = turns.at(-1);
    const responses = parts.flatMap((part) => objects([part["functionResponse"]]));
    const text = textIn(parts);
    if (content["role"] === "model") turns.push(assistantTurn(parts));
    else if (responses.length > 0)
      turns.push({
        role: "results",
        results: responses.map(resultOf),
        files: responses.flatMap((response) => filesIn(response["parts"])),
      });
    else if (last?.role === "results" && text.startsWith("Result of the tool")) {
      turns[turns.length - 1] = { ...last, files: [...last.files, ...filesIn(parts)] };
    } else turns.push({ role: "user", text, files: filesIn(parts) });
  }
  return turns;
}

function assistantTurn(parts: readonly Record<string, unknown>[]): AskedTurn {
  const calls = parts.flatMap((part) => objects([part["functionCall"]]));
  const signatures = parts
    .map(({ thoughtSignature }) => thoughtSignature)
    .filter((signature) => signature !== undefined && signature !== UNSIGNED);
  return {
    role: "assistant",
    text: textIn(parts),
    calls: calls.map(({ id, name, args }) => {
      return { id: typeof id === "string" ? id : null, name: String(name), input: args };
    }),
    thoughts: signatures[0] ?? null,
  };
}

function resultOf({ id, response }: Readonly<Record<string, unknown>>): AskedResult {
  const { output, error } = record(response);
  return {
    id: typeof id === "string" ? id : null,
    text: String(error ?? output),
    failed: error !== undefined,
  };
}

function filesIn(parts: unknown): readonly string[] {
  return objects(parts)
    .flatMap((part) => objects([part["inlineData"]]))
    .map(({ mimeType, data }) => `data:${String(mimeType)};base64,${String(data)}`);
}
