import { nodeAt, placeIn } from "../../core/yaml-outline.ts";
import type { YamlPath } from "../../core/yaml-places.ts";
import { entriesOf, type Entry } from "./entries.ts";
import { type FileView, isIn, type Span } from "./file-view.ts";
import { meaningsOf } from "./meanings.ts";
import type { Occurrence } from "./occurrence.ts";
import { occurrencesIn } from "./occurrences.ts";
import type { Project } from "./project.ts";
import { scalarSpan } from "./scalars.ts";
import { referencedBy, type SchemaPart } from "./schema-parts.ts";
import { type TemplateRegion, templatesIn } from "./templates.ts";

/** What stands at an offset of a file. */
export type Target = { readonly span: Span } & (
  | { readonly kind: "field"; readonly occurrence: Occurrence }
  /** The name of an entry of `uses`. */
  | { readonly kind: "entry"; readonly entry: Entry }
  /** The program that an entry names. */
  | { readonly kind: "program"; readonly entry: Entry }
  /** A name that templates begin with. */
  | { readonly kind: "root"; readonly name: string; readonly region: TemplateRegion }
  | { readonly kind: "reference"; readonly part: SchemaPart }
  /** A key, or a value, of the YAML. */
  | { readonly kind: "key" | "value"; readonly path: YamlPath; readonly value: unknown }
);

export async function targetAt(
  view: FileView,
  offset: number,
  project: Project,
): Promise<Target | null> {
  const occurrences = await occurrencesIn(view, project, offset);
  const occurrence = occurrences.find((each) => each.view === view && isIn(each, offset));
  if (occurrence) return { kind: "field", occurrence, span: occurrence };
  return (
    (await templateTarget(view, offset, project)) ??
    entryTarget(view, offset) ??
    (await yamlTarget(view, offset, project))
  );
}

async function templateTarget(
  view: FileView,
  offset: number,
  project: Project,
): Promise<Target | null> {
  const site = templatesIn(view).find((each) => isIn(each, offset));
  const index = site?.names.findIndex((each) => isIn(each, offset)) ?? -1;
  const span = site?.names[index];
  if (!site || !span) return null;
  const names = site.names.map(({ name }) => name);
  const meaning = (await meaningsOf(names, { view, entry: site.region.entry, project }))[index];
  if (meaning?.kind === "entry") return { kind: "entry", entry: meaning.entry, span };
  return index === 0 ? { kind: "root", name: span.name, region: site.region, span } : null;
}

function entryTarget(view: FileView, offset: number): Target | null {
  for (const entry of entriesOf(view)) {
    const { nameSpan, target } = entry;
    if (nameSpan && isIn(nameSpan, offset)) return { kind: "entry", entry, span: nameSpan };
    if (isIn(target, offset)) return { kind: "program", entry, span: target };
  }
  return null;
}

async function yamlTarget(
  view: FileView,
  offset: number,
  project: Project,
): Promise<Target | null> {
  const place = offset > view.front.to ? null : placeIn(view.outline, offset);
  if (place === null) return null;
  const { path, pair, node } = place;
  const value = node.scalar;
  if (pair !== null) return { kind: "key", path, value, span: pair };
  const span = scalarSpan(node, view.source.text);
  if (path.at(-1) === "$ref" && typeof value === "string") {
    const holder = path.slice(0, -1);
    const part = await referencedBy({ view, root: rootOf(path), path: holder }, project);
    return part && { kind: "reference", part, span };
  }
  return nodeAt(view.outline, path) === null ? null : { kind: "value", path, value, span };
}

/** Of the schema that a path leads into. */
export function rootOf([first = ""]: YamlPath): YamlPath {
  return first === "input_schema" || first === "output_schema" ? [first] : [];
}
