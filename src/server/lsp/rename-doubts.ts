import { nodeAt, type OutlineNode, textAt } from "../../core/yaml-outline.ts";
import { blanked } from "./block-paths.ts";
import { createDependents } from "./dependents.ts";
import type { FileView, Span } from "./file-view.ts";
import type { Occurrence } from "./occurrence.ts";
import { occurrencesIn } from "./occurrences.ts";
import type { Project } from "./project.ts";
import { placeText } from "./positions.ts";
import { Refusal } from "./refusal.ts";
import { refusePassing } from "./rename-passing.ts";
import { twinOf, unknownMention } from "./rename-schema.ts";
import type { SchemaPart } from "./schema-parts.ts";
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
  const twin = twinOf(field);
  if (twin) throw new Refusal(`${placeText(field.view, twin)} describes "${name}" once more`);
  const named = new RegExp(String.raw`(?<!\w)${name}(?!\w)`);
  const touched = [...new Set([field.view.path, ...found.map(({ view }) => view.path)])];
  const related = new Set([...touched, ...(await createDependents(project).of(touched))]);
  for (const path of new Set([...related, ...(await project.files())])) {
    const view = await project.view(path);
    if (view === null || !named.test(view.source.text)) continue;
    if (!view.isWhole)
      throw new Refusal(`${path} mentions "${name}", and its YAML can't be followed`);
    const pointer = new RegExp(String.raw`\$ref["']?:.*/${name}(?!\w)`).exec(view.source.text);
    if (pointer)
      throw new Refusal(`${placeText(view, spanOf(pointer))} leads through "${name}" by a $ref`);
    const doubt = related.has(path) ? await fileDoubt(view, renaming) : null;
    if (doubt !== null) throw new Refusal(doubt);
  }
  for (const path of await project.files()) {
    const view = await project.view(path);
    if (view === null) continue;
    await refuseJudges(view, renaming);
    await refuseRows(view, renaming);
    await refusePassing(view, renaming);
  }
}

async function fileDoubt(view: FileView, { name, project }: Renaming): Promise<string | null> {
  const known = await occurrencesIn(view, project);
  const own = known.filter((each) => each.view === view);
  const mention = unknownMention(view, name, own);
  if (mention !== null) return `${placeText(view, mention)} has a "${name}" that can't be followed`;
  return mentionDoubt(view, name, own);
}

/** @throws {Refusal} where a test takes the input from a file whose columns are the fields */
async function refuseRows(view: FileView, { field, project }: Renaming): Promise<void> {
  const { program, tests } = await testsOf(view, project);
  if (program !== field.view || field.path.length !== 3 || field.path[0] !== "input_schema") return;
  const rows = tests.find((test) => textAt(test, ["cases"]) && nodeAt(test, ["input"]) === null);
  if (rows)
    throw new Refusal(`${placeText(view, rows)} takes its input from the columns of a file`);
}

/** @throws {Refusal} where a test has the program as its judge, whose input the test makes */
async function refuseJudges(view: FileView, { field, project }: Renaming): Promise<void> {
  for (const node of judgesIn(view.outline)) {
    const written = textAt(node, []) ?? textAt(node, ["program"]);
    const path = written === null ? null : await project.resolve(written, view.path);
    if (path === field.view.path) throw new Refusal(`${placeText(view, node)} has it as a judge`);
  }
}

function judgesIn(node: OutlineNode | null): readonly OutlineNode[] {
  const below = (node?.pairs ?? []).flatMap(({ key, value }) =>
    key === "judge" ? [value] : judgesIn(value),
  );
  return [...below, ...(node?.items ?? []).flatMap(judgesIn)];
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

function spanOf({ index }: RegExpExecArray): Span {
  return { from: index, to: index };
}
