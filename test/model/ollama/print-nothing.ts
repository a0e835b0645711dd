import { createModels } from "../../../src/model/models.ts";
import { ask, noBaseline, outcome } from "../calls.ts";
import { settings } from "../settings.ts";

/** Calls the Ollama server at the address it is given; prints the error's code and nothing else. */
const models = createModels({
  config: settings({ environment: { OLLAMA_API_BASE: process.argv[2] ?? "" } }),
  baseline: noBaseline,
  sleep: () => Promise.resolve(),
});
const { error } = await outcome(await models.get("ollama/llama3.2"), ask());
process.stdout.write(error?.code ?? "no error");
