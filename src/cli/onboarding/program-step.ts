import { existsSync } from "node:fs";
import { join } from "node:path";
import { assemble } from "../../authoring/assemble.ts";
import type { Draft } from "../../authoring/draft.ts";
import { loadTemplate } from "../../authoring/templates.ts";
import { writeYaml } from "../../program/write.ts";
import { fileReason } from "../../core/config-text.ts";
import { type ErrorPayload, errorPayload, ModullmError, toModullmError } from "../../core/error.ts";
import type { JsonObject } from "../../core/json.ts";
import { replaceFile } from "../../core/write-file.ts";
import { validateProgram } from "../../library/validate.ts";
import type { Host } from "./host.ts";

/** What came of trying a program. */
export interface Trial {
  /** Absolute. */
  readonly path: string;
  readonly output: JsonObject | null;
  readonly error: ErrorPayload | null;
}

/** Writes the program's files, and the input to try it with beside it; nothing that was there before is overwritten without a yes. */
export async function writeFiles(host: Host, draft: Required<Draft>, model: string): Promise<string> {
  const { dialog, session, folder, author } = host;
  const template = await loadTemplate(draft.goal.kind);
  let file = draft.file.file_name;
  for (;;) {
    const named = { ...draft, file: { ...draft.file, file_name: file } };
    const files = {
      ...assemble(named, template, { author, model }),
      [inputFileOf(file)]: writeYaml(draft.test.input),
    };
    const paths = Object.keys(files).map((name) => join(folder, name));
    const path = join(folder, file);
    const own = session.progress.generatedFile === path;
    const there = own ? [] : paths.filter((each) => existsSync(each));
    if (there.length === 0 || (await dialog.confirm(`${there.join(" and ")} is there already. Overwrite?`, false))) {
      for (const [name, text] of Object.entries(files)) write(join(folder, name), text);
      session.save({ generatedFile: path });
      return path;
    }
    const name = await dialog.text("Another file name", {
      check: (answer) => (/^[A-Za-z][\w-]*(\.rllm)?$/.test(answer) ? null : "letters, digits, _ and -, a letter first"),
    });
    file = `${name.replace(/\.rllm$/, "")}.rllm`;
  }
}

/** `x.yaml` beside `x.rllm`. */
export function inputFileOf(program: string): string {
  return program.replace(/\.rllm$/, ".yaml");
}

function write(path: string, text: string): void {
  try {
    replaceFile(path, text);
  } catch (thrown) {
    const reason = fileReason(thrown);
    throw new ModullmError("RLLM_018", `Cannot write "${path}": ${reason}`, {
      details: { path, reason },
      hint: "Correct the folder's rights, or start in another folder.",
      cause: thrown,
    });
  }
}

/** Validates a program as strictly as can be, then runs it. */
export async function tryProgram(host: Host, path: string, input: JsonObject): Promise<Trial> {
  const { dialog } = host;
  const app = await host.app();
  try {
    await validateProgram(path, { strict: true, lint: (program) => app.lintBlocks(program) });
    dialog.say(`${path} is valid. Running it …`);
    const output = await host.run(await app.load(path), input);
    dialog.show("It answers", JSON.stringify(output, null, 2));
    return { path, output, error: null };
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code === "RLLM_022") throw error;
    dialog.show("It does not work yet", `${error.message}\n${error.hint}`);
    return { path, output: null, error: errorPayload(error) };
  }
}
