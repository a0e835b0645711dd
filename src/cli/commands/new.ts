import { join, relative } from "node:path";
import { TEMPLATE_NAMES } from "../../authoring/templates.ts";
import type { JsonObject } from "../../core/json.ts";
import { createAsk } from "../ask.ts";
import type { Command } from "../command.ts";
import { shellWord } from "../shell-word.ts";
import { writeJson } from "../../core/json.ts";

export const command: Command = {
  name: "new",
  summary:
    "Write a new program: from a template, examples of its input and output, a scaffold, or " +
    "a description",
  positionals: [
    {
      name: "NAME",
      description: "Its name, or a path: NAME.rllm is written there",
      required: true,
    },
  ],
  options: {
    template: {
      type: "enum",
      options: [...TEMPLATE_NAMES],
      description: "What it begins with",
    },
    "input-example": {
      type: "string",
      valueHint: "JSON|PATH",
      description:
        "An input, or a file that holds one: input_schema is made from it; may be repeated",
    },
    "output-example": {
      type: "string",
      valueHint: "JSON|PATH",
      description:
        "An output, or a file that holds one: output_schema is made from it; may be repeated",
    },
    scaffold: {
      type: "string",
      valueHint: "NAME|PATH",
      description: "A scaffold that `modullm onboard` has kept",
    },
    describe: {
      type: "string",
      valueHint: "TEXT",
      description: "What it is to do: a model drafts it",
    },
    model: {
      type: "string",
      valueHint: "MODEL",
      description: "provider/name that runs it, and drafts it with --describe",
    },
    force: { type: "boolean", description: "Replace files that are there already" },
  },
  examples: [
    ["modullm new complaints --template classify", "a program to change where it says so"],
    [
      'modullm new due --input-example \'{"note": "Pay by 8 May"}\' --output-example ' +
        '\'{"due": "2026-05-08"}\'',
      "contracts from examples",
    ],
    ["modullm new invoice_facts --scaffold invoices", "what an earlier program had"],
    [
      'modullm new tickets --describe "Sort tickets by team and urgency" --model openai/gpt-5-mini',
      "drafted by a model",
    ],
  ],
  async run(context) {
    const { options, output } = context;
    const { allowReplacing, readPlace, writeNewFiles } = await import("../new-files.ts");
    const { checkFiles, newProgram } = await import("../new-program.ts");
    const place = readPlace(context.positionals[0] ?? "", context);
    const [ask, force] = [createAsk(output), options.flag("force")];
    // Before a model is paid for drafts that nobody may keep.
    await allowReplacing([place.path], force, ask);
    const app = await context.app();
    // Before a model is paid, too.
    app.permit("write", place.path);
    const made = await newProgram(context, app, place.name);
    await checkFiles(app, place, made.files);
    const others = Object.keys(made.files).map((name) => join(place.folder, name));
    await allowReplacing(
      others.filter((path) => path !== place.path),
      force,
      ask,
    );
    for (const path of others) app.permit("write", path);
    const paths = writeNewFiles(place, made.files);
    const { path } = place;
    output.json({
      name: place.name,
      path,
      files: paths,
      template: made.template,
      model: made.model,
      warnings: made.warnings,
      next_steps: nextSteps(relative(output.terminal.cwd, path), made.sample),
    });
    return 0;
  },
};

/** Commands to go on with; the input is there to be replaced. */
function nextSteps(path: string, sample: JsonObject | null): readonly string[] {
  const file = shellWord(path);
  return [
    `modullm validate --strict ${file}`,
    ...(sample === null ? [] : [`modullm run ${file} --input ${shellWord(writeJson(sample))}`]),
    `modullm inspect ${file} --format typescript`,
  ];
}
