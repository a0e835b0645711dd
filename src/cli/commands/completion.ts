import type { Config } from "../../config/config.ts";
import { toModullmError } from "../../core/error.ts";
import type { Command, CommandContext } from "../command.ts";

export const command: Command = {
  name: "completion",
  summary: "Print a completion script for a shell, or the names of models",
  positionals: [
    {
      name: "SHELL",
      description:
        "bash, zsh, fish or powershell; or models, for the names of models that the scripts offer, one a line",
      required: true,
      suggest: ["bash", "zsh", "fish", "powershell", "models"],
    },
  ],
  options: {},
  examples: [
    [`echo 'eval "$(modullm completion bash)"' >> ~/.bashrc`, "bash, from the next shell on"],
    [`echo 'eval "$(modullm completion zsh)"' >> ~/.zshrc`, "zsh, behind the line with compinit"],
    [
      "modullm completion zsh > ~/.zfunc/_modullm",
      "zsh, the same without a start of modullm; ~/.zfunc must be in fpath",
    ],
    ["echo 'modullm completion fish | source' >> ~/.config/fish/config.fish", "fish"],
    [
      "modullm completion powershell | Out-String | Invoke-Expression",
      "PowerShell, as a line of $PROFILE",
    ],
    [
      "modullm completion models",
      "builtin/baseline, recommended, those of config.yaml, those with a key, all others",
    ],
  ],
  async run(context) {
    const { positionals, output, commands } = context;
    const [shell = ""] = positionals;
    if (shell === "models") {
      const { modelNames } = await import("../completion/models.ts");
      output.text((await modelNames(await readableConfig(context))).join("\n"));
      return 0;
    }
    const { completionScript } = await import("../completion/script.ts");
    output.text(await completionScript(shell, commands));
    return 0;
  },
};

/**
 * Whoever presses TAB wants names: a configuration that can't be read is told on stderr, and the
 * rest is offered all the same.
 */
async function readableConfig({ app, output }: CommandContext): Promise<Config | null> {
  try {
    return (await app()).config;
  } catch (thrown) {
    output.warn(toModullmError(thrown).message);
    return null;
  }
}
