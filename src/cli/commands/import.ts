import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import {
  type ForeignKind,
  importText,
  kindOf,
  KINDS,
  programName,
} from "../../authoring/import/import.ts";
import { cannotWrite, replaceFile } from "../../config/write-file.ts";
import { errorPayload, type ErrorPayload, toModullmError } from "../../core/error.ts";
import { inputError } from "../../program/input.ts";
import { type Command, type CommandContext, UsageError } from "../command.ts";
import { tellFault } from "../failure.ts";
import { asText, FORMAT_OPTION } from "../format-option.ts";

export const command: Command = {
  name: "import",
  summary: "Make programs of other tools' prompts",
  positionals: [
    {
      name: "FILE",
      description: ".prompt, .prompty, .prompt.yml, a template of llm, a pattern of fabric",
      required: true,
      many: true,
      takes: "file",
    },
  ],
  options: {
    from: {
      type: "enum",
      options: [...KINDS],
      description: "What the files are, where their names don't say it",
    },
    format: FORMAT_OPTION,
  },
  examples: [
    ["modullm import greeting.prompt", "writes greeting.rllm beside it"],
    ["modullm import patterns/summarize/system.md", "a pattern of fabric: summarize.rllm"],
    ["modullm import review.yaml --from llm", "a template of llm"],
  ],
  async run(context) {
    const { options, output, positionals } = context;
    const done: Done[] = [];
    for (const path of positionals)
      done.push(await importFile(context, path, options.text("from")));
    for (const each of done)
      if (each.error !== null)
        tellFault(output, { ...each.error, message: `${each.source}: ${each.error.message}` });
    if (asText(context)) output.text(done.map(textOf).join("\n"));
    else output.json(done);
    return done.every(({ error }) => error === null) ? 0 : 1;
  },
};

interface Done {
  readonly source: string;
  /** The program; null where there is none. */
  readonly path: string | null;
  readonly lost: readonly string[];
  readonly error: ErrorPayload | null;
}

async function importFile(
  context: CommandContext,
  named: string,
  from: string | null,
): Promise<Done> {
  const source = context.resolve(named);
  // The parser has held it to its list.
  const kind = (from ?? kindOf(source)) as ForeignKind | null;
  if (kind === null) throw new UsageError(`what "${named}" is, its name doesn't say: --from does`);
  try {
    const text = await readFile(source, "utf8").catch((thrown: unknown) => {
      throw inputError(source, `Cannot read "${source}": ${String(thrown)}`);
    });
    const path = join(dirname(source), `${programName(source)}.rllm`);
    const { text: program, lost } = importText(text, source, kind);
    if (existsSync(path)) throw inputError(path, `"${path}" is there, and is not written over`);
    (await context.app()).permit("write", path);
    try {
      replaceFile(path, program);
    } catch (thrown) {
      throw cannotWrite(path, thrown, "Check the rights of the folder.");
    }
    return { source: named, path: relative(context.output.terminal.cwd, path), lost, error: null };
  } catch (thrown) {
    return { source: named, path: null, lost: [], error: errorPayload(toModullmError(thrown)) };
  }
}

function textOf({ source, path, lost, error }: Done): string {
  if (error !== null) return `FAILED  ${source}: ${error.message}`;
  return [`${source} → ${path}`, ...lost.map((what) => `  not carried over: ${what}`)].join("\n");
}
