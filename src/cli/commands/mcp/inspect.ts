import { lookAt, type ServerLook } from "../../../mcp/look.ts";
import { permitServer } from "../../../mcp/tools.ts";
import type { App } from "../../../workspace.ts";
import type { Action } from "../../command.ts";
import { asText } from "../../format-option.ts";
import { interruptible } from "./interruptible.ts";

export const inspect: Action = {
  least: 1,
  most: 1,
  wants: "the name of a server",
  async run([name = ""], context) {
    return await interruptible(context, async (app, signal) => {
      const look = await lookWith(app, name, signal);
      if (asText(context)) {
        const { lookText } = await import("../../render/mcp.ts");
        context.output.text(lookText(look));
      } else context.output.json(shown(look));
      return 0;
    });
  },
};

/** Starts or reaches a server, where the policy lets the user. */
export async function lookWith(app: App, name: string, signal: AbortSignal): Promise<ServerLook> {
  const servers = await app.mcp();
  permitServer(name, servers.config(name), app.permit);
  return await lookAt(name, { servers, paths: app.config.paths, signal });
}

/** Keys are a contract. */
function shown({ name, protocol, tools, isKnown, changes }: ServerLook): object {
  const added = new Set(changes.added.map((tool) => tool.name));
  const changed = new Set(changes.changed.map(({ after }) => after.name));
  return {
    name,
    protocol,
    trusted: isKnown && added.size + changed.size + changes.removed.length === 0,
    tools: tools.map((tool) => ({
      name: tool.name,
      description: tool.description,
      input_schema: tool.input,
      output_schema: tool.output,
      state: changed.has(tool.name) ? "changed" : added.has(tool.name) ? "new" : "trusted",
      fault: tool.fault,
    })),
    removed: changes.removed.map((tool) => tool.name),
  };
}
