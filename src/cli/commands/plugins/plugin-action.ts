import type { CommandContext } from "../../command.ts";

/** One thing that `modullm plugins` does. */
export interface PluginAction {
  /** How many words may follow its name. */
  readonly least: number;
  readonly most: number;
  /** What they are, for a message: `the name of a plugin`. */
  readonly wants: string;
  /** The exit status; throws `ModullmError` or `UsageError`. */
  run(words: readonly string[], context: CommandContext): Promise<number>;
}
