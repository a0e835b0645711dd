import { VERSION } from "../../core/version.ts";
import { GLOBAL_OPTIONS, shownOptions } from "../arguments.ts";
import type { Actions, Command, CommandTable } from "../command.ts";
import { GROUPS } from "../groups.ts";

const TAGLINE = "LLM steps as dependable as functions";

/** What `modullm` and `modullm --help` print. */
export async function overviewHelp(commands: CommandTable): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const width = Math.max(...all.map((command) => usage(command).length));
  return [
    `modullm ${VERSION}: ${TAGLINE}`,
    "",
    "Usage: modullm COMMAND [OPTIONS]",
    "",
    ...GROUPS.flatMap(({ title, commands: names }) => [
      `${title}:`,
      ...names
        .flatMap((name) => all.find((command) => command.name === name) ?? [])
        .map((command) => `  ${usage(command).padEnd(width)}  ${command.summary}`),
      "",
    ]),
    "Everywhere:",
    ...optionLines(GLOBAL_OPTIONS),
    "",
    "Results go to stdout, as JSON but where a terminal gets text; everything else goes to stderr.",
    "Exit status: 0 done, 1 an error (in a pipe: JSON on stdout, a line on stderr), 2 wrong usage,",
    "130 interrupted, 143 ended by SIGTERM, 141 when nobody reads stdout any more.",
    "",
    "First steps:",
    "  modullm onboard             a model, then a first program",
    "  modullm new NAME            a program without questions",
    "  modullm help rllm           the language",
    "  modullm help agents         all that a coding agent needs",
    "  modullm help                other topics",
    "  modullm run --help          one command",
  ].join("\n");
}

/** What `modullm COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const lines = [
    command.summary,
    "",
    `Usage: modullm ${usage(command)} [OPTIONS]${command.rest === undefined ? "" : " [-- …]"}`,
  ];
  if (command.positionals.length > 0) {
    const width = Math.max(...command.positionals.map((positional) => positional.name.length));
    lines.push(
      "",
      "Arguments:",
      ...command.positionals.map(
        ({ name, description }) => `  ${name.padEnd(width)}  ${description}`,
      ),
    );
    if (command.rest !== undefined) lines.push(`  ${"--".padEnd(width)}  ${command.rest}`);
  }
  if (command.actions !== undefined) lines.push("", "Actions:", ...actionLines(command.actions));
  if (Object.keys(command.options).length > 0)
    lines.push("", "Options:", ...optionLines(command.options));
  lines.push("", "Everywhere:", ...optionLines(GLOBAL_OPTIONS));
  if (command.examples.length > 0) {
    lines.push(
      "",
      "Examples:",
      ...command.examples.flatMap(([example, meaning]) => [`  ${example}`, `      ${meaning}`]),
    );
  }
  return lines.join("\n");
}

export function usage(command: Command): string {
  return [
    command.name,
    ...command.positionals.map(({ name, required }) => (required ? name : `[${name}]`)),
  ].join(" ");
}

function actionLines(actions: Actions): string[] {
  return columns(
    Object.entries(actions).map(([name, { words, summary }]) => ({
      left: `${name} ${words}`,
      right: summary,
    })),
  );
}

/**
 * Values up to this many columns stand behind their option; longer lists follow the description.
 */
const MOST_VALUES = 40;

function optionLines(options: Command["options"]): string[] {
  const rows = shownOptions(options).map(([name, option]) => {
    const values = option.type === "enum" ? (option.options ?? []) : [];
    const short = values.join("|").length <= MOST_VALUES ? values.join("|") : "VALUE";
    const hint = "valueHint" in option ? option.valueHint : undefined;
    const value = values.length > 0 ? short : (hint ?? "VALUE");
    return {
      left: option.type === "boolean" ? `--${name}` : `--${name} ${value}`,
      right: `${option.description ?? ""}${short === "VALUE" ? `: ${values.join(", ")}` : ""}`,
    };
  });
  return columns(rows);
}

function columns(rows: readonly { readonly left: string; readonly right: string }[]): string[] {
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`);
}
