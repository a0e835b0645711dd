import { nodeAt } from "../../core/yaml-outline.ts";
import { keysGiven, pathsRead } from "./block-paths.ts";
import { entriesOf, type Entry } from "./entries.ts";
import { type FileView, isIn, isProgramFile } from "./file-view.ts";
import { childOf, meaningsOf } from "./meanings.ts";
import type { Occurrence } from "./occurrence.ts";
import { isTestFile, type Project } from "./project.ts";
import { schemaOccurrences } from "./schema-fields.ts";
import { type SchemaPart, sideOf, stepInto } from "./schema-parts.ts";
import { type PlacedName, templatesIn } from "./templates.ts";
import { testOccurrences } from "./test-fields.ts";
import { valueOccurrences } from "./value-fields.ts";

/**
 * Every field that a program, a file of tests or a file of schemas names for certain, also in the
 * files of inputs that tests name.
 * @param at templates elsewhere are left out, as they are most of what takes time
 */
export async function occurrencesIn(
  view: FileView,
  project: Project,
  at: number | null = null,
): Promise<readonly Occurrence[]> {
  if (isTestFile(view.path)) return known(await testOccurrences(view, project));
  if (!isProgramFile(view.path)) return schemaOccurrences({ view, root: [], path: [] });
  const found = await Promise.all([
    templateOccurrences(view, project, at),
    mappingOccurrences(view, project),
    blockOccurrences(view, project),
    testOccurrences(view, project),
  ]);
  const described = (["input", "output"] as const).map((side) => sideOf(view, side));
  return known([...described.flatMap(schemaOccurrences), ...found.flat()]);
}

function known(found: readonly Occurrence[]): readonly Occurrence[] {
  return found.filter(({ fields }) => fields.length > 0);
}

async function templateOccurrences(
  view: FileView,
  project: Project,
  at: number | null,
): Promise<Occurrence[]> {
  const found: Occurrence[] = [];
  for (const { names, region } of templatesIn(view).filter((site) => at === null || isIn(site, at)))
    found.push(...(await pathOccurrences(names, { view, entry: region.entry, project })));
  return found;
}

async function pathOccurrences(
  path: readonly PlacedName[],
  place: { readonly view: FileView; readonly entry: Entry | null; readonly project: Project },
): Promise<Occurrence[]> {
  const { view } = place;
  const meanings = await meaningsOf(
    path.map(({ name }) => name),
    place,
  );
  return path.flatMap(({ name, from, to }, index) => {
    const meaning = meanings[index];
    if (meaning?.kind !== "value" || /^[0-9]+$/.test(name)) return [];
    const { parts: fields } = meaning;
    return [{ view, from, to, name, fields, isDefinition: false, isShorthand: false }];
  });
}

/** Keys of `with`, of `output` and of examples. */
async function mappingOccurrences(view: FileView, project: Project): Promise<Occurrence[]> {
  const found: Occurrence[] = [];
  async function add(path: readonly (string | number)[], part: SchemaPart): Promise<void> {
    const node = nodeAt(view.outline, path);
    found.push(...(await valueOccurrences(node, { view, parts: [part], project })));
  }
  for (const { kind, path, written } of entriesOf(view)) {
    const child = kind === "uses" ? await childOf(written, view, project) : null;
    if (child !== null) await add([...path, "with"], sideOf(child, "input"));
  }
  await add(["output"], sideOf(view, "output"));
  for (const index of (nodeAt(view.outline, ["examples"])?.items ?? []).keys())
    for (const side of ["input", "output"] as const)
      await add(["examples", index, side], sideOf(view, side));
  return found;
}

async function blockOccurrences(view: FileView, project: Project): Promise<Occurrence[]> {
  const found: Occurrence[] = [];
  for (const part of view.parts.filter(({ language }) => language !== null)) {
    for (const path of pathsRead(view, part))
      found.push(...(await pathOccurrences(path, { view, entry: null, project })));
    for (const key of keysGiven(view, part)) {
      const fields = await stepInto([sideOf(view, "output")], key.name, project);
      found.push({ ...key, view, fields, isDefinition: false });
    }
  }
  return found;
}
