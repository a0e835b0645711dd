import type { App } from "../../app.ts";
import type { LoadedProgram } from "../../library/load.ts";
import type { PredictionNode } from "../../store/exectime.ts";
import type { Command, CommandContext } from "../command.ts";
import { readInput } from "../run-input.ts";

export const command: Command = {
  name: "exectime",
  summary: "Predict how long a run takes and what it costs, from past runs",
  positionals: [{ name: "FILE", description: "The .rllm program", required: true }],
  rest: "key=value pairs: single fields of the input, typed by input_schema",
  options: {
    model: { type: "string", valueHint: "MODEL", description: "provider/name for every program of the run" },
    input: { type: "string", valueHint: "JSON", description: "The input to predict for, as `run` takes it" },
    text: { type: "string", valueHint: "TEXT", description: "The input, as plain text" },
    "input-file": { type: "string", valueHint: "PATH", description: "The input, from a file" },
  },
  examples: [
    ["modullm exectime examples/summary.rllm", "from the average of past runs"],
    [
      "modullm exectime examples/summary.rllm --input-file examples/summary.yaml",
      "for this input, from a fit on tokens",
    ],
  ],
  async run(context) {
    const { options, output } = context;
    const app = await context.app();
    const [file = ""] = context.positionals;
    const loaded = await app.load(file);
    const model = options.text("model");
    const input = hasInput(context) ? await readInput(loaded.program.input, context) : null;
    const { evidenceFrom, predict } = await import("../../store/exectime.ts");
    const store = await app.store();
    const tree = await predictionTree(loaded, model ?? app.config.defaultModel, input, app);
    output.json(predict(tree, evidenceFrom(store), { model }));
    return 0;
  },
};

function hasInput({ options, rest }: CommandContext): boolean {
  return rest.length > 0 || ["input", "text", "input-file"].some((name) => options.text(name) !== null);
}

/** The tree as the predictor takes it. Only the root's tokens are known before the run, and only with an input. */
async function predictionTree(
  loaded: LoadedProgram,
  model: string | null,
  input: unknown,
  app: App,
): Promise<PredictionNode> {
  const chosen = model ?? loaded.program.model;
  let promptTokens: number | null = null;
  if (input !== null && loaded.uses.length === 0) {
    const { dryRun } = await import("../../engine/dry-run.ts");
    promptTokens = (await dryRun(loaded, input, app.tools, model === null ? {} : { model })).prompt_tokens;
  }
  const children = await Promise.all(loaded.uses.map(({ child }) => predictionTree(child, model, null, app)));
  return { path: loaded.path, model: chosen, promptTokens, children };
}
