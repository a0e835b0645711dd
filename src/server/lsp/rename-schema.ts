import type { OutlineNode } from "../../core/yaml-outline.ts";
import type { YamlPath } from "../../core/yaml-places.ts";
import { CHECK_NAMES } from "../../program/expectation.ts";
import type { FileView, Span } from "./file-view.ts";
import { isTestFile } from "./project.ts";
import { schemaOccurrences } from "./schema-fields.ts";
import { locationOf, type SchemaPart } from "./schema-parts.ts";

/** Where the same schema describes the same field once more: under `if`, or in an alternative. */
export function twinOf(field: SchemaPart): Span | null {
  const whole = schemaOccurrences({ ...field, path: field.root });
  const twin = whole.find(({ isDefinition, fields: [part] }) => {
    if (!isDefinition || part === undefined || locationOf(part) === locationOf(field)) return false;
    return valuePath(part).join("/") === valuePath(field).join("/");
  });
  return twin ?? null;
}

/** How many parts of a path each keyword takes that applies to the very same value. */
const IN_PLACE: ReadonlyMap<string | number, number> = new Map([
  ["allOf", 2],
  ["anyOf", 2],
  ["oneOf", 2],
  ["dependentSchemas", 2],
  ["not", 1],
  ["if", 1],
  ["then", 1],
  ["else", 1],
]);

/** The way to a value in what the schema describes. */
function valuePath({ root, path }: SchemaPart): YamlPath {
  const found: (string | number)[] = [];
  for (let at = root.length; at < path.length;) {
    const key = path[at] ?? "";
    const skipped = IN_PLACE.get(key);
    if (skipped !== undefined) at += skipped;
    else {
      found.push(key, ...(key === "properties" ? path.slice(at + 1, at + 2) : []));
      at += key === "properties" ? 2 : 1;
    }
  }
  return found;
}

/** Keywords that list names of properties. */
const LISTING = /^(?:required|dependentRequired|dependencies)$/;
/** Keywords whose values may have them as keys. */
const HOLDING = /^(?:default|examples|const|enum|dependentRequired|dependentSchemas|dependencies)$/;

/** A key or an item of a list that names something and is not known to. */
export function unknownMention(view: FileView, name: string, known: readonly Span[]): Span | null {
  const isKnown = (at: number): boolean => known.some(({ from }) => from === at || from === at + 1);
  function visit(node: OutlineNode, path: YamlPath): Span | null {
    const [first] = path;
    const inTests = first === "tests";
    const isListed =
      node.scalar === name && path.slice(-3, -1).some((key) => LISTING.test(`${key}`));
    if (isListed && !inTests && !isKnown(node.from)) return node;
    const holds = inTests
      ? path.includes("expect")
      : path.slice(1).some((key) => HOLDING.test(`${key}`));
    for (const [index, item] of (node.items ?? []).entries()) {
      const found = visit(item, [...path, index]);
      if (found !== null) return found;
    }
    for (const pair of node.pairs ?? []) {
      const isCheck = inTests && CHECK_NAMES.includes(name);
      if (holds && pair.key === name && !isKnown(pair.from) && !isCheck) return pair;
      const found = visit(pair.value, [...path, pair.key]);
      if (found !== null) return found;
    }
    return null;
  }
  return view.outline === null ? null : visit(view.outline, isTestFile(view.path) ? ["tests"] : []);
}
