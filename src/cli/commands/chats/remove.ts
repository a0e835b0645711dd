import { openKeeper } from "../../../chat/keeper.ts";
import { findChat } from "../../../chat/open.ts";
import { UsageError } from "../../command.ts";
import type { ChatsAction } from "./chats-action.ts";

/** Forgets chats with all their turns. */
export const remove: ChatsAction = async ({ options, output, app }, names) => {
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
};
