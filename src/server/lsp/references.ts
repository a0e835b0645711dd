import type { Location } from "vscode-languageserver/node";
import { entriesOf, type Entry } from "./entries.ts";
import { type FileView, isProgramFile, type Span } from "./file-view.ts";
import { locationIn } from "./definition.ts";
import type { Occurrence } from "./occurrence.ts";
import { occurrencesIn } from "./occurrences.ts";
import type { Project } from "./project.ts";
import { locationOf, type SchemaPart } from "./schema-parts.ts";
import { targetAt } from "./target.ts";
import { templatesIn } from "./templates.ts";
import { pathsRead } from "./block-paths.ts";

export interface ReferenceOptions {
  readonly project: Project;
  readonly withDefinition: boolean;
}

/** Where the folders name the same field, entry or program as the file does at an offset. */
export async function referencesAt(
  view: FileView,
  offset: number,
  { project, withDefinition }: ReferenceOptions,
): Promise<Location[]> {
  const target = await targetAt(view, offset, project);
  switch (target?.kind) {
    case "field": {
      const found = await fieldOccurrences(target.occurrence.fields, project);
      const told = found.filter(({ isDefinition }) => withDefinition || !isDefinition);
      return told.map((each) => locationIn(each.view, each, project));
    }
    case "entry": {
      const spans = entrySpans(view, target.entry);
      const told = spans.filter((span) => withDefinition || span !== target.entry.nameSpan);
      return told.map((span) => locationIn(view, span, project));
    }
    case "program":
      return await programUses(target.entry, view, project);
    default:
      return [];
  }
}

/** Every place in the folders that names one of the fields. */
export async function fieldOccurrences(
  fields: readonly SchemaPart[],
  project: Project,
): Promise<readonly Occurrence[]> {
  const wanted = new Set(fields.map(locationOf));
  const described = fields.map(({ view }) => view.path);
  const found: Occurrence[] = [];
  for (const path of new Set([...described, ...(await project.files())])) {
    const view = await project.view(path);
    if (view === null) continue;
    const all = await occurrencesIn(view, project);
    found.push(...all.filter((each) => each.fields.some((part) => wanted.has(locationOf(part)))));
  }
  return [...new Map(found.map((each) => [`${each.view.path}\n${each.from}`, each])).values()];
}

/** Where a program names an entry of its `uses`: there, in templates and in blocks. */
export function entrySpans(view: FileView, { name, nameSpan }: Entry): readonly Span[] {
  const blocks = view.parts.filter(({ language }) => language !== null);
  const paths = [
    ...templatesIn(view).map(({ names }) => names),
    ...blocks.flatMap((part) => pathsRead(view, part)),
  ];
  const read = paths.flatMap(([root, entry]) =>
    root?.name === "uses" && entry?.name === name ? [entry] : [],
  );
  return nameSpan === null ? read : [nameSpan, ...read];
}

/** Every entry in the folders that names the same program. */
async function programUses(entry: Entry, view: FileView, project: Project): Promise<Location[]> {
  const wanted = await project.resolve(entry.written, view.path);
  const found: Location[] = [];
  for (const path of (await project.files()).filter(isProgramFile)) {
    const other = await project.view(path);
    for (const { written, target } of other === null ? [] : entriesOf(other)) {
      const leads = await project.resolve(written, path);
      if (other !== null && leads !== null && leads === wanted)
        found.push(locationIn(other, target, project));
    }
  }
  return found;
}
