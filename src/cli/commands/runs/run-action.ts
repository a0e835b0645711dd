import type { CommandContext } from "../../command.ts";

/** One thing that can be done with runs; `names` is what stood behind its name. */
export type RunAction = (context: CommandContext, names: readonly string[]) => Promise<number>;
