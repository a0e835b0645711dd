import { basename, dirname, join, resolve } from "node:path";
import { nodeAt, type OutlineNode, textAt } from "../../core/yaml-outline.ts";
import { MEASURES } from "../../program/expectation.ts";
import { type FileView, isProgramFile } from "./file-view.ts";
import type { Occurrence } from "./occurrence.ts";
import type { Project } from "./project.ts";
import { type SchemaPart, sideOf, stepInto } from "./schema-parts.ts";
import { valueOccurrences } from "./value-fields.ts";

/** The program that a file's tests are about, and the tests. */
export async function testsOf(
  view: FileView,
  project: Project,
): Promise<{ readonly program: FileView | null; readonly tests: readonly OutlineNode[] }> {
  const { outline, path } = view;
  const tests = nodeAt(outline, ["tests"])?.items ?? outline?.items ?? [];
  if (isProgramFile(path)) return { program: view, tests };
  const named = textAt(outline, ["program"]);
  const usual = basename(path).replace(/\.test\.ya?ml$/, ".rllm");
  const program = resolve(dirname(path), named ?? usual);
  return { program: await project.view(program), tests };
}

/** The fields that tests name, in inputs, in files of inputs and in what they expect. */
export async function testOccurrences(view: FileView, project: Project): Promise<Occurrence[]> {
  const { program, tests } = await testsOf(view, project);
  if (program === null) return [];
  const input = [sideOf(program, "input")];
  const found: Occurrence[] = [];
  for (const test of tests) {
    const given = nodeAt(test, ["input"]);
    const file = textAt(test, ["input"]);
    const from = file === null ? view : await project.view(join(dirname(view.path), file));
    const value = file === null ? given : (from?.outline ?? null);
    if (from) found.push(...(await valueOccurrences(value, { view: from, parts: input, project })));
    const output = [sideOf(program, "output")];
    for (const pair of nodeAt(test, ["expect"])?.pairs ?? [])
      found.push(...(await subjectOccurrences(pair, { view, parts: output, project })));
  }
  return found;
}

interface Subject {
  readonly view: FileView;
  readonly parts: readonly SchemaPart[];
  readonly project: Project;
}

/** `$.items[0].due`, or the name of a property alone. */
async function subjectOccurrences(
  { key, from, to }: { readonly key: string; readonly from: number; readonly to: number },
  { view, parts, project }: Subject,
): Promise<Occurrence[]> {
  if ((MEASURES as readonly string[]).includes(key)) return [];
  const text = view.source.text.slice(from, to);
  const found: Occurrence[] = [];
  let fields = parts;
  for (const match of text.matchAll(/\[(\d+)\]|([A-Za-z_]\w*)/g)) {
    const [, index, name = "*"] = match;
    fields = await stepInto(fields, index ?? name, project);
    const span = { from: from + match.index, to: from + match.index + match[0].length };
    if (index === undefined)
      found.push({ view, ...span, name, fields, isDefinition: false, isShorthand: false });
  }
  return found;
}
