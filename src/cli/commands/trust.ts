import type { Command } from "../command.ts";

export const command: Command = {
  name: "trust",
  summary: "Let a folder's .env and .modullm/config.yaml say what the user's own may",
  positionals: [
    {
      name: "FOLDER",
      description: "The folder; the current one without it",
      required: false,
      takes: "folder",
    },
  ],
  options: {
    list: { type: "boolean", description: "Show the folders that are trusted" },
    remove: { type: "boolean", description: "Trust the folder no longer" },
  },
  examples: [
    ["modullm trust", "trust the current folder"],
    ["modullm trust --list", "show what is trusted"],
    ["modullm trust ~/project --remove", "take it back"],
  ],
  async run({ positionals, options, output, app, resolve }) {
    const { config, permit } = await app();
    const { paths } = config;
    const { trustedFolders, trustFolder, untrustFolder } = await import("../../config/trust.ts");
    const folder = resolve(positionals[0] ?? ".");
    if (!options.flag("list") || options.flag("remove")) permit("manage", "trust");
    if (options.flag("remove"))
      output.json({ folder, trusted: false, changed: untrustFolder(paths, folder) });
    else if (options.flag("list")) output.json({ folders: trustedFolders(paths) });
    else output.json({ folder: trustFolder(paths, folder), trusted: true });
    return 0;
  },
};
