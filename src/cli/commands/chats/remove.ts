import { openKeeper } from "../../../chat/keeper.ts";
import { findChat } from "../../../chat/open.ts";
import { type Action, UsageError } from "../../command.ts";

/** Forgets chats with all their turns. */
export const remove: Action = {
  least: 0,
  most: Number.POSITIVE_INFINITY,
  wants: "CHATs, or --all",
  async run(names, { options, output, app }) {
    const isAll = options.flag("all");
    if (isAll === names.length > 0) throw new UsageError("`chats rm` takes CHATs, or --all");
    const workspace = await app();
    workspace.permit("manage", "chats");
    const keeper = await openKeeper(workspace);
    // All are looked for before the first one goes.
    const found = isAll
      ? ((await keeper.chats?.list({ tenant: keeper.tenant })) ?? [])
      : await Promise.all(names.map((name) => findChat(keeper, name)));
    const removed = (await keeper.chats?.remove(found.map(({ id }) => id))) ?? 0;
    output.json({ removed });
    return 0;
  },
};
