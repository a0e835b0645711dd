import { GLOBAL_OPTIONS, shownOptions } from "../arguments.ts";
import type { Command, CommandTable } from "../command.ts";
import { groupOf } from "../groups.ts";

export interface OptionDescription {
  readonly name: string;
  readonly type: string;
  readonly values?: readonly string[];
  /** What its value is called in help: `PATH`, `MODEL`. */
  readonly value?: string;
  readonly default?: unknown;
  readonly description: string;
}

export interface CommandDescription {
  readonly name: string;
  readonly summary: string;
  /** What it is for: `run`, `write`, `look`, `set-up`. */
  readonly group: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly many: boolean;
    readonly description: string;
    /** What shells offer: a program (a `.rllm` file or a name), a file, a folder. */
    readonly takes?: string;
    readonly suggest?: readonly string[];
  }[];
  readonly rest: string | null;
  readonly options: readonly OptionDescription[];
  readonly examples: readonly { readonly command: string; readonly meaning: string }[];
}

/** The whole command line as data. */
export async function describeCommands(table: CommandTable): Promise<{
  global_options: OptionDescription[];
  commands: CommandDescription[];
}> {
  const commands = await Promise.all(Object.values(table).map((load) => load()));
  return {
    global_options: describeOptions(GLOBAL_OPTIONS),
    commands: commands.map((command) => describe(command, Object.keys(table))),
  };
}

function describe(command: Command, names: readonly string[]): CommandDescription {
  return {
    name: command.name,
    summary: command.summary,
    group: groupOf(command.name).name,
    arguments: command.positionals.map(
      ({ name, required, many = false, description, takes, suggest }) => ({
        name,
        required,
        many,
        description,
        ...(takes === undefined ? {} : { takes }),
        ...(suggest === undefined
          ? {}
          : { suggest: typeof suggest === "function" ? suggest(names) : suggest }),
      }),
    ),
    rest: command.rest ?? null,
    options: describeOptions(command.options),
    examples: command.examples.map(([example, meaning]) => ({ command: example, meaning })),
  };
}

function describeOptions(options: Command["options"]): OptionDescription[] {
  return shownOptions(options).map(([name, option]) => ({
    name: `--${name}`,
    type: option.type ?? "string",
    ...(option.type === "enum" ? { values: option.options ?? [] } : {}),
    ...("valueHint" in option && option.valueHint !== undefined ? { value: option.valueHint } : {}),
    ...(option.default === undefined ? {} : { default: option.default }),
    description: option.description ?? "",
  }));
}
