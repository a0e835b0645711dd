import type { ArgsDef } from "citty";
import { nearest } from "../core/nearest.ts";
import { type Command, type Options, UsageError } from "./command.ts";

export interface ParsedArguments {
  readonly positionals: readonly string[];
  readonly options: Options;
  readonly rest: readonly string[];
}

/** Options that every command takes, before or after its name. */
export const GLOBAL_OPTIONS = {
  "no-config-autoload": {
    type: "boolean",
    description: "Read no .env file and no config.yaml; the process environment only",
  },
  color: {
    type: "enum",
    options: ["auto", "always", "never"],
    description: "When to use colour on stderr",
  },
  json: {
    type: "boolean",
    description: "Results and errors as JSON at a terminal too; the same as --format json",
  },
  help: { type: "boolean", description: "Show help" },
  version: { type: "boolean", description: "Show the version" },
} as const satisfies ArgsDef;

/** Colour that the parser puts into its messages. */
const COLOR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");

export interface GlobalOptions {
  autoload: boolean;
  color: "auto" | "always" | "never";
  json: boolean;
  help: boolean;
  version: boolean;
  /** The first word that is no option: the command. */
  command: string | null;
  /** What is left for the command. */
  args: string[];
}

/**
 * Takes the global options out, wherever they stand before `--`. The word after an option that
 * takes a value is that value, whatever it looks like.
 * @param wantsValue whether an option of the command, as written, takes the next word
 */
export function splitGlobals(
  argv: readonly string[],
  wantsValue: (option: string) => boolean,
): GlobalOptions {
  const globals: GlobalOptions = {
    autoload: true,
    color: "auto",
    json: false,
    help: false,
    version: false,
    command: null,
    args: [],
  };
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (word === "--") {
      globals.args.push(...argv.slice(index));
      break;
    }
    if (word === "--no-config-autoload") globals.autoload = false;
    else if (word === "--help" || word === "-h") globals.help = true;
    else if (word === "--version" || word === "-V") globals.version = true;
    else if (word === "--json") globals.json = true;
    else if (word === "--no-color") globals.color = "never";
    else if (word === "--color") globals.color = readColor(argv[++index]);
    else if (word.startsWith("--color=")) globals.color = readColor(word.slice("--color=".length));
    else if (globals.command === null && !word.startsWith("-")) globals.command = word;
    else globals.args.push(...(wantsValue(word) ? argv.slice(index, ++index + 1) : [word]));
  }
  return globals;
}

/** The command's name: the first word that is no option and no option's value. */
export function commandName(argv: readonly string[]): string | null {
  const at = argv.findIndex(
    (word, index) => !word.startsWith("-") && argv[index - 1] !== "--color",
  );
  return at === -1 || argv.slice(0, at).includes("--") ? null : (argv[at] ?? null);
}

/** Options that help and completion know: those that are described. */
export function shownOptions(options: ArgsDef): readonly [string, ArgsDef[string]][] {
  return Object.entries(options).filter(([, { description }]) => description !== undefined);
}

/** Whether an option as written (`--model`, not `--model=x`) takes the next word. */
export function takesValue({ options }: Command): (option: string) => boolean {
  return (option) => {
    const type = options[option.replace(/^--?/, "")]?.type;
    return type === "string" || type === "enum";
  };
}

/**
 * Whether `--format` asks for JSON, as `--json` does; the last one counts. `ndjson` is JSON too.
 */
export function formatIsJson(args: readonly string[]): boolean {
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const given = own.flatMap((word, index) => {
    if (word === "--format") return own[index + 1] ?? [];
    return word.startsWith("--format=") ? word.slice("--format=".length) : [];
  });
  return /^(?:nd)?json$/.test(given.at(-1) ?? "");
}

/** @throws {UsageError} */
export function parseArguments(command: Command, args: readonly string[]): ParsedArguments {
  const stop = args.indexOf("--");
  const own = stop === -1 ? [...args] : args.slice(0, stop);
  const rest = stop === -1 ? [] : args.slice(stop + 1);
  if (rest.length > 0 && command.rest === undefined)
    throw new UsageError(`"${rest[0]}": nothing may follow -- here`);
  const { given, positionals } = sortWords(command.options, own);
  const values = readOptions(command.options, given);
  checkPositionals(command, positionals);
  return { positionals, rest, options: toOptions(values, own) };
}

