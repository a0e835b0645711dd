import { parseConfigFile } from "../../../config/file.ts";
import { readConfigText } from "../../../config/text.ts";
import { cannotWrite, replaceFile } from "../../../config/write-file.ts";
import { type Action, UsageError } from "../../command.ts";
import { findEditor, openEditor } from "../../onboarding/editor.ts";
import { appForRepair, changedFile } from "./changed-file.ts";

/** Opens the file in the user's editor, and says afterwards what is wrong with it. */
export const edit: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, context) {
    const { terminal } = context.output;
    // The system's own editor would wait for keys that nobody presses.
    const own = terminal.env["VISUAL"]?.trim() || terminal.env["EDITOR"]?.trim();
    const editor = own || (terminal.stdinIsTty === true ? findEditor(terminal.env, "", 0) : null);
    if (editor === null) throw new UsageError("no editor is known: set VISUAL or EDITOR");
    const app = await appForRepair(context);
    const path = changedFile(context, app);
    app.permit("write", path);
    const before = readConfigText(path);
    try {
      if (before.kind === "missing") replaceFile(path, FIRST);
    } catch (thrown) {
      throw cannotWrite(path, thrown, "Choose another place, or change who may write there.");
    }
    const status = openEditor(editor, path, terminal.env);
    const after = readConfigText(path);
    const text = after.kind === "text" ? after.text : "";
    const { warnings } = await parseConfigFile(text, path);
    for (const warning of warnings) context.output.warn(warning);
    const changed = text !== (before.kind === "text" ? before.text : FIRST);
    context.output.json({ path, changed, editor_status: status });
    return status === 0 ? 0 : 1;
  },
};

/** What a new file begins with. */
const FIRST = "# Settings of modullm: `modullm help config` lists them.\n";
