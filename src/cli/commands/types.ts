import { relative } from "node:path";
import { cannotWrite, replaceFile } from "../../config/write-file.ts";
import {
  ENDINGS,
  type Language,
  LANGUAGES,
  type Signature,
  signaturesText,
} from "../../authoring/signatures.ts";
import type { LoadedProgram } from "../../library/load.ts";
import { type Command, type CommandContext } from "../command.ts";

export const command: Command = {
  name: "types",
  summary: "Write typed signatures of programs",
  positionals: [
    {
      name: "FILE",
      description: "The .rllm programs",
      required: true,
      many: true,
      takes: "program",
    },
  ],
  options: {
    lang: { type: "enum", options: [...LANGUAGES], default: "ts", description: "The language" },
    write: {
      type: "boolean",
      description:
        "Write a file beside each program: NAME.d.rllm.ts, NAME_types.py, NAME.types.json",
    },
  },
  examples: [
    ["modullm types examples/summary.rllm", "TypeScript, to stdout"],
    ["modullm types examples/summary.rllm --write", "for import summarise from './summary.rllm'"],
    ["modullm types examples/summary.rllm --lang python > summary_types.py", "TypedDicts"],
  ],
  async run(context) {
    const { options, output, positionals } = context;
    const app = await context.app();
    // The parser has held it to its list.
    const language = options.text("lang") as Language;
    const loaded: LoadedProgram[] = [];
    for (const file of positionals) loaded.push(await app.load(file));
    if (options.flag("write")) return await writeAll(context, loaded, language);
    output.text(signaturesText(loaded.map(signatureOf), language));
    return 0;
  },
};

function signatureOf({ program }: LoadedProgram): Signature {
  const { name, description, input, output } = program;
  return { name, description, input: input.schema, output: output.schema };
}

async function writeAll(
  context: CommandContext,
  programs: readonly LoadedProgram[],
  language: Language,
): Promise<number> {
  const app = await context.app();
  const written: string[] = [];
  for (const loaded of programs) {
    const path = loaded.path.replace(/\.rllm$/, "") + ENDINGS[language];
    app.permit("write", path);
    try {
      replaceFile(path, signaturesText([signatureOf(loaded)], language));
    } catch (thrown) {
      throw cannotWrite(path, thrown, "Check the rights of the folder.");
    }
    written.push(relative(context.output.terminal.cwd, path));
  }
  context.output.json({ written });
  return 0;
}
