import type { CommandContext } from "../../command.ts";

/** One thing that can be done with chats; `words` is what stood behind its name. */
export type ChatsAction = (context: CommandContext, words: readonly string[]) => Promise<number>;
