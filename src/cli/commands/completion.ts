import type { Config } from "../../config/config.ts";
import type { JsonSchema } from "../../contract/contract.ts";
import { toModullmError } from "../../core/error.ts";
import { isObject } from "../../core/json.ts";
import { type Command, type CommandContext, UsageError } from "../command.ts";

export const command: Command = {
  name: "completion",
  summary: "Print a completion script for a shell, or the names of models",
  positionals: [
    {
      name: "SHELL",
      description:
        "bash, zsh, fish or powershell; or what the scripts offer, one a line: models, chats " +
        "(by their names), fields",
      required: true,
      suggest: ["bash", "zsh", "fish", "powershell", "models", "chats"],
    },
    {
      name: "FILE",
      description: "With fields: the program whose input fields are named, as key=",
      required: false,
      takes: "program",
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
    if (shell === "chats") {
      output.text(await chatNames(context));
      return 0;
    }
    if (shell === "fields") {
      output.text(await fieldNames(context));
      return 0;
    }
    const { completionScript } = await import("../completion/script.ts");
    output.text(await completionScript(shell, commands));
    return 0;
  },
};

/** The last used first. */
async function chatNames({ app }: CommandContext): Promise<string> {
  const { openKeeper } = await import("../../chat/keeper.ts");
  const { isChatName } = await import("../../chat/names.ts");
  const { chats, tenant } = await openKeeper(await app());
  const found = (await chats?.list({ tenant })) ?? [];
  return found
    .map(({ name }) => name)
    .filter(isChatName)
    .join("\n");
}

/**
 * Names that mean nothing to a shell, each as what stands before a value. A program that can't be
 * read has none, and that is told on stderr: what stands on stdout would be offered.
 */
async function fieldNames({ positionals, locate, output }: CommandContext): Promise<string> {
  const [, file] = positionals;
  if (file === undefined) throw new UsageError("fields needs a program");
  const { readProgram } = await import("../../library/read.ts");
  let schema: JsonSchema;
  try {
    ({ schema } = (await readProgram(await locate(file))).input);
  } catch (thrown) {
    output.warn(toModullmError(thrown).message);
    return "";
  }
  const properties = isObject(schema) ? schema["properties"] : null;
  return Object.keys(isObject(properties) ? properties : {})
    .filter((name) => /^[A-Za-z_][\w.-]*$/.test(name))
    .map((name) => `${name}=`)
    .join("\n");
}

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
