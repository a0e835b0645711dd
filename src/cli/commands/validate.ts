import { statSync } from "node:fs";
import { type ErrorPayload, errorPayload, toModullmError } from "../../core/error.ts";
import type { App } from "../../workspace.ts";
import {
  createValidator,
  validateProgram,
  type Validation,
  type ValidateOptions,
  type ValidateTools,
} from "../../library/validate.ts";
import { realFile } from "../../library/real-file.ts";
import { programsBelow } from "../../library/scan.ts";
import type { Command, CommandContext } from "../command.ts";
import { tellFault } from "../failure.ts";
import { warningText } from "../render/warning.ts";

export const command: Command = {
  name: "validate",
  summary: "Check programs and all they use, without calling a model",
  positionals: [
    {
      name: "FILE...",
      description: "The .rllm programs, or folders of them",
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
    ["modullm validate examples", "all programs below a folder"],
  ],
  async run({ positionals, options, output, locate, config, library, app, resolve }) {
    // A mistake in the configuration is one of every program that is run with it.
    await config();
    let building: Promise<App> | null = null;
    const settings: ValidateOptions & ValidateTools = {
      strict: options.flag("strict"),
      shallow: options.flag("shallow"),
      library,
      // Only programs with blocks, or tools of servers and APIs, need the application.
      lint: async (program) => await (await (building ??= app())).lintBlocks(program),
      known: async (entry, at) => await (await (building ??= app())).knownTools(entry, at),
    };
    const [name = ""] = positionals;
    const only = positionals.length === 1 ? await filesOf(name, locate, resolve) : null;
    const isOne = typeof only === "string";
    const results = isOne
      ? [await validateProgram(only, settings)]
      : await validateAll(only ?? positionals, (each) => filesOf(each, locate, resolve), settings);
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
    output.json(isOne ? results[0] : results);
    for (const result of results) if ("error_code" in result) tellFault(output, result);
    return results.every((result) => result.ok) ? 0 : 1;
  },
};

/** What a name of the command line stands for: one program, or all of a folder. */
async function filesOf(
  name: string,
  locate: CommandContext["locate"],
  resolve: CommandContext["resolve"],
): Promise<string | readonly string[]> {
  const path = resolve(name);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return await programsBelow(path);
  return await locate(name);
}

/** A program that can't be used, in a list of several. */
type Failed = { readonly ok: false; readonly path: string } & ErrorPayload;

/** One after the other: what the first one has read, the next one finds. */
async function validateAll(
  names: readonly string[],
  files: (name: string) => Promise<string | readonly string[]>,
  settings: ValidateOptions & ValidateTools,
): Promise<(Validation | Failed)[]> {
  const found = await Promise.all(
    names.map(async (name) => {
      const paths = await files(name).catch((thrown: unknown) => failed(name, thrown));
      return typeof paths === "string" || Array.isArray(paths) ? [paths].flat() : [paths];
    }),
  );
  const places = await Promise.all(
    found.flat().map((each) => (typeof each === "string" ? realFile(each) : each)),
  );
  const own = new Set(places.filter((place) => typeof place === "string"));
  const validator = createValidator(settings, own);
  const results: (Validation | Failed)[] = [];
  for (const place of places)
    results.push(
      typeof place === "string"
        ? await validator.validate(place).catch((thrown: unknown) => failed(place, thrown))
        : place,
    );
  return results;
}

function failed(path: string, thrown: unknown): Failed {
  return { ok: false, path, ...errorPayload(toModullmError(thrown)) };
}
