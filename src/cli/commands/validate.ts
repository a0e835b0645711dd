import { type ErrorPayload, errorPayload, toModullmError } from "../../core/error.ts";
import type { App } from "../../workspace.ts";
import {
  validateProgram,
  type Validation,
  type ValidateOptions,
  type ValidateTools,
} from "../../library/validate.ts";
import type { Command, CommandContext } from "../command.ts";
import { tellFault } from "../failure.ts";
import { warningText } from "../render/warning.ts";

export const command: Command = {
  name: "validate",
  summary: "Check programs and all they use, without calling a model",
  positionals: [
    {
      name: "FILE...",
      description: "The .rllm programs",
      required: true,
      many: true,
      takes: "program",
    },
  ],
  options: {
    strict: { type: "boolean", description: "Take warnings as errors" },
    shallow: { type: "boolean", description: "Leave out what the programs use" },
  },
  examples: [
    ["modullm validate examples/summary.rllm", "one file: ok, path, name, version and warnings"],
    [
      "modullm validate --strict examples/*.rllm",
      "several files, as CI wants it: a list, exit 1 if any fails",
    ],
  ],
  async run({ positionals, options, output, locate, config, library, app }) {
    // A mistake in the configuration is one of every program that is run with it.
    await config();
    let building: Promise<App> | null = null;
    const settings: ValidateOptions & ValidateTools = {
      strict: options.flag("strict"),
      shallow: options.flag("shallow"),
      library,
      // Only programs with blocks need the sandboxes.
      lint: async (program) => await (await (building ??= app())).lintBlocks(program),
    };
    const [only = ""] = positionals;
    const results =
      positionals.length === 1
        ? [await validateProgram(await locate(only), settings)]
        : await validateAll(positionals, locate, settings);
    for (const result of results) {
      if (!result.ok || !output.terminal.stderrIsTty) continue;
      for (const { message, path, line, column } of result.warnings) {
        output.warn(
          line === null
            ? `${path}: ${message}`
            : warningText({ message, place: { path, line, column: column ?? 1, text: "" } }),
        );
      }
    }
    output.json(positionals.length === 1 ? results[0] : results);
    for (const result of results) if ("error_code" in result) tellFault(output, result);
    return results.every((result) => result.ok) ? 0 : 1;
  },
};

/** A program that can't be used, in a list of several. */
type Failed = { readonly ok: false; readonly path: string } & ErrorPayload;

async function validateAll(
  programs: readonly string[],
  locate: CommandContext["locate"],
  settings: ValidateOptions & ValidateTools,
): Promise<(Validation | Failed)[]> {
  return await Promise.all(
    programs.map(async (program) => {
      let path = program;
      try {
        path = await locate(program);
        return await validateProgram(path, settings);
      } catch (thrown) {
        return { ok: false as const, path, ...errorPayload(toModullmError(thrown)) };
      }
    }),
  );
}
