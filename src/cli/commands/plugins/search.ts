import { toModullmError } from "../../../core/error.ts";
import { FetchFault } from "../../../packages/download.ts";
import { readRegistryConfig } from "../../../packages/npmrc.ts";
import { refusal } from "../../../plugin/refusal.ts";
import { searchPackages } from "../../../packages/registry.ts";
import type { Action } from "../../command.ts";
import { PLUGINS } from "../../../plugin/shelf.ts";

/** What marks a package whose plugin provides tools. */
const TOOLS_KEYWORD = "modullm-tools";

export const action: Action = {
  least: 0,
  most: 20,
  wants: "words to look for",
  async run(words, { app, output }) {
    const { env, cwd } = output.terminal;
    const workspace = await app();
    const config = readRegistryConfig({
      env,
      cwd,
      folderTrusted: workspace.config.folderTrusted,
    });
    for (const warning of config.warnings) output.warn(warning);
    const interrupt = new AbortController();
    const disarm = output.terminal.onInterrupt(() => interrupt.abort());
    try {
      const packages = await searchPackages(words.join(" "), PLUGINS.keyword, {
        config,
        fetch,
        reach: (host) => workspace.permit("network", host),
        signal: interrupt.signal,
      });
      output.json({
        packages: packages.map(({ keywords, ...about }) => ({
          ...about,
          tools: keywords.includes(TOOLS_KEYWORD),
        })),
      });
      return 0;
    } catch (thrown) {
      if (!(thrown instanceof FetchFault)) throw toModullmError(thrown);
      throw refusal("search for", words.join(" "), {
        reason: thrown.message,
        retryable: thrown.passing,
        cause: thrown,
      });
    } finally {
      disarm();
    }
  },
};
