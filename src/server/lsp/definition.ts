import type { Location } from "vscode-languageserver/node";
import { nodeAt, pairOf } from "../../core/yaml-outline.ts";
import type { Entry } from "./entries.ts";
import type { FileView, Span } from "./file-view.ts";
import { childOf } from "./meanings.ts";
import { rangeOf } from "./positions.ts";
import type { Project } from "./project.ts";
import { keyOf, nodeOf, type SchemaPart } from "./schema-parts.ts";
import { type Target, targetAt } from "./target.ts";

/** Where what stands at an offset comes from: a program, a schema, a field of one. */
export async function definitionsAt(
  view: FileView,
  offset: number,
  project: Project,
): Promise<Location[]> {
  const target = await targetAt(view, offset, project);
  const found = target === null ? [] : await placesOf(target, view, project);
  return found.map(({ view: file, span }) => locationIn(file, span, project));
}

export function locationIn(view: FileView, span: Span, project: Project): Location {
  return { uri: project.open.uriOf(view.path), range: rangeOf(view, span) };
}

interface PlacedSpan {
  readonly view: FileView;
  readonly span: Span;
}

async function placesOf(target: Target, view: FileView, project: Project): Promise<PlacedSpan[]> {
  switch (target.kind) {
    case "field":
      return target.occurrence.fields.map(placeOfPart);
    case "entry":
    case "program":
      return await programPlaces(target.entry, view, project);
    case "reference":
      return [placeOfPart(target.part)];
    case "root": {
      const key = ROOT_KEYS[target.name];
      const pair = key === undefined ? null : pairOf(view.outline, key);
      const each = target.name === "item" && nodeAt(target.region.entry?.node ?? null, ["each"]);
      return [pair, each].flatMap((span) => (span ? [{ view, span }] : []));
    }
    default:
      return [];
  }
}

const ROOT_KEYS: Readonly<Record<string, string>> = {
  input: "input_schema",
  uses: "uses",
  answer: "output_schema",
};

async function programPlaces(
  { written, nameSpan }: Entry,
  view: FileView,
  project: Project,
): Promise<PlacedSpan[]> {
  const child = await childOf(written, view, project);
  if (child === null) return nameSpan ? [{ view, span: nameSpan }] : [];
  return [{ view: child, span: nodeAt(child.outline, ["name"]) ?? { from: 0, to: 0 } }];
}

function placeOfPart(part: SchemaPart): PlacedSpan {
  const { view } = part;
  const node = nodeOf(part) ?? { from: 0, to: 0 };
  return { view, span: keyOf(part) ?? { from: node.from, to: node.from } };
}
