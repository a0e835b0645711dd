import { entriesOf, type Entry } from "./entries.ts";
import type { FileView } from "./file-view.ts";
import { childOf, meaningsOf, outputOf, partsOfRoot } from "./meanings.ts";
import { placeText } from "./positions.ts";
import type { Project } from "./project.ts";
import { Refusal } from "./refusal.ts";
import { fieldsIn, locationOf, type SchemaPart, sideOf, stepInto } from "./schema-parts.ts";
import { type TemplateSite, templatesIn } from "./templates.ts";

export interface Passing {
  readonly field: SchemaPart;
  readonly name: string;
  readonly project: Project;
}

/**
 * @throws {Refusal} where a value that holds the field is handed on whole to what describes it
 * elsewhere: that would have to be renamed as well
 */
export async function refusePassing(
  view: FileView,
  { field, name, project }: Passing,
): Promise<void> {
  for (const site of templatesIn(view)) {
    const receiver = site.isWhole ? await receiverOf(site, view, project) : null;
    if (receiver === null || !(await holds(await valueOf(site, view, project), field, project)))
      continue;
    if (await holds(receiver, field, project)) continue;
    const what = `hands on the whole of what holds "${name}"`;
    throw new Refusal(`${placeText(view, site)} ${what}`);
  }
}

/** What describes the value of a site where it goes to; null where it goes into a text. */
async function receiverOf(
  { region: { entry, path } }: TemplateSite,
  view: FileView,
  project: Project,
): Promise<readonly SchemaPart[] | null> {
  if (path === null) return null;
  const [start, way] = entry
    ? [await inputOf(entry, view, project), path.slice(3)]
    : [[sideOf(view, "output")], path.slice(1)];
  if (entry ? path[2] !== "with" : path[0] !== "output") return null;
  let parts: readonly SchemaPart[] = start;
  for (const key of way)
    parts = await stepInto(parts, typeof key === "number" ? "*" : key, project);
  return parts;
}

async function inputOf(entry: Entry, view: FileView, project: Project): Promise<SchemaPart[]> {
  const child = await childOf(entry.written, view, project);
  return child === null ? [] : [sideOf(child, "input")];
}

async function valueOf(
  { names, region: { entry } }: TemplateSite,
  view: FileView,
  project: Project,
): Promise<readonly SchemaPart[]> {
  const place = { view, entry, project };
  const path = names.map(({ name }) => name);
  const last = (await meaningsOf(path, place)).at(-1);
  if (last?.kind === "value") return last.parts;
  if (last?.kind === "entry") return await outputOf(last.entry, view, project);
  if (path[0] !== "uses") return await partsOfRoot(path[0] ?? "", place);
  const outputs = entriesOf(view).map((each) => outputOf(each, view, project));
  return (await Promise.all(outputs)).flat();
}

/** More parts than any schema has that somebody wrote. */
const MOST_PARTS = 300;

/** Whether values of the parts may have the field, at any depth. */
async function holds(
  start: readonly SchemaPart[],
  field: SchemaPart,
  project: Project,
): Promise<boolean> {
  const seen = new Set<string>();
  const waiting = [...start];
  for (let part = waiting.shift(); part && seen.size < MOST_PARTS; part = waiting.shift()) {
    const location = locationOf(part);
    if (seen.has(location)) continue;
    seen.add(location);
    const inner = [
      ...(await fieldsIn([part], project)).map((each) => each.part),
      ...(await stepInto([part], "*", project)),
    ];
    if (inner.some((each) => locationOf(each) === locationOf(field))) return true;
    waiting.push(...inner);
  }
  return false;
}
