import { resolve } from "node:path";
import type { App } from "../workspace.ts";
import type { Config } from "../config/config.ts";
import { CODES } from "../core/codes.ts";
import { toModullmError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";
import { createRedactor } from "../redaction/redactor.ts";
import { VERSION } from "../core/version.ts";
import { isProgramPath } from "../library/program-path.ts";
import {
  commandName,
  formatIsJson,
  type GlobalOptions,
  parseArguments,
  splitGlobals,
  takesValue,
} from "./arguments.ts";
import {
  type AppSettings,
  type Command,
  type CommandContext,
  type Options,
  UsageError,
} from "./command.ts";
import { createAsk } from "./ask.ts";
import { exitStatus, tellFailure } from "./failure.ts";
import { createOutput, type Output, type Terminal } from "./output.ts";
import { COMMANDS } from "./table.ts";

/**
 * The command line: arguments in, exit status out. Everything it reaches is in `terminal`, so that
 * a test drives it in process.
 */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  return exitStatus(terminal, await runCommand(argv, terminal));
}

async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  let output = createOutput(terminal, createRedactor([]));
  const apps: App[] = [];
  let command: Command | null = null;
  try {
    const name = commandName(argv);
    command = name === null ? null : await findCommand(name);
    const globals = splitGlobals(argv, command === null ? () => false : takesValue(command));
    const json = globals.json || formatIsJson(globals.args);
    output = createOutput(terminal, output.redactor, { color: globals.color, json });
    if (globals.version) return say(output, VERSION);
    if (command === null) return await overview(globals, output);
    if (globals.help) return say(output, (await import("./render/help.ts")).commandHelp(command));
    const parsed = parseArguments(command, globals.args);
    if (globals.json) refuseOtherFormat(parsed.options);
    const resolvePath = (path: string) => resolve(terminal.cwd, path);
    const app = appMaker(terminal, globals, output, apps);
    const config = configReader(terminal, globals, apps);
    const library = async () => {
      const { withInstalled } = await import("../library/packages.ts");
      return (await withInstalled(await config())).library;
    };
    const locate = (program: string) => locateProgram(program, terminal.cwd, library);
    return await command.run({
      ...parsed,
      commands: COMMANDS,
      output,
      resolve: resolvePath,
      locate,
      config,
      library,
      app,
    });
  } catch (thrown) {
    // Nobody is left who could be told.
    if (terminal.interruptedBy?.() === "SIGPIPE") return 1;
    if (thrown instanceof UsageError) return usageError(output, thrown, command);
    const error = toModullmError(thrown);
    await tellFailure(output, error);
    return CODES[error.code].exit;
  } finally {
    // The command has ended as it has; what was left behind is no failure of it.
    for (const app of apps)
      await app.close().catch((thrown: unknown) => output.warn(messageOf(thrown)));
  }
}

async function findCommand(name: string): Promise<Command> {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load) return await load();
  const near = nearest(name, Object.keys(COMMANDS));
  throw new UsageError(
    `unknown command "${name}"${near === null ? "" : `; did you mean "${near}"?`}`,
  );
}

async function overview(globals: GlobalOptions, output: Output): Promise<number> {
  const [unknown] = globals.args;
  if (unknown !== undefined) throw new UsageError(`unknown option ${unknown}`);
  const { overviewHelp } = await import("./render/help.ts");
  return say(output, await overviewHelp(COMMANDS));
}

function refuseOtherFormat(options: Options): void {
  const format = options.text("format") ?? "json";
  if (format !== "json")
    throw new UsageError(`--json and --format ${format} can't be used together`);
}

/** Only what is no path needs the configuration, and what reads programs. */
async function locateProgram(
  program: string,
  cwd: string,
  library: CommandContext["library"],
): Promise<string> {
  const { realFile } = await import("../library/real-file.ts");
  if (isProgramPath(program)) return await realFile(resolve(cwd, program));
  const names = await import("../library/names.ts");
  return await realFile(await names.locateProgram(program, { cwd, library }));
}

/** Reads the configuration once; where there is an application, it is that one's. */
function configReader(
  { env, cwd }: Terminal,
  { autoload }: GlobalOptions,
  apps: readonly App[],
): CommandContext["config"] {
  let reading: Promise<Config> | null = null;
  async function read(): Promise<Config> {
    const { loadConfig } = await import("../config/load.ts");
    return await loadConfig({ env, cwd, autoload });
  }
  return async () => apps[0]?.config ?? (await (reading ??= read()));
}

/**
 * One application a process, made when a command first asks; what it knows of secrets is known to
 * the output at once.
 */
function appMaker(
  terminal: Terminal,
  globals: GlobalOptions,
  output: Output,
  made: App[],
): CommandContext["app"] {
  return async (settings: AppSettings = {}) => {
    const warn = (message: string) => output.warn(message);
    const { createApp } = await import("../app.ts");
    const app = await createApp({
      env: terminal.env,
      cwd: terminal.cwd,
      autoload: globals.autoload,
      warn,
      ask: createAsk(output),
      ...(terminal.policy === undefined ? {} : { policy: terminal.policy }),
      ...settings,
    });
    output.redactor = app.redactor;
    made.push(app);
    return app;
  };
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function say(output: Output, text: string): number {
  output.text(text);
  return 0;
}

function usageError(output: Output, error: UsageError, command: Command | null): number {
  const name = command === null ? "modullm" : `modullm ${command.name}`;
  output.note(`${name}: ${error.message}\nTry "${name} --help".`);
  return 2;
}
