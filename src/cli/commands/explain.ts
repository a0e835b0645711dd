import { type Command } from "../command.ts";
import { asText, FORMAT_OPTION } from "../format-option.ts";
import { START_OPTIONS } from "../start-options.ts";

export const command: Command = {
  name: "explain",
  summary: "Say what a run would do, before anybody consents to it",
  positionals: [
    { name: "FILE", description: "The .rllm program", required: true, takes: "program" },
  ],
  options: { model: START_OPTIONS.model, format: FORMAT_OPTION },
  examples: [
    ["modullm explain examples/support_pipeline.rllm", "models, tools, blocks, what leaves, cost"],
    [
      "modullm explain summary.rllm --model openai/gpt-4o-mini --json",
      "for another model, as JSON",
    ],
  ],
  async run(context) {
    const { options, output, positionals } = context;
    const [file = ""] = positionals;
    const app = await context.app();
    const { explain } = await import("../../insight/explain.ts");
    const explanation = await explain(await app.load(file), app, { model: options.text("model") });
    if (asText(context))
      output.text((await import("../render/explanation.ts")).explanationText(explanation));
    else output.json(explanation);
    return 0;
  },
};
