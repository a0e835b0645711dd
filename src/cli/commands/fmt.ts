import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { cannotWrite, replaceFile } from "../../config/write-file.ts";
import { errorPayload, type ErrorPayload, toModullmError, withDetails } from "../../core/error.ts";
import { programsBelow } from "../../library/scan.ts";
import { inputError } from "../../program/input.ts";
import { type Command, type CommandContext, UsageError } from "../command.ts";
import { tellFault } from "../failure.ts";
import { asText, FORMAT_OPTION } from "../format-option.ts";
import { stdinText } from "../run-input.ts";

export const command: Command = {
  name: "fmt",
  summary: "Write programs in one form; comments and meaning stay",
  positionals: [
    {
      name: "PATH",
      description: "Programs or folders (default: this folder); - formats stdin to stdout",
      required: false,
      many: true,
      takes: "program",
    },
  ],
  options: {
    check: {
      type: "boolean",
      description: "Change nothing; exit 1 where something would be changed",
    },
    format: FORMAT_OPTION,
  },
  examples: [
    ["modullm fmt", "every program below this folder"],
    ["modullm fmt --check examples", "for a CI system"],
    ["modullm fmt - < draft.rllm", "for an editor"],
  ],
  async run(context) {
    const { options, output, positionals } = context;
    if (!positionals.includes("-")) return await formatAll(context);
    if (positionals.length > 1) throw new UsageError("- stands alone");
    const { formatProgram } = await import("../../authoring/format.ts");
    const text = await stdinText(context);
    const formatted = formatProgram(text);
    if (options.flag("check")) return formatted === text ? 0 : 1;
    output.text(formatted);
    return 0;
  },
};

interface Formatted {
  readonly changed: string[];
  readonly unchanged: string[];
  readonly failed: { readonly path: string; readonly error: ErrorPayload }[];
}

async function formatAll(context: CommandContext): Promise<number> {
  const { options, output, positionals } = context;
  const check = options.flag("check");
  const done: Formatted = { changed: [], unchanged: [], failed: [] };
  for (const path of await pathsOf(context, positionals.length > 0 ? positionals : ["."])) {
    const shown = relative(output.terminal.cwd, path) || path;
    try {
      ((await formatFile(context, path, check)) ? done.changed : done.unchanged).push(shown);
    } catch (thrown) {
      const error = errorPayload(withDetails(toModullmError(thrown), { path: shown }));
      done.failed.push({ path: shown, error });
      tellFault(output, { ...error, message: `${shown}: ${error.message}` });
    }
  }
  if (asText(context)) output.text(textOf(done, check));
  else output.json({ ...done, unchanged: done.unchanged.length });
  return done.failed.length > 0 || (check && done.changed.length > 0) ? 1 : 0;
}

async function pathsOf(
  { resolve }: CommandContext,
  named: readonly string[],
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const path of named.map(resolve)) {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    paths.push(...(isFolder ? await programsBelow(path) : [path]));
  }
  return paths;
}

/** @returns whether it is, or would be, changed */
async function formatFile(context: CommandContext, path: string, check: boolean): Promise<boolean> {
  const { formatProgram } = await import("../../authoring/format.ts");
  const text = await readFile(path, "utf8").catch((thrown: unknown) => {
    throw inputError(path, `Cannot read "${path}": ${String(thrown)}`);
  });
  const formatted = formatProgram(text);
  if (formatted === text) return false;
  if (check) return true;
  (await context.app()).permit("write", path);
  try {
    replaceFile(path, formatted);
  } catch (thrown) {
    throw cannotWrite(path, thrown, "Check the rights of the file and its folder.");
  }
  return true;
}

function textOf({ changed, unchanged, failed }: Formatted, check: boolean): string {
  const verb = check ? "would change" : "changed";
  const lines = [
    ...changed.map((path) => `${verb}  ${path}`),
    ...failed.map(({ path, error }) => `FAILED  ${path}: ${error.message}`),
    `${changed.length} ${verb}, ${unchanged.length} as they should be, ${failed.length} failed`,
  ];
  return lines.join("\n");
}
