import { setInYaml, unsetInYaml } from "../../../config/edit-yaml.ts";
import { parseConfigFile } from "../../../config/file.ts";
import { configError } from "../../../config/file-reader.ts";
import { keyPath } from "../../../config/key-path.ts";
import { readConfigText, whyNoText } from "../../../config/text.ts";
import { cannotWrite, replaceFile } from "../../../config/write-file.ts";
import { ModullmError, toModullmError } from "../../../core/error.ts";
import { parseYaml } from "../../../core/yaml.ts";
import type { Action, CommandContext } from "../../command.ts";
import { appForRepair, changedFile } from "./changed-file.ts";
import { unknownKey } from "./list.ts";

/** Writes a value; comments and the other lines of the file stay. */
export const set: Action = {
  least: 2,
  most: 2,
  wants: "a KEY and a VALUE",
  async run([key = "", written = ""], context) {
    const path = keyPath(key)?.path;
    if (path === undefined) throw await unknownKey(key);
    const file = await openFile(context);
    const text = await firstValid(file, valuesOf(written), (value) =>
      setInYaml(file.text, path, value),
    );
    save(context, file, text);
    context.output.json({ key, path: file.path, changed: text !== file.text });
    return 0;
  },
};

export const unset: Action = {
  least: 1,
  most: 1,
  wants: "a KEY",
  async run([key = ""], context) {
    const path = keyPath(key)?.path;
    if (path === undefined) throw await unknownKey(key);
    const file = await openFile(context);
    const text = unsetInYaml(file.text, path);
    if (text === null) throw cannotChange(file.path);
    if (text !== file.text) save(context, file, text);
    context.output.json({ key, path: file.path, changed: text !== file.text });
    return 0;
  },
};

interface ChangedFile {
  readonly path: string;
  /** Empty where there is none yet. */
  readonly text: string;
}

async function openFile(context: CommandContext): Promise<ChangedFile> {
  const app = await appForRepair(context);
  const path = changedFile(context, app);
  app.permit("write", path);
  const read = readConfigText(path);
  if (read.kind === "text") return { path, text: read.text };
  if (read.kind === "missing") return { path, text: "" };
  throw configError(whyNoText(read), { path });
}

/** What a word may mean: a value as YAML has it, else the word itself. */
function valuesOf(written: string): readonly unknown[] {
  const parsed = parseYaml(written);
  const value = parsed.ok ? parsed.value : written;
  return value === null || value === undefined || value === written ? [written] : [value, written];
}

/** The text with the first value that the key takes. @throws {ModullmError} RLLM_018 */
async function firstValid(
  { path }: ChangedFile,
  values: readonly unknown[],
  edit: (value: unknown) => string | null,
): Promise<string> {
  let first: ModullmError | null = null;
  for (const value of values) {
    const text = edit(value);
    if (text === null) throw cannotChange(path);
    try {
      await parseConfigFile(text, path);
      return text;
    } catch (thrown) {
      first ??= toModullmError(thrown);
    }
  }
  throw first ?? cannotChange(path);
}

function save({ output }: CommandContext, { path }: ChangedFile, text: string): void {
  try {
    replaceFile(path, text);
  } catch (thrown) {
    throw cannotWrite(path, thrown, "Choose another place, or change who may write there.");
  }
  output.note(`Wrote ${path}`);
}

function cannotChange(path: string): ModullmError {
  return new ModullmError(
    "RLLM_018",
    `Cannot change "${path}": the value stands where only a person can tell what is meant`,
    {
      details: { path, reason: "it is broken, or the value is an alias" },
      hint: "Change it with `modullm config edit`.",
    },
  );
}
