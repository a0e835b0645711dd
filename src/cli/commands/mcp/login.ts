import { logInTo } from "../../../mcp/log-in.ts";
import { removeLogin } from "../../../mcp/oauth/logins.ts";
import { permitServer } from "../../../mcp/tools.ts";
import type { Action } from "../../command.ts";
import { asText } from "../../format-option.ts";
import { openPage } from "../../open-page.ts";
import type { Output } from "../../output.ts";
import { interruptible } from "./interruptible.ts";

export const login: Action = {
  least: 1,
  most: 1,
  wants: "the name of a server",
  async run([name = ""], context) {
    const { options, output } = context;
    return await interruptible(context, async (app, signal) => {
      app.permit("manage", "mcp.login");
      const servers = await app.mcp();
      const server = servers.config(name);
      permitServer(name, server, app.permit);
      const { config, redactor } = app;
      const made = await logInTo(name, server, {
        place: { config, redactor },
        scope: options.text("scope"),
        signal,
        browse: (page) => browse(page, output, { opens: !options.flag("no-browser") }),
      });
      const said = {
        name,
        logged_in: made !== null,
        scope: made?.token.scope ?? null,
        expires: made?.token.expires == null ? null : new Date(made.token.expires).toISOString(),
      };
      const text = made === null ? `"${name}" asks for no login.` : `Logged in at "${name}".`;
      if (asText(context)) output.text(text);
      else output.json(said);
      return 0;
    });
  },
};

export const logout: Action = {
  least: 1,
  most: 1,
  wants: "the name of a server",
  async run([name = ""], context) {
    const app = await context.app();
    app.permit("manage", "mcp.logout");
    (await app.mcp()).config(name);
    const changed = removeLogin(app.config.paths, name);
    const text = changed ? `Forgot the login at "${name}".` : `There was no login at "${name}".`;
    if (asText(context)) context.output.text(text);
    else context.output.json({ name, logged_in: false, changed });
    return 0;
  },
};

/** The address is shown whatever opens it: the browser may be on another machine. */
async function browse(page: URL, output: Output, { opens }: { opens: boolean }): Promise<void> {
  output.note(`Log in at:\n  ${page.href}`);
  if (opens && output.terminal.stderrIsTty) await openPage(page, output.terminal.env);
}
