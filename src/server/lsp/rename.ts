import type { Range, TextEdit, WorkspaceEdit } from "vscode-languageserver/node";
import { nodeAt, pairOf } from "../../core/yaml-outline.ts";
import { FIELD_NAME } from "../../program/fields.ts";
import { entriesOf, type Entry } from "./entries.ts";
import type { FileView } from "./file-view.ts";
import { placeText, rangeOf } from "./positions.ts";
import type { Project } from "./project.ts";
import { entrySpans, fieldOccurrences } from "./references.ts";
import { Refusal } from "./refusal.ts";
import { mentionDoubt, refuseDoubts } from "./rename-doubts.ts";
import { type FileEdit, refuseHarm } from "./rename-harm.ts";
import { locationOf, type SchemaPart } from "./schema-parts.ts";
import { type Target, targetAt } from "./target.ts";

/** What can be renamed at an offset. @throws {Refusal} where nothing can */
export async function renameableAt(
  view: FileView,
  offset: number,
  project: Project,
): Promise<{ range: Range; placeholder: string }> {
  const target = renameable(await targetAt(view, offset, project));
  const { span } = target;
  return { range: rangeOf(view, span), placeholder: view.source.text.slice(span.from, span.to) };
}

export interface RenameOptions {
  readonly offset: number;
  readonly newName: string;
  readonly project: Project;
}

/**
 * The edits that give a field, or an entry of `uses`, another name wherever it is named.
 * @throws {Refusal} where it is not certain that nothing else names it, or a program would be worse
 * for it
 */
export async function renameAt(
  view: FileView,
  { offset, newName, project }: RenameOptions,
): Promise<WorkspaceEdit> {
  const target = renameable(await targetAt(view, offset, project));
  checkName(newName);
  const edits =
    target.kind === "field"
      ? await fieldEdits(target.occurrence.fields, newName, project)
      : entryEdits(view, target.entry, newName);
  const outside = edits.find((edit) => !project.owns(edit.view.path));
  if (outside) throw new Refusal(`"${outside.view.path}" is outside the open folders`);
  await refuseHarm(edits, project);
  const changes: Record<string, TextEdit[]> = {};
  for (const edit of edits) {
    const uri = project.open.uriOf(edit.view.path);
    (changes[uri] ??= []).push({ range: rangeOf(edit.view, edit), newText: edit.newText });
  }
  return { changes };
}

type Renameable = Extract<Target, { kind: "field" | "entry" }>;

function renameable(target: Target | null): Renameable {
  if (target?.kind === "field" || target?.kind === "entry") return target;
  throw new Refusal("Only fields of schemas and names of entries under `uses` can be renamed");
}

/** Words that YAML reads as something else. */
const NO_NAME = /^(?:null|true|false|__proto__)$/i;

function checkName(name: string): void {
  if (FIELD_NAME.test(name) && !NO_NAME.test(name)) return;
  throw new Refusal(`"${name}" is no name that templates can say: letters, digits and _`);
}

async function fieldEdits(
  fields: readonly SchemaPart[],
  newName: string,
  project: Project,
): Promise<FileEdit[]> {
  const [field, other] = fields;
  if (field === undefined || other !== undefined)
    throw new Refusal("Several parts of the schema describe it, and which one is meant is open");
  const { view, path } = field;
  const name = String(path.at(-1));
  if (!FIELD_NAME.test(name)) throw new Refusal(`"${name}" is no name that can be followed`);
  if (pairOf(nodeAt(view.outline, path.slice(0, -1)), newName))
    throw new Refusal(`There is a "${newName}" beside "${name}" already`);
  const found = await fieldOccurrences(fields, project);
  for (const each of found) {
    const isSame = each.view.source.text.slice(each.from, each.to) === name;
    if (each.fields.every((part) => locationOf(part) === locationOf(field)) && isSame) continue;
    throw new Refusal(`${placeText(each.view, each)} may name another field as well`);
  }
  await refuseDoubts({ field, name, found, project });
  return found.map((each) => ({
    ...each,
    newText: each.isShorthand ? `${newName}: ${name}` : newName,
  }));
}

function entryEdits(view: FileView, entry: Entry, newName: string): FileEdit[] {
  if (entriesOf(view).some(({ kind, name }) => kind === "uses" && name === newName))
    throw new Refusal(`There is an entry "${newName}" already`);
  if (!view.isWhole) throw new Refusal(`The YAML of ${view.path} can't be followed`);
  const spans = entrySpans(view, entry);
  const doubt = mentionDoubt(view, entry.name, spans);
  if (doubt !== null) throw new Refusal(doubt);
  return spans.map(({ from, to }) => ({ view, from, to, newText: newName }));
}
