import { ModullmError } from "../../core/error.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Model, ModelPart, ModelProvider, ModelRequest } from "../model.ts";
import { fillSchema } from "./fill.ts";
import { readSource } from "./source.ts";

const NAME = "baseline";
const ID = `builtin/${NAME}`;

/**
 * The model inside the program: rules that fill the output schema with what they find in the input. It is no language model, reads
 * no prompt and understands nothing; it needs no key, no network and no download, and gives the same answer every time.
 */
export function createBaselineProvider(): ModelProvider {
  return {
    id: "builtin",
    model(name) {
      if (name === NAME) return createModel();
      const message = `Cannot use model "builtin/${name}": the only model built in is "${ID}".${didYouMean(name, [NAME])}`;
      throw new ModullmError("RLLM_002", message, { details: { field: "llm.model", value: `builtin/${name}` } });
    },
    list: () => Promise.resolve([NAME]),
  };
}

function createModel(): Model {
  return { id: ID, window: null, ready: () => Promise.resolve(), call: answer };
}

async function* answer(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart> {
  await Promise.resolve();
  if (signal.aborted)
    throw new ModullmError("RLLM_022", `Call of "${ID}" was cancelled`, { details: { reason: "aborted" } });
  const prompt = request.messages.findLast((message) => message.role === "user")?.content ?? "";
  const source = readSource(request.values, prompt);
  const unread = source.unread > 0 ? `; it left the last ${source.unread} characters of the input unread` : "";
  const message = `"${ID}" is no language model: it filled the schema by rules from the input${unread}`;
  yield { type: "note", kind: "degraded", message };
  const text = JSON.stringify(fillSchema(request.schema, source), null, 2);
  yield { type: "text", text };
  const prompt_tokens = request.messages.reduce((sum, each) => sum + countWords(each.content), 0);
  const usage = { prompt_tokens, completion_tokens: countWords(text), estimated: true };
  yield { type: "finish", reason: "stop", usage, served: ID };
}

/** Runs of what is not blank, and each character of a script that is written without blanks. */
function countWords(text: string): number {
  let [words, blank] = [0, true];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 32 && (blank || code >= 0x2e80)) words += 1;
    blank = code <= 32;
  }
  return words;
}