function readOptions(definitions: ArgsDef, given: string[]): Record<string, unknown> {
  if (given.length === 0) return defaultsOf(definitions);
  // Loaded here: it is a quarter of what a command without options takes to start.
  // oxlint-disable-next-line typescript/no-require-imports -- options are read at once
  const citty = require("citty") as typeof import("citty");
  try {
    return citty.parseArgs(given, definitions);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new UsageError(message.replace(COLOR, ""));
  }
}

function defaultsOf(definitions: ArgsDef): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, definition.default]),
  );
}

/**
 * Options, each in one word, and the words that are none.
 * @throws {UsageError} for options that the command does not have, and those that lack their value
 */
function sortWords(
  definitions: ArgsDef,
  args: readonly string[],
): { given: string[]; positionals: readonly string[] } {
  const names = namesOf(definitions);
  const given: string[] = [];
  const positionals: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? "";
    if (!/^--?[A-Za-z]/.test(word)) {
      positionals.push(word);
      continue;
    }
    const name = meantBy(word, names, definitions);
    const definition = definitions[name];
    if (definition?.type === "boolean") {
      if (/=(?!true$|false$)/.test(word)) throw new UsageError(`option --${name} takes no value`);
      given.push(word);
      continue;
    }
    const value = word.includes("=") ? word.slice(word.indexOf("=") + 1) : args[++index];
    if (value === undefined) throw new UsageError(`option --${name} needs a value`);
    if (definition?.type === "enum" && definition.options?.includes(value) !== true) {
      const wanted = (definition.options ?? []).join(", ");
      throw new UsageError(`option --${name} is "${value}", but one of ${wanted} is wanted`);
    }
    given.push(`--${name}=${value}`);
  }
  return { given, positionals };
}

/** Options by all their names. */
function namesOf(definitions: ArgsDef): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, definition] of Object.entries(definitions)) {
    names.set(name, name);
    if ("alias" in definition)
      for (const alias of [definition.alias ?? []].flat()) names.set(alias, name);
  }
  return names;
}

/** @throws {UsageError} where no option is meant */
function meantBy(word: string, names: ReadonlyMap<string, string>, definitions: ArgsDef): string {
  const written = word.replace(/^--?/, "").split("=")[0] ?? "";
  const denied = written.startsWith("no-") ? written.slice("no-".length) : "";
  const name = names.get(written) ?? (definitions[denied]?.type === "boolean" ? denied : undefined);
  if (name !== undefined) return name;
  const near = nearest(written, names.keys());
  const meant = near === null ? "" : `; did you mean --${near}?`;
  throw new UsageError(`unknown option ${word.split("=")[0]}${meant}`);
}

function checkPositionals({ positionals: wanted, rest }: Command, given: readonly string[]): void {
  const missing = wanted.find(
    (positional, index) => positional.required && given[index] === undefined,
  );
  if (Array.isArray(missing?.suggest))
    throw new UsageError(`${missing.name} is missing: ${missing.suggest.join(", ")}`);
  if (missing) throw new UsageError(`${missing.name} is missing`);
  const many = wanted.some((positional) => positional.many);
  const extra = given[wanted.length];
  if (many || extra === undefined) return;
  const pair =
    rest !== undefined && extra.includes("=")
      ? `; single fields stand behind --, as in -- ${extra}`
      : "";
  throw new UsageError(`"${extra}" is one argument too many${pair}`);
}

function toOptions(values: Record<string, unknown>, args: readonly string[]): Options {
  function text(name: string): string | null {
    const value = values[name];
    return typeof value === "string" ? value : null;
  }
  return {
    text,
    // The parser keeps the last one only.
    texts: (name) =>
      args.flatMap((word, index) => {
        if (word === `--${name}`) return args[index + 1] ?? [];
        return word.startsWith(`--${name}=`) ? word.slice(name.length + 3) : [];
      }),
    // The parser takes `--no-x` for `x` denied.
    flag: (name) =>
      name.startsWith("no-") ? values[name.slice(3)] === false : values[name] === true,
    integer(name) {
      const value = text(name);
      if (value === null) return null;
      if (!/^[-+]?\d+$/.test(value.trim()))
        throw new UsageError(`option --${name} is "${value}", but an integer is wanted`);
      return Number(value);
    },
  };
}

function readColor(value: string | undefined): GlobalOptions["color"] {
  if (value === "auto" || value === "always" || value === "never") return value;
  throw new UsageError(`option --color is "${value ?? ""}", but auto, always or never is wanted`);
}
