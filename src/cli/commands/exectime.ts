import type { Command, CommandContext } from "../command.ts";
import { asText, FORMAT_OPTION } from "../format-option.ts";
import { countOption } from "../limit-options.ts";
import { readInput } from "../run-input.ts";
import { START_OPTIONS } from "../start-options.ts";

export const command: Command = {
  name: "exectime",
  summary: "Predict how long a run takes and what it costs, from past runs",
  positionals: [
    { name: "FILE", description: "The .rllm program", required: true, takes: "program" },
  ],
  rest: "key=value pairs: single fields of the input, typed by input_schema",
  options: {
    model: {
      type: "string",
      valueHint: "MODEL",
      description: "provider/name for every program of the run",
    },
    input: {
      type: "string",
      valueHint: "JSON",
      description: "The input to predict for, as `run` takes it",
    },
    text: { type: "string", valueHint: "TEXT", description: "The input, as plain text" },
    "input-file": { type: "string", valueHint: "PATH", description: "The input, from a file" },
    format: FORMAT_OPTION,
    concurrency: START_OPTIONS.concurrency,
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
    const concurrency = countOption(options, "concurrency");
    const app = await context.app();
    const [file = ""] = context.positionals;
    const loaded = await app.load(file);
    const input = hasInput(context) ? await readInput(loaded.program.input, context) : null;
    if (input !== null) {
      const { checkInput } = await import("../../engine/stages/input.ts");
      checkInput({ loaded, input });
    }
    const { predictRun } = await import("../../insight/prediction.ts");
    const model = options.text("model");
    const prediction = await predictRun(loaded, input, app, {
      model,
      ...(concurrency === null ? {} : { concurrency }),
    });
    if (asText(context))
      output.text((await import("../render/forecast.ts")).forecastText(prediction));
    else output.json(prediction);
    return 0;
  },
};

function hasInput({ options, rest }: CommandContext): boolean {
  return (
    rest.length > 0 || ["input", "text", "input-file"].some((name) => options.text(name) !== null)
  );
}
