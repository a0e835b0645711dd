import { openKeeper } from "../../../chat/keeper.ts";
import { type Action, type CommandContext, UsageError } from "../../command.ts";
import { asText } from "../../format-option.ts";

export const list: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, context) {
    const { output, app } = context;
    const { chats, tenant } = await openKeeper(await app());
    const found = (await chats?.list({ tenant, ...limitOf(context) })) ?? [];
    const views = found.map(({ id, name, model, turns, program, persona, created, updated }) => ({
      id,
      name,
      model,
      turns,
      program,
      persona,
      created: new Date(created).toISOString(),
      updated: new Date(updated).toISOString(),
    }));
    if (asText(context)) output.text((await import("../../render/chats.ts")).chatsText(views));
    else output.json(views);
    return 0;
  },
};

/** Turns that hold all words of a text. */
export const search: Action = {
  least: 1,
  most: Number.POSITIVE_INFINITY,
  wants: "the words to look for",
  async run(words, context) {
    const { output, app } = context;
    const { chats, tenant } = await openKeeper(await app());
    const found = (await chats?.search(words.join(" "), { tenant, ...limitOf(context) })) ?? [];
    const finds = found.map((find) => ({ ...find, asked: new Date(find.asked).toISOString() }));
    if (asText(context)) output.text((await import("../../render/chats.ts")).findsText(finds));
    else output.json(finds);
    return 0;
  },
};

function limitOf({ options }: CommandContext): { readonly limit?: number } {
  const limit = options.integer("limit");
  if (limit !== null && limit < 1) throw new UsageError("option --limit must be at least 1");
  return limit === null ? {} : { limit };
}
