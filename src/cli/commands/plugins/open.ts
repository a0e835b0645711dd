import { nearest } from "../../../core/nearest.ts";
import type { LoadedPlugin } from "../../../plugin/loaded-plugin.ts";
import type { Plugins } from "../../../plugin/plugins.ts";
import { refusal } from "../../../plugin/refusal.ts";
import type { CommandContext } from "../../command.ts";

/** The plugins as the command's folder sees them. */
export async function openPlugins({ app, output }: CommandContext): Promise<Plugins> {
  const { createPlugins } = await import("../../../plugin/plugins.ts");
  const { config } = await app();
  return createPlugins({ config, cwd: output.terminal.cwd, env: output.terminal.env });
}

/** @throws {ModullmError} RLLM_019 where there is none of this name */
export async function needPlugin(
  name: string,
  action: string,
  plugins: Plugins,
): Promise<LoadedPlugin> {
  const found = await plugins.find(name);
  if (found !== null) return found;
  const near = nearest(
    name,
    (await plugins.list()).map((each) => each.name),
  );
  throw refusal(action, name, {
    reason: "there is no such plugin here",
    hint: near === null ? "`modullm plugins search` looks for one." : `Did you mean "${near}"?`,
  });
}
