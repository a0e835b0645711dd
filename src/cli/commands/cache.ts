import { parseDuration } from "../../core/duration.ts";
import { type Command, UsageError } from "../command.ts";

export const command: Command = {
  name: "cache",
  summary: "Show or clear the answers kept for programs that say `cache`",
  positionals: [
    { name: "ACTION", description: "stats or clear", required: true, suggest: ["stats", "clear"] },
  ],
  options: {
    older: {
      type: "string",
      valueHint: "DURATION",
      description: "With clear: only answers older than this, such as 7d",
    },
  },
  examples: [
    ["modullm cache stats", "how many answers are kept, by program, and how often they served"],
    ["modullm cache clear --older 30d", "forget what is older than a month"],
  ],
  async run({ positionals, options, output, app }) {
    const [action] = positionals;
    const older = options.text("older");
    const age = older === null ? 0 : parseDuration(older);
    if (age === null)
      throw new UsageError(
        `option --older is "${older}", but a duration such as 12h or 7d is wanted`,
      );
    if (action !== "stats" && action !== "clear")
      throw new UsageError(`"${action}" is not one of stats, clear`);
    const workspace = await app();
    if (action === "clear") workspace.permit("manage", "cache");
    const { answers } = await workspace.store();
    if (action === "stats") output.json(await answers.stats());
    else
      output.json({
        cleared: await answers.clear(older === null ? Number.MAX_SAFE_INTEGER : Date.now() - age),
      });
    return 0;
  },
};
