import { nodeAt, type OutlineNode } from "../../core/yaml-outline.ts";
import type { YamlPath } from "../../core/yaml-places.ts";
import { CHECK_NAMES } from "../../program/expectation.ts";
import { blanked } from "./block-paths.ts";
import { type FileView, isProgramFile, type Span } from "./file-view.ts";
import type { Occurrence } from "./occurrence.ts";
import { occurrencesIn } from "./occurrences.ts";
import { isTestFile, type Project } from "./project.ts";
import { Refusal } from "./refusal.ts";
import { placeText } from "./positions.ts";
import type { SchemaPart } from "./schema-parts.ts";
import { refusePassing } from "./rename-passing.ts";
import { testsOf } from "./test-fields.ts";

export interface Renaming {
  readonly field: SchemaPart;
  readonly name: string;
  /** Every place that is known to name it. */
  readonly found: readonly Occurrence[];
  readonly project: Project;
}

/** @throws {Refusal} where something may name the field that is not among what was found */
export async function refuseDoubts(renaming: Renaming): Promise<void> {
  const { field, name, found, project } = renaming;
  const named = new RegExp(String.raw`(?<!\w)${name}(?!\w)`);
  const touched = new Set([field.view.path, ...found.map(({ view }) => view.path)]);
  for (const path of new Set([...touched, ...(await project.files())])) {
    const view = await project.view(path);
    if (view === null || !named.test(view.source.text)) continue;
    if (!view.isWhole)
      throw new Refusal(`${path} mentions "${name}", and its YAML can't be followed`);
    const pointer = new RegExp(String.raw`\$ref["']?:.*/${name}(?!\w)`).exec(view.source.text);
    if (pointer)
      throw new Refusal(`${placeText(view, spanOf(pointer))} leads through "${name}" by a $ref`);
    const doubt = touched.has(path) ? await fileDoubt(view, renaming) : null;
    if (doubt !== null) throw new Refusal(doubt);
  }
  for (const path of await project.files()) {
    const view = isProgramFile(path) ? await project.view(path) : null;
    if (view !== null) await refusePassing(view, renaming);
  }
}

async function fileDoubt(
  view: FileView,
  { field, name, project }: Renaming,
): Promise<string | null> {
  const known = await occurrencesIn(view, project);
  const own = known.filter((each) => each.view === view);
  if (isProgramFile(view.path) || isTestFile(view.path)) {
    const { program, tests } = await testsOf(view, project);
    const isInput = field.view === program && field.path.length === 3 && field.path[0] === INPUT;
    const rows = isInput && tests.find((test) => isOfRows(test));
    if (rows) return `${placeText(view, rows)} takes its input from the columns of a file`;
  }
  const key = unknownKey(view, name, own);
  if (key !== null) return `${placeText(view, key)} has a "${name}" that can't be followed`;
  return mentionDoubt(view, name, own);
}

const INPUT = "input_schema";

function isOfRows(test: OutlineNode): boolean {
  return nodeAt(test, ["cases"]) !== null && nodeAt(test, ["input"]) === null;
}

/** What is said of a block that mentions a name in another way than at places that are known. */
export function mentionDoubt(view: FileView, name: string, known: readonly Span[]): string | null {
  const blocks = view.parts.filter(({ language }) => language !== null);
  for (const { from, to, head, language, kind } of blocks) {
    const code = blanked(view.source.text.slice(from, to), language);
    const line = view.source.text.slice(head.from, head.to);
    const mentions = [
      ...[...line.matchAll(wordOf(name))].map(({ index }) => head.from + index),
      ...[...code.matchAll(wordOf(name))].map(({ index }) => from + index),
    ];
    const other = mentions.find((at) => !known.some((span) => span.from === at));
    if (other !== undefined)
      return (
        `${placeText(view, { from: other, to: other })} mentions "${name}" in the ${kind} block, ` +
        "in a way that can't be followed"
      );
  }
  return null;
}

function wordOf(name: string): RegExp {
  return new RegExp(String.raw`(?<![\w$])${name}(?![\w$])`, "g");
}

/** Keywords whose values may name a property. */
const NAMING: ReadonlySet<unknown> = new Set([
  "default",
  "examples",
  "const",
  "enum",
  "dependentRequired",
  "dependentSchemas",
  "dependencies",
]);

/** A key, or an item of `required` and the like, that names something and is not understood. */
function unknownKey(view: FileView, name: string, known: readonly Span[]): Span | null {
  const isKnown = (at: number): boolean => known.some(({ from }) => from === at || from === at + 1);
  function visit(node: OutlineNode, path: YamlPath): Span | null {
    const inValue = path[0] === "tests" ? path.includes("expect") : path.slice(1).some(isNaming);
    if (inValue && node.scalar === name && path.includes("dependentRequired")) return node;
    for (const [index, item] of (node.items ?? []).entries()) {
      const found = visit(item, [...path, index]);
      if (found !== null) return found;
    }
    for (const pair of node.pairs ?? []) {
      const isNamed = inValue && pair.key === name && !isKnown(pair.from);
      const isCheck = path[0] === "tests" && CHECK_NAMES.includes(name);
      if (isNamed && !isCheck) return pair;
      const found = visit(pair.value, [...path, pair.key]);
      if (found !== null) return found;
    }
    return null;
  }
  return view.outline === null ? null : visit(view.outline, isTestFile(view.path) ? ["tests"] : []);
}

function isNaming(key: string | number): boolean {
  return NAMING.has(key);
}

function spanOf({ index }: RegExpExecArray): Span {
  return { from: index, to: index };
}
