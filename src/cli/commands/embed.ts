import type { Purpose } from "../../model/embedder.ts";
import type { Command } from "../command.ts";
import { countOption } from "../limit-options.ts";
import { textLines } from "../text-lines.ts";
import { VECTOR_OPTIONS, vectorWork } from "../vector-work.ts";

export const command: Command = {
  name: "embed",
  summary: "Turn each line of stdin into a vector",
  positionals: [],
  options: {
    model: {
      type: "string",
      valueHint: "EMBEDDER",
      description: "provider/name (default: embedder of config.yaml, else builtin/lexical)",
    },
    dimensions: {
      type: "string",
      valueHint: "N",
      description: "How many numbers a vector is to have, where the model lets one choose",
    },
    purpose: {
      type: "enum",
      options: ["document", "query"],
      default: "document",
      description: "What the vectors are for, where the model makes a difference",
    },
    ...VECTOR_OPTIONS,
  },
  examples: [
    [
      "modullm embed --model openai/text-embedding-3-small < lines.txt > vectors.jsonl",
      'a line {"index":0,"embedding":[…]} for each line',
    ],
    ["printf 'to be\\nnot to be\\n' | modullm embed", "without a model: by words alone"],
  ],
  async run(context) {
    const { options, output } = context;
    const dimensions = countOption(options, "dimensions");
    const purpose = options.text("purpose") as Purpose;
    await vectorWork(context, "embedder", async ({ app, given, progress }) => {
      const lines = textLines(output.terminal);
      for await (const embedded of app.embed(lines, { ...given, dimensions, purpose })) {
        progress.count++;
        if (output.terminal.stdoutIsTty) progress.clear();
        output.line(embedded);
      }
    });
    return 0;
  },
};
