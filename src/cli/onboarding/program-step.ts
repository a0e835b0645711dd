import { existsSync } from "node:fs";
import { join } from "node:path";
import { assemble } from "../../authoring/assemble.ts";
import type { Draft } from "../../authoring/draft.ts";
import { loadTemplate } from "../../authoring/templates.ts";
import { writeYaml } from "../../program/write.ts";
import { readConfigText } from "../../config/text.ts";
import { type ErrorPayload, errorPayload, toModullmError } from "../../core/error.ts";
import { answerText } from "../render/error.ts";
import type { JsonObject } from "../../core/json.ts";
import { cannotWrite, replaceFile } from "../../config/write-file.ts";
import { validateProgram } from "../../library/validate.ts";
import type { Host } from "./host.ts";
import { writeJson } from "../../core/json.ts";

/** What came of trying a program. */
export interface Trial {
  /** Absolute. */
  readonly path: string;
  readonly output: JsonObject | null;
  readonly error: ErrorPayload | null;
}

/**
 * Writes the program's files, and the input to try it with beside it; nothing that was there before
 * is overwritten without a yes.
 */
export async function writeFiles(
  host: Host,
  draft: Required<Draft>,
  model: string,
): Promise<string> {
  const { dialog, session, folder, author } = host;
  const template = await loadTemplate(draft.goal.kind);
  let { file } = draft;
  for (;;) {
    const { file_name: name } = file;
    const texts = {
      ...assemble({ ...draft, file }, template, { author, model }),
      [inputFileOf(name)]: writeYaml(draft.test.input),
    };
    const files = new Map(Object.entries(texts).map(([each, text]) => [join(folder, each), text]));
    const foreign = [...files]
      .filter(([path, text]) => isForeign(host, path, text))
      .map(([path]) => path);
    if (
      foreign.length === 0 ||
      (await dialog.confirm(`${foreign.join(" and ")} is there already. Overwrite?`, false))
    ) {
      const { permit } = await host.app();
      for (const path of files.keys()) permit("write", path);
      for (const [path, text] of files) write(host, path, text);
      const path = join(folder, name);
      session.save({ generatedFile: path, draft: { ...draft, file } });
      return path;
    }
    const other = await dialog.text("Another file name", {
      check: (answer) =>
        /^[A-Za-z][\w-]*(\.rllm)?$/.test(answer)
          ? null
          : "letters, digits, _ and -, a letter first",
    });
    file = { ...file, file_name: `${other.replace(/\.rllm$/, "")}.rllm` };
  }
}

/** Whether a file holds what neither is to be written nor was written here. */
function isForeign({ written }: Host, path: string, text: string): boolean {
  if (!existsSync(path)) return false;
  const read = readConfigText(path);
  return read.kind !== "text" || (read.text !== text && read.text !== written.get(path));
}

/** `x.yaml` beside `x.rllm`. */
export function inputFileOf(program: string): string {
  return program.replace(/\.rllm$/, ".yaml");
}

function write({ written }: Host, path: string, text: string): void {
  try {
    replaceFile(path, text);
    written.set(path, text);
  } catch (thrown) {
    throw cannotWrite(path, thrown, "Correct the folder's rights, or start in another folder.");
  }
}

/** Validates a program as strictly as can be, then runs it. */
export async function tryProgram(
  host: Host,
  path: string,
  { input, model }: { readonly input: JsonObject; readonly model: string },
): Promise<Trial> {
  const { dialog } = host;
  const app = await host.app();
  try {
    await validateProgram(path, { strict: true, lint: (program) => app.lintBlocks(program) });
    dialog.say(`${path} is valid. Running it …`);
    const output = await host.run(await app.load(path), input, { model });
    dialog.show("It answers", writeJson(output, 2));
    return { path, output, error: null };
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code === "RLLM_022") throw error;
    const answer = answerText(error);
    const said = answer === null ? [] : ["It answered:", answer];
    dialog.show("It does not work yet", [error.message, ...said, error.hint].join("\n"));
    return { path, output: null, error: errorPayload(error) };
  }
}
