import { parseFrontmatter } from "../program/frontmatter.ts";
import type { Program, Warning } from "../program/program.ts";
import { doubtPath, type PathDoubt } from "../program/schema-path.ts";
import { lineStart, placeAt } from "../program/source.ts";
import { entryPlace, templatePaths, textsIn } from "../program/uses.ts";
import type { BlockLint } from "../sandbox/lint/findings.ts";
import { templatePlace } from "./block-check.ts";
import type { LoadedProgram } from "./load.ts";

/**
 * Paths into the outputs of used programs that can't be there, in templates and in what blocks
 * read.
 */
export function usesWarnings(loaded: LoadedProgram, lints: readonly BlockLint[]): Warning[] {
  return [...templateWarnings(loaded), ...lints.flatMap((lint) => readWarnings(lint, loaded))];
}

function readWarnings({ reads }: BlockLint, { program, uses }: LoadedProgram): Warning[] {
  return reads.flatMap(({ path, line, column }) => {
    const [root, entry, ...rest] = path;
    const link = root === "uses" ? uses.find((each) => each.entry.name === entry) : undefined;
    const doubt = link && doubtOutput(link, rest);
    if (!link || !doubt?.certain) return [];
    const message =
      `context["uses"]["${entry}"] has no ${rest.join(".")}: in the output_schema of ` +
      `"${link.child.program.name}" ${doubt.reason}`;
    return [
      {
        message,
        place: { ...placeAt(program.source, lineStart(program.source, line)), line, column },
      },
    ];
  });
}

function templateWarnings({ program, uses }: LoadedProgram): Warning[] {
  return placedPaths(program).flatMap(({ path, place }) => {
    const link = path[0] === "uses" ? uses.find(({ entry }) => entry.name === path[1]) : undefined;
    const doubt = link && doubtOutput(link, path.slice(2));
    if (!link || !doubt) return [];
    const { name } = link.child.program;
    const renders = doubt.certain ? "renders" : "may render";
    const message =
      `{{${path.join(".")}}} ${renders} as nothing: in the output_schema of "${name}" ` +
      doubt.reason;
    return [{ message, place: place() }];
  });
}

interface PlacedPath {
  readonly path: readonly string[];
  readonly place: () => Warning["place"];
}

/** The paths of all templates of a program. */
function placedPaths(program: Program): PlacedPath[] {
  const texts = [program.prompt, program.system, program.recovery].flatMap(
    (template) =>
      template?.parts.flatMap((part) => {
        if (typeof part === "string") return [];
        return [{ path: part.path, place: () => templatePlace(program, template, part) }];
      }) ?? [],
  );
  const entries = program.uses.flatMap((entry) =>
    templatePaths([entry.with, entry.each, entry.when]).map(({ path }) => ({
      path,
      place: () => entryPlace(program, entry.name),
    })),
  );
  const collected = textsIn(program.collects?.with, ["output"]).flatMap((text) =>
    templatePaths(text.template.text).map(({ path }) => ({
      path,
      place: () => parseFrontmatter(program.source).place(text.path),
    })),
  );
  return [...texts, ...entries, ...collected];
}

/** With `each` the output is a list of the child's outputs. */
function doubtOutput(
  { entry, child }: LoadedProgram["uses"][number],
  path: readonly string[],
): PathDoubt | null {
  const { schema } = child.program.output;
  if (entry.each === null) return doubtPath(schema, path);
  const [index, ...rest] = path;
  if (index === undefined || /^[0-9]+$/.test(index)) return doubtPath(schema, rest);
  return {
    depth: 0,
    reason: "there is an output for each element, so an index comes first",
    certain: true,
  };
}
