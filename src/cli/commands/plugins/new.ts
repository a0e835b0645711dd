import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findProvider } from "../../../model/providers.ts";
import { PLUGIN_NAME } from "../../../plugin/manifest-check.ts";
import { renderTemplate, TEMPLATE_KINDS, TEMPLATE_LANGUAGES } from "../../../plugin/templates.ts";
import { refusal } from "../../../plugin/refusal.ts";
import { type Action, UsageError } from "../../command.ts";

export const action: Action = {
  least: 1,
  most: 1,
  wants: "a name",
  async run([name = ""], { options, output, resolve, app }) {
    const given = options.text("lang");
    const language = TEMPLATE_LANGUAGES.find((each) => each === given);
    if (language === undefined)
      throw new UsageError(`new needs --lang ${TEMPLATE_LANGUAGES.join("|")}`);
    const kind = TEMPLATE_KINDS.find((each) => each === (options.text("kind") ?? "model"));
    if (kind === undefined) throw new UsageError(`--kind is ${TEMPLATE_KINDS.join(" or ")}`);
    if (!PLUGIN_NAME.test(name))
      throw new UsageError(
        `"${name}" can't be a plugin's name: lower-case letters, digits and -, a letter first`,
      );
    if (name === "builtin" || findProvider(name) !== null)
      throw new UsageError(
        `"${name}" is a provider already; models of a plugin with this name could not be reached`,
      );
    const folder = resolve(name);
    (await app()).permit("write", folder);
    const { files, test } = await renderTemplate({ kind, language }, { name });
    await makeFolder(folder, name);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    output.json({
      name,
      folder,
      files: Object.keys(files),
      next: [
        `modullm plugins test ./${name}`,
        `cd ${name} && ${test}`,
        `modullm plugins install ./${name}`,
      ],
    });
    return 0;
  },
};

/** @throws {ModullmError} RLLM_019 when there is something of that name */
async function makeFolder(folder: string, name: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
    const reason =
      code === "EEXIST"
        ? `"${folder}" is there already`
        : `"${folder}" can't be made (${String(code)})`;
    throw refusal("write", name, {
      reason,
      hint: "Choose another name, or another folder to be in.",
      cause: thrown,
    });
  }
}
