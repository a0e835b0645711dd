import { listServers } from "../../../mcp/look.ts";
import type { Action } from "../../command.ts";
import { asText } from "../../format-option.ts";

export const list: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, context) {
    const servers = listServers((await context.app()).config);
    if (asText(context)) {
      const { serversText } = await import("../../render/mcp.ts");
      context.output.text(serversText(servers));
    } else context.output.json({ servers });
    return 0;
  },
};
