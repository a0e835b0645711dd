import { textAt } from "../../core/yaml-outline.ts";
import { onlyPath } from "../../program/template.ts";
import { entriesOf, type Entry } from "./entries.ts";
import type { FileView } from "./file-view.ts";
import type { Project } from "./project.ts";
import { type SchemaPart, sideOf, stepInto } from "./schema-parts.ts";

/** What a name of a path into the values of a run stands for. */
export type Meaning =
  | { readonly kind: "root" }
  | { readonly kind: "entry"; readonly entry: Entry }
  /** A field, or an element of a list: where it is described. Nowhere: nothing is known of it. */
  | { readonly kind: "value"; readonly parts: readonly SchemaPart[] };

/**
 * What each name of a path stands for, in a template or in a block.
 * @param entry the entry of `uses` whose template it is, which may know `item`
 */
export async function meaningsOf(
  names: readonly string[],
  { view, entry, project }: Place,
): Promise<readonly Meaning[]> {
  const [root, second] = names;
  if (root === "uses") {
    const used = entriesOf(view).find(({ kind, name }) => kind === "uses" && name === second);
    if (second === undefined) return [{ kind: "root" }];
    if (!used) return [{ kind: "root" }, ...names.slice(1).map(() => NOTHING)];
    const parts = await outputOf(used, view, project);
    const rest = names.slice(2);
    const index = rest[0];
    // There is an output for each element.
    const isList = used.isEach && index !== undefined && /^(?:[0-9]+|\*)$/.test(index);
    const start = isList ? await walk(parts, rest.slice(1), project) : [];
    const plain = used.isEach ? rest.map(() => NOTHING) : await walk(parts, rest, project);
    const values: readonly Meaning[] = isList ? [{ kind: "value", parts }, ...start] : plain;
    return [{ kind: "root" }, { kind: "entry", entry: used }, ...values];
  }
  const parts = await partsOfRoot(root ?? "", { view, entry, project });
  return [{ kind: "root" }, ...(await walk(parts, names.slice(1), project))];
}

export interface Place {
  readonly view: FileView;
  readonly entry: Entry | null;
  readonly project: Project;
}

const NOTHING: Meaning = { kind: "value", parts: [] };

/** What is known of the value behind a root, but for `uses`. */
export async function partsOfRoot(root: string, place: Place): Promise<readonly SchemaPart[]> {
  const { view, entry } = place;
  if (root === "input" || root === "output") return [sideOf(view, root)];
  if (root !== "item" || !entry?.isEach) return [];
  const path = onlyPath(textAt(entry.node, ["each"]));
  if (path === null || path[0] === "item") return [];
  const last = (await meaningsOf([...path, "*"], { ...place, entry: null })).at(-1);
  return last?.kind === "value" ? last.parts : [];
}

/** What an entry's program gives, for one element with `each`. */
export async function outputOf(
  { written }: Entry,
  view: FileView,
  project: Project,
): Promise<readonly SchemaPart[]> {
  const child = await childOf(written, view, project);
  return child === null ? [] : [sideOf(child, "output")];
}

/** The program that an entry names; null where it can't be read. */
export async function childOf(
  written: string,
  { path }: FileView,
  project: Project,
): Promise<FileView | null> {
  const found = await project.resolve(written, path);
  return found === null ? null : await project.view(found);
}

async function walk(
  start: readonly SchemaPart[],
  names: readonly string[],
  project: Project,
): Promise<readonly Meaning[]> {
  const meanings: Meaning[] = [];
  let parts = start;
  for (const name of names) {
    parts = await stepInto(parts, name, project);
    meanings.push({ kind: "value", parts });
  }
  return meanings;
}
