import { join } from "node:path";
import { setListInYaml } from "../../../config/edit-yaml.ts";
import { parseConfigFile } from "../../../config/file.ts";
import { configError } from "../../../config/file-reader.ts";
import { absoluteFolder } from "../../../config/library-path.ts";
import { loadConfig } from "../../../config/load.ts";
import { findHome } from "../../../config/paths.ts";
import { readConfigText, whyNoText } from "../../../config/text.ts";
import { cannotWrite, replaceFile } from "../../../config/write-file.ts";
import { kindOf } from "../../../library/names.ts";
import { type Action, type CommandContext, UsageError } from "../../command.ts";

export const add: Action = {
  least: 1,
  most: 100,
  wants: "folders",
  async run(words, context) {
    for (const word of words)
      if ((await kindOf(context.resolve(word))) !== "folder")
        throw new UsageError(`"${word}" is not a folder`);
    return await changeFolders(context, (folders, { absolute, written }) => {
      const there = new Set(folders.map(absolute));
      const added = new Set(words.map(written).filter((word) => !there.has(word)));
      return [...folders, ...added];
    });
  },
};

export const remove: Action = {
  least: 1,
  most: 100,
  wants: "folders",
  run: async (words, context) =>
    await changeFolders(context, (folders, { absolute, written }) => {
      const gone = new Set(words.map((word) => absolute(written(word))));
      for (const word of words)
        if (!folders.some((each) => absolute(each) === absolute(written(word))))
          throw new UsageError(`"${word}" is not one of ${folders.join(", ") || "none"}`);
      return folders.filter((each) => !gone.has(absolute(each)));
    }),
};

interface Spelling {
  /** A folder as the file has it, absolute. */
  absolute(folder: string): string;
  /** A folder of the command line as the file is to have it. */
  written(word: string): string;
}

/** Changes `library` of config.yaml; the rest of the file, and its comments, stay. */
async function changeFolders(
  context: CommandContext,
  change: (folders: readonly string[], spelling: Spelling) => readonly string[],
): Promise<number> {
  const { output, options } = context;
  const app = await context.app();
  const isProject = options.flag("project");
  const base = isProject ? context.resolve(".modullm") : app.config.paths.config;
  const path = join(base, "config.yaml");
  app.permit("write", path);
  const read = readConfigText(path);
  if (read.kind !== "text" && read.kind !== "missing") throw configError(whyNoText(read), { path });
  const text = read.kind === "text" ? read.text : "";
  const home = findHome({ env: output.terminal.env });
  const windows = process.platform === "win32";
  const before = (await parseConfigFile(text, path)).library;
  const folders = change(before, {
    absolute: (folder) => absoluteFolder(folder, { base, home, windows }),
    written: (word) => context.resolve(word),
  });
  const changed = folders.length !== before.length;
  const after = changed ? setListInYaml(text, ["library"], folders) : text;
  if (after === null)
    throw configError("the list stands where only a person can tell what is meant", { path });
  try {
    if (changed) replaceFile(path, after);
  } catch (thrown) {
    throw cannotWrite(path, thrown, "Choose another place, or change who may write there.");
  }
  if (changed) output.note(`Wrote ${path}`);
  const { env, cwd } = output.terminal;
  const { library } = await loadConfig({ env, cwd, autoload: true });
  for (const folder of folders.map((each) => absoluteFolder(each, { base, home, windows })))
    if (!library.includes(folder))
      output.warn(
        `No program is looked for in "${folder}": the project has a \`library\` of its own`,
      );
  output.json({ path, library: folders, changed });
  return 0;
}
