import { ModullmError } from "../../core/error.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { ModelPart, ModelRequest } from "../model.ts";
import type { ModelProvider } from "../provider.ts";
import { BASELINE } from "./name.ts";
import { fillSchema } from "./fill.ts";
import { readSource } from "./source.ts";
import { writeJson } from "../../core/json.ts";

const NAME = BASELINE.slice("builtin/".length);

/**
 * The model inside the program: rules that fill the output schema with what they find in the input.
 * It is no language model, reads no prompt and understands nothing; it needs no key, no network and
 * no download, and gives the same answer every time.
 */
export function createBaselineProvider(): ModelProvider {
  return {
    id: "builtin",
    model(name) {
      if (name === NAME)
        return { id: BASELINE, window: null, ready: () => Promise.resolve(), call: answer };
      const message =
        `Cannot use model "builtin/${name}": the only model built in is ` +
        `"${BASELINE}".${didYouMean(name, [NAME])}`;
      throw new ModullmError("RLLM_002", message, {
        details: { field: "llm.model", value: `builtin/${name}` },
      });
    },
    list: () => Promise.resolve([NAME]),
  };
}

async function* answer(
  { messages, schema, values }: ModelRequest,
  signal: AbortSignal,
): AsyncIterable<ModelPart> {
  if (signal.aborted)
    throw new ModullmError("RLLM_022", `Call of "${BASELINE}" was cancelled`, {
      details: { reason: "aborted" },
    });
  const source = readSource(
    values,
    messages.findLast(({ role }) => role === "user")?.content ?? "",
  );
  const unread =
    source.unread > 0 ? `; it left the last ${source.unread} characters of the input unread` : "";
  const message =
    `"${BASELINE}" is no language model: it filled the schema by ` +
    `rules from the input${unread}`;
  yield { type: "note", kind: "degraded", message };
  const filled = fillSchema(schema, source);
  // Where no form is asked for, a text is a text.
  const isText = Object.keys(schema).length === 0 && typeof filled === "string";
  yield { type: "text", text: isText ? filled : writeJson(filled, 2) };
  yield { type: "finish", reason: "stop", usage: null, served: BASELINE };
}
