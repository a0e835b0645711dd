import { changedNames, writePin } from "../../../mcp/pins.ts";
import type { Action } from "../../command.ts";
import { createAsk } from "../../ask.ts";
import { asText } from "../../format-option.ts";
import { lookWith } from "./inspect.ts";
import { interruptible } from "./interruptible.ts";

/** Shows what there is to say yes to; where nobody can be asked, the command is the yes. */
export const trust: Action = {
  least: 1,
  most: 1,
  wants: "the name of a server",
  async run([name = ""], context) {
    return await interruptible(context, async (app, signal) => {
      app.permit("manage", "mcp.trust");
      const look = await lookWith(app, name, signal);
      const names = changedNames(look.changes);
      const { changesText } = await import("../../render/mcp.ts");
      if (names.length > 0) context.output.note(changesText(look));
      const ask =
        context.options.flag("yes") || names.length === 0 ? null : createAsk(context.output);
      const isYes =
        ask === null || (await ask(`Let models call the tools of "${name}" as they are now?`));
      if (isYes) writePin(app.config.paths, name, look.tools);
      const { added, changed, removed } = look.changes;
      const said = {
        name,
        trusted: isYes,
        tools: look.tools.length,
        added: added.map((tool) => tool.name),
        changed: changed.map(({ after }) => after.name),
        removed: removed.map((tool) => tool.name),
      };
      if (asText(context)) context.output.text(textOf(said));
      else context.output.json(said);
      return isYes ? 0 : 1;
    });
  },
};

function textOf({
  name,
  trusted,
  tools,
}: {
  name: string;
  trusted: boolean;
  tools: number;
}): string {
  return trusted
    ? `Models may call the ${tools} tools of "${name}" that a program names.`
    : `Nothing was changed: models can't call the tools of "${name}".`;
}
