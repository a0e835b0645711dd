import type { ReadFile } from "../../config/regular-file.ts";
import { toModullmError } from "../../core/error.ts";
import { createReader } from "../../library/reader.ts";
import { createValidator, type Validator } from "../../library/validate.ts";
import { createDependents } from "./dependents.ts";
import { type FileView, isProgramFile, type Span } from "./file-view.ts";
import type { Project } from "./project.ts";
import { Refusal } from "./refusal.ts";

/** A change of one file. */
export interface FileEdit extends Span {
  readonly view: FileView;
  readonly newText: string;
}

/** @throws {Refusal} where a program would have a fault, or a warning, that it does not have now */
export async function refuseHarm(edits: readonly FileEdit[], project: Project): Promise<void> {
  const texts = new Map<string, string>();
  for (const { view } of edits) texts.set(view.path, editedText(view, edits));
  async function read(path: string, mostBytes: number): ReturnType<ReadFile> {
    const text = texts.get(path);
    if (text === undefined) return await project.open.read(path, mostBytes);
    return { ok: true, bytes: new TextEncoder().encode(text) };
  }
  const edited = [...texts.keys()];
  const programs = [...edited, ...(await createDependents(project).of(edited))];
  const before = validatorFor(project, project.open.read);
  const after = validatorFor(project, read);
  for (const path of programs.filter(isProgramFile)) {
    const [was, is] = [await toldOf(before, path), await toldOf(after, path)];
    const isWorse = is.isWrong !== was.isWrong ? is.isWrong : is.told.length > was.told.length;
    const what = is.told.find((each) => !was.told.includes(each)) ?? is.told[0];
    if (isWorse) throw new Refusal(`Then ${path} would be wrong: ${what}`);
  }
}

function validatorFor({ app }: Project, read: ReadFile): Validator {
  const { lintBlocks: lint, knownTools: known, config } = app;
  return createValidator({ read: createReader(read), library: config.library, lint, known });
}

interface Told {
  readonly isWrong: boolean;
  readonly told: readonly string[];
}

async function toldOf(validator: Validator, path: string): Promise<Told> {
  try {
    const { warnings } = await validator.validate(path);
    return { isWrong: false, told: warnings.map(({ message }) => message) };
  } catch (thrown) {
    return { isWrong: true, told: [toModullmError(thrown).message] };
  }
}

function editedText(view: FileView, edits: readonly FileEdit[]): string {
  let text = view.source.text;
  const own = edits.filter((edit) => edit.view === view);
  for (const { from, to, newText } of own.toSorted((one, other) => other.from - one.from))
    text = text.slice(0, from) + newText + text.slice(to);
  return text;
}
