import type { ArgsDef } from "citty";
import type { App } from "../workspace.ts";
import type { Config } from "../config/config.ts";
import type { ModullmError } from "../core/error.ts";
import type { Output } from "./output.ts";

/** A command as data: what help, completion and the docs are made from, and what runs it. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Positional arguments, as help shows them: `FILE`, `[FILE]`, `FILE...`. */
  readonly positionals: readonly Positional[];
  /** What its first positional argument may name, where it has things of its own to do. */
  readonly actions?: Actions;
  readonly options: ArgsDef;
  /** What may follow `--`, in words; absent where nothing may. */
  readonly rest?: string;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** The exit status; throws `ModullmError` or `UsageError`. */
  run(context: CommandContext): Promise<number>;
}

/** One of the things that a command does, such as `plugins install`. */
export interface Action {
  /** How many words may follow its name. */
  readonly least: number;
  readonly most: number;
  /** What they are, for a message: `the name of a plugin`. */
  readonly wants: string;
  /** The exit status; throws `ModullmError` or `UsageError`. */
  run(words: readonly string[], context: CommandContext): Promise<number>;
}

/** Actions by their names, loaded when they are asked for. */
export type Actions = Readonly<Record<string, ListedAction>>;

export interface ListedAction {
  /** What follows its name, as help shows it. */
  readonly words: string;
  readonly summary: string;
  load(): Promise<Action>;
}

/** Every command by its name, loaded when it is called; `groups.ts` says how help orders them. */
export type CommandTable = Readonly<Record<string, () => Promise<Command>>>;

export interface Positional {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly many?: boolean;
  /**
   * What shells offer here: `.rllm` files, any files, folders, names of chats. Nothing without it
   * and without `suggest`.
   */
  readonly takes?: "program" | "file" | "folder" | "chat";
  /** The words that shells offer here, some of which may be names of commands. */
  readonly suggest?: readonly string[] | ((commands: readonly string[]) => readonly string[]);
}

export interface CommandContext {
  readonly positionals: readonly string[];
  readonly options: Options;
  /** What stood behind `--`. */
  readonly rest: readonly string[];
  /** All commands: this one among them. */
  readonly commands: CommandTable;
  readonly output: Output;
  /** A path as the user wrote it, absolute. */
  resolve(path: string): string;
  /**
   * A program as the user named it, absolute: a file, or else a name in the library. @throws
   * {ModullmError} RLLM_008
   */
  locate(program: string): Promise<string>;
  /** The configuration, without building the application. @throws {ModullmError} RLLM_018 */
  config(): Promise<Config>;
  /** The folders that library names are looked for in. */
  library(): Promise<readonly string[]>;
  /** The application, built on first use. */
  app(settings?: AppSettings): Promise<App>;
}

export interface AppSettings {
  readonly ollamaAutoPull?: boolean;
  /** @default the terminal's */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * How the user is asked whether a plugin may run; null: nobody is. @default at the terminal,
   * where there is one
   */
  readonly ask?: ((question: string) => Promise<boolean>) | null;
  /** The workspace's folder. @default the terminal's */
  readonly cwd?: string;
  /** Told what the user should know. @default it is said on stderr */
  readonly warn?: (message: string) => void;
  /** Told of each configuration file that can't be used. @default it is thrown */
  readonly onConfigFault?: (fault: ModullmError) => void;
}

/** Options of a command by name, as parsed. */
export interface Options {
  text(name: string): string | null;
  /** Every value of an option that may be repeated, in order. */
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  /** @throws {UsageError} when it is not an integer */
  integer(name: string): number | null;
}

/** The command line itself is wrong: exit 2, nothing on stdout. */
export class UsageError extends Error {}
