import { stat } from "node:fs/promises";
import type { Manifest } from "../../../../plugins/sdk/protocol.ts";
import { ModullmError } from "../../../core/error.ts";
import { isObject, type JsonObject, parseJson, writeJson } from "../../../core/json.ts";
import { testPlugin } from "../../../plugin/conformance/suite.ts";
import { type LoadedManifest, readManifest, startCommand } from "../../../plugin/manifest.ts";
import { ALWAYS_GIVEN } from "../../../process/environment.ts";
import type { ProcessCommand } from "../../../process/process.ts";
import { usable } from "../../../plugin/loaded-plugin.ts";
import { notTrusted } from "../../../plugin/refusal.ts";
import { checkSettings } from "../../../plugin/settings.ts";
import { readVariables } from "../../../plugin/variables.ts";
import { type Action, type CommandContext, UsageError } from "../../command.ts";
import { createLiveLine } from "../../render/live-line.ts";
import { reportTable } from "../../render/plugin-report.ts";
import { needPlugin, openPlugins } from "./open.ts";

export const action: Action = {
  least: 0,
  most: 100,
  wants: "a plugin's name, its folder, or a command",
  async run(words, context) {
    const { options, output } = context;
    const subject = await findSubject(words, context);
    const { permit } = await context.app();
    permit("call-tool", subject.name, { kind: "plugin", consent: true });
    const interrupt = new AbortController();
    const disarm = output.terminal.onInterrupt(() =>
      interrupt.abort(
        new ModullmError("RLLM_022", "Stopped the checks: they were interrupted", {
          details: { reason: "interrupted" },
        }),
      ),
    );
    const line = createLiveLine(output);
    const seconds = options.integer("timeout");
    try {
      const report = await testPlugin(
        subject.command,
        {
          manifest: subject.manifest,
          settings: subject.settings,
          model: options.text("model"),
          embedModel: options.text("embed-model"),
          rerankModel: options.text("rerank-model"),
          only: options.text("only") ?? "",
          ...(seconds === null ? {} : { patience: seconds * 1000 }),
          signal: interrupt.signal,
        },
        ({ id }, at, of) => {
          if (output.terminal.stderrIsTty) line.draw(`${at} of ${of} checks: ${id}`);
        },
      );
      line.clear();
      if (!output.forPeople) output.json(report);
      else output.text(reportTable(report, { color: output.color }));
      return report.ok ? 0 : 1;
    } finally {
      line.clear();
      disarm();
    }
  },
};

interface Subject {
  /** By which the policy knows it: a plugin's name, or the program that is started. */
  readonly name: string;
  readonly command: ProcessCommand;
  readonly manifest: Manifest | null;
  readonly settings: JsonObject;
}

/**
 * A folder and a command are what the user has written and asks to run; an installed plugin needs
 * the yes that every start does.
 */
async function findSubject(words: readonly string[], context: CommandContext): Promise<Subject> {
  const { rest, resolve, options, app } = context;
  const [first, ...more] = [...words, ...rest];
  if (first === undefined)
    throw new UsageError("test needs a plugin's name, its folder, or a command");
  const settings = readSettings(options.text("settings"));
  const single = rest.length === 0 && more.length === 0;
  const isFolder = await stat(resolve(first)).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (single && isFolder) {
    const loaded = await readManifest(resolve(first));
    const { config } = await app();
    return await subjectOf(loaded, settings ?? config.plugins[loaded.manifest.name] ?? {}, context);
  }
  if (!single || /[/\\]/.test(first))
    return {
      name: first,
      command: commandOf(first, more, context),
      manifest: null,
      settings: settings ?? {},
    };
  const plugin = await needPlugin(first, "test", await openPlugins(context));
  const { loaded } = usable(plugin, "test");
  const { name, examination } = plugin;
  if (examination.trust !== "trusted") {
    const hint =
      `\`modullm plugins info ${name}\` shows what it is; \`modullm plugins trust ${name}\` ` +
      "says yes.";
    throw notTrusted("test", name, {
      reason: examination.reason ?? "you have not trusted it yet",
      hint,
    });
  }
  return await subjectOf(loaded, settings ?? (await app()).config.plugins[name] ?? {}, context);
}

async function subjectOf(
  loaded: LoadedManifest,
  settings: JsonObject,
  { app, output }: CommandContext,
): Promise<Subject> {
  const { manifest } = loaded;
  checkSettings(manifest, settings);
  const env = readVariables(manifest, { config: (await app()).config, env: output.terminal.env });
  return {
    name: manifest.name,
    command: startCommand(loaded, { executable: process.execPath, env }),
    manifest,
    settings,
  };
}

/**
 * A program that has no manifest gets what every plugin gets, and the variables that the user
 * names.
 */
function commandOf(
  program: string,
  args: readonly string[],
  { options, output, resolve }: CommandContext,
): ProcessCommand {
  const { env, cwd } = output.terminal;
  const names = [...ALWAYS_GIVEN, ...options.texts("env")];
  const given = names.flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]] as const],
  );
  const command = /[/\\]/.test(program) ? resolve(program) : program;
  return { command, args, env: Object.fromEntries(given), cwd };
}

/** @throws {UsageError} */
function readSettings(text: string | null): JsonObject | null {
  if (text === null) return null;
  try {
    const value: unknown = parseJson(text);
    if (isObject(value)) return value as JsonObject;
  } catch {
    // Said below, for all that is no object.
  }
  throw new UsageError(`option --settings is ${writeJson(text)}, but a JSON object is wanted`);
}
