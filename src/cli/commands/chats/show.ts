import { chatMarkdown, chatView } from "../../../chat/export.ts";
import { openKeeper } from "../../../chat/keeper.ts";
import { findChat } from "../../../chat/open.ts";
import { escapeInvisible, visible } from "../../../core/visible.ts";
import { writeJson } from "../../../core/json.ts";
import type { ChatRecord, ChatTurn } from "../../../store/chats.ts";
import { type Action, type CommandContext, UsageError } from "../../command.ts";
import { asText } from "../../format-option.ts";

export const show: Action = {
  least: 1,
  most: 1,
  wants: "one CHAT",
  async run([name = ""], context) {
    const { output } = context;
    const { record, turns } = await read(name, context);
    if (asText(context)) {
      const { chatText } = await import("../../render/chats.ts");
      output.text(chatText(record, turns, output));
    } else output.json(chatView(record, turns));
    return 0;
  },
};

/** The whole chat, to keep or pass on; Markdown where nothing else is said. */
export const exportChat: Action = {
  least: 1,
  most: 1,
  wants: "one CHAT",
  async run([name = ""], context) {
    const { output, options } = context;
    const form = options.text("format") ?? (output.wantsJson ? "json" : "md");
    if (form === "text") throw new UsageError("a chat is exported as md or json");
    const { record, turns } = await read(name, context);
    if (form === "md") output.text(visible(chatMarkdown(record, turns)));
    else output.text(escapeInvisible(writeJson(chatView(record, turns), 2)));
    return 0;
  },
};

async function read(
  name: string,
  { app }: CommandContext,
): Promise<{ readonly record: ChatRecord; readonly turns: readonly ChatTurn[] }> {
  const keeper = await openKeeper(await app());
  const record = await findChat(keeper, name);
  return { record, turns: (await keeper.chats?.turns(record.id)) ?? [] };
}
