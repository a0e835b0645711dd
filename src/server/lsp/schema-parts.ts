import { dirname, resolve } from "node:path";
import {
  absolute,
  decodeFragment,
  fileUri,
  pathOf,
  unescapeToken,
  uriOf,
} from "../../contract/uri.ts";
import {
  nodeAt,
  type OutlineNode,
  type OutlinePair,
  pairOf,
  textAt,
} from "../../core/yaml-outline.ts";
import type { YamlPath } from "../../core/yaml-places.ts";
import { type FileView, isProgramFile } from "./file-view.ts";
import type { Project } from "./project.ts";

/** A schema, or a part of one, where it is written. */
export interface SchemaPart {
  readonly view: FileView;
  /** Of the whole schema in its file: what `#` leads to. */
  readonly root: YamlPath;
  readonly path: YamlPath;
}

export type Side = "input" | "output";

/** The schema of one side of a program. */
export function sideOf(view: FileView, side: Side): SchemaPart {
  const root = [`${side}_schema`];
  return { view, root, path: root };
}

export function nodeOf({ view, path }: SchemaPart): OutlineNode | null {
  return nodeAt(view.outline, path);
}

/** The name of a property in the schema that it is a part of. */
export function keyOf({ view, path }: SchemaPart): OutlinePair | null {
  return pairOf(nodeAt(view.outline, path.slice(0, -1)), String(path.at(-1)));
}

/** Two parts are one when this is the same. */
export function locationOf({ view, path }: SchemaPart): string {
  return JSON.stringify([view.path, ...path]);
}

/** What parts say of the value that has a name in theirs; a number is an element of a list. */
export async function stepInto(
  parts: readonly SchemaPart[],
  name: string,
  project: Project,
): Promise<readonly SchemaPart[]> {
  const found: SchemaPart[] = [];
  for (const part of await inPlace(parts, project)) {
    const ways = /^(?:[0-9]+|\*)$/.test(name)
      ? [["prefixItems", Number(name)], ["items"]]
      : [["properties", name]];
    const way = ways.find((each) => nodeOf(below(part, each)) !== null);
    if (way) found.push(below(part, way));
  }
  return found;
}

/** A named property with its schema. */
export interface FieldPart {
  readonly name: string;
  readonly part: SchemaPart;
  readonly isRequired: boolean;
}

/** Every field that values of the parts may have. */
export async function fieldsIn(
  parts: readonly SchemaPart[],
  project: Project,
): Promise<readonly FieldPart[]> {
  const all = (await inPlace(parts, project)).flatMap((part) => {
    const required = nodeOf(below(part, ["required"]))?.items ?? [];
    const needed = new Set(required.map(({ scalar }) => scalar));
    const pairs = nodeOf(below(part, ["properties"]))?.pairs ?? [];
    return pairs.map(({ key }) => ({
      name: key,
      part: below(part, ["properties", key]),
      isRequired: needed.has(key),
    }));
  });
  return [...new Map(all.map((field) => [field.name, field])).values()];
}

/** More of them come from schemas that nobody reads. */
const MOST_PARTS = 100;

/** The parts and all that apply to the very same value: what `$ref`, `allOf` and the like name. */
export async function inPlace(
  parts: readonly SchemaPart[],
  project: Project,
): Promise<readonly SchemaPart[]> {
  const found = new Map<string, SchemaPart>();
  const waiting = [...parts];
  for (let next = waiting.shift(); next && found.size < MOST_PARTS; next = waiting.shift()) {
    const part = next;
    const place = locationOf(part);
    if (found.has(place)) continue;
    found.set(place, part);
    const target = await referencedBy(part, project);
    if (target !== null) waiting.push(target);
    for (const keyword of ["allOf", "anyOf", "oneOf"]) {
      const branches = nodeOf(below(part, [keyword]))?.items ?? [];
      waiting.push(...branches.map((_, index) => below(part, [keyword, index])));
    }
  }
  return [...found.values()];
}

/** What the `$ref` of a part leads to; null where it has none, or it leads nowhere. */
export async function referencedBy(part: SchemaPart, project: Project): Promise<SchemaPart | null> {
  const reference = textAt(part.view.outline, [...part.path, "$ref"]);
  if (reference === null) return null;
  const own = uriOf(part.view.path.replaceAll("\\", "/"));
  const uri = absolute(reference, own);
  if (uri === null) return null;
  const [file = "", pointer = ""] = fileUri(uri).split("#");
  if (reference.startsWith("#"))
    return existing({ ...part, path: [...part.root, ...pathOfPointer(pointer)] });
  const [, side] = file.split("?");
  const path = resolve(dirname(part.view.path), pathOf(file));
  if (!/\.(?:rllm|json|ya?ml)$/i.test(path) || isProgramFile(path) !== (side !== undefined))
    return null;
  const view = await project.view(path);
  const root = side === undefined ? [] : [`${side}_schema`];
  return view && existing({ view, root, path: [...root, ...pathOfPointer(pointer)] });
}

function existing(part: SchemaPart): SchemaPart | null {
  return nodeOf(part) === null ? null : part;
}

/** A JSON pointer as a path; a number may be a key as well. */
function pathOfPointer(pointer: string): YamlPath {
  return pointer
    .split("/")
    .slice(1)
    .map((token) => unescapeToken(decodeFragment(`#${token}`) ?? token));
}

export function below(part: SchemaPart, way: YamlPath): SchemaPart {
  return { ...part, path: [...part.path, ...way] };
}
