import type { Command } from "../command.ts";
import { completionScript } from "../render/completion.ts";

export const command: Command = {
  name: "completion",
  summary: "Print a completion script for a shell",
  positionals: [{ name: "SHELL", description: "bash, zsh or fish", required: true, suggest: ["bash", "zsh", "fish"] }],
  options: {},
  examples: [
    ["modullm completion bash > ~/.local/share/bash-completion/completions/modullm", "bash"],
    ["modullm completion zsh > ~/.zfunc/_modullm", "zsh, with ~/.zfunc in fpath"],
    ["modullm completion fish > ~/.config/fish/completions/modullm.fish", "fish"],
  ],
  async run({ positionals, output }) {
    output.text(await completionScript(positionals[0] ?? ""));
    return 0;
  },
};
