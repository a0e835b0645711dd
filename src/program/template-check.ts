import type { SourcePlace } from "../core/error.ts";
import { isObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Body, Section } from "./body.ts";
import type { Frontmatter } from "./frontmatter.ts";
import type { Program, Warning } from "./program.ts";
import { doubtPath } from "./schema-path.ts";
import { placeAt } from "./source.ts";
import type { Template, TemplatePath } from "./template.ts";
import { templatePaths, textsIn } from "./uses.ts";

/** What `validate` says of template paths that can't be there, as far as the file alone tells. */
export function templateWarnings(program: Program, front: Frontmatter, body: Body): Warning[] {
  const warnings: Warning[] = [];
  function check(
    template: Template | null,
    roots: readonly string[],
    placeOf: (offset: number) => SourcePlace,
  ): void {
    for (const { text, offset } of template ? brokenPaths(template) : []) {
      const message =
        `${text} is no path, and stands there as it is: write {{input.field}}, two braces on ` +
        "each side";
      warnings.push({ message, place: placeOf(offset) });
    }
    for (const part of template?.parts ?? []) {
      if (typeof part === "string") continue;
      const message = doubtfulPath(program, part, roots);
      if (message === null) continue;
      warnings.push({ message, place: placeOf(part.offset) });
    }
  }
  function placeIn(section: Section | null, key: string): (offset: number) => SourcePlace {
    return (offset) =>
      section ? placeAt(program.source, section.fileOffset(offset)) : front.keyPlace(key);
  }
  check(program.prompt, ROOTS, placeIn(body.prompt, ""));
  check(program.system, ROOTS, placeIn(body.system, "system"));
  check(program.recovery, RECOVERY_ROOTS, placeIn(body.recovery, "recovery_prompt"));
  for (const { path, template } of textsIn(program.collects?.with, ["output"]))
    check(template, ROOTS, () => front.place(path));
  for (const [index, entry] of program.uses.entries()) {
    const place: SourcePlace = front.place(["uses", index, "with"]);
    const roots = entry.each === null ? ROOTS : [...ROOTS, "item"];
    for (const part of templatePaths([entry.with, entry.each, entry.when])) {
      const message = doubtfulPath(program, part, roots);
      if (message !== null) warnings.push({ message, place });
    }
  }
  return warnings;
}

/**
 * Text with braces that was meant to be a path, and stands in the prompt as it is: a brace too few,
 * or what no path may have.
 */
export function brokenPaths(template: Template): { text: string; offset: number }[] {
  const found: { text: string; offset: number }[] = [];
  const paths = new Set(
    template.parts.flatMap((part) => (typeof part === "string" ? [] : [part.offset])),
  );
  for (const match of template.text.matchAll(MEANT)) {
    const offset = match.index + (match[1]?.length ?? 0);
    if (!paths.has(offset) && !paths.has(offset - 1))
      found.push({ text: match[0].slice(match[1]?.length ?? 0), offset });
  }
  return found;
}

const MEANT = /(^|[^{])\{{1,2}[ \t]*(?:input|uses|schema)\b[\w.[\]|'" \t-]{0,200}\}{1,2}/g;

/** The names a template may start with; a `pre` block adds its own. */
export const ROOTS: readonly string[] = ["input", "uses", "schema"];
export const RECOVERY_ROOTS: readonly string[] = [...ROOTS, "errors", "answer"];

/** A prompt that shows nothing of an input that has fields: null where it does, or others may. */
export function unseenInput({ input, uses, blocks, prompt, system }: Program): string | null {
  if (prompt === null) return null;
  const { properties } = input.schema;
  const [field] = isObject(properties) ? Object.keys(properties) : [];
  if (field === undefined || uses.length > 0 || blocks.some(({ when }) => when === "pre"))
    return null;
  const parts = [...prompt.parts, ...(system?.parts ?? [])];
  const isShown = parts.some((part) => typeof part !== "string" && part.path[0] === "input");
  return isShown
    ? null
    : `The prompt shows nothing of the input: write {{input.${field}}} where it belongs`;
}

/**
 * Why a path of a template renders as nothing, or may; null where it is fine as far as is known.
 */
export function doubtfulPath(
  program: Program,
  part: TemplatePath,
  roots: readonly string[],
): string | null {
  const [root = "", name] = part.path;
  const shown = `{{${part.path.join(".")}}}`;
  const pre = program.blocks.find((block) => block.when === "pre");
  if (!roots.includes(root)) {
    if (pre && (pre.gives === null || Object.hasOwn(pre.gives, root))) return null;
    const given = pre?.gives ? Object.keys(pre.gives) : [];
    return (
      `${shown} renders as nothing: "${root}" is not one of ` +
      `${[...roots, ...given].join(", ")}.${didYouMean(root, [...roots, ...given])}`
    );
  }
  if (pre && pre.gives === null) return null;
  if (root === "uses" && name !== undefined && !program.uses.some((entry) => entry.name === name)) {
    return `${shown} renders as nothing: uses has no entry "${name}".${didYouMean(
      name,
      program.uses.map((entry) => entry.name),
    )}`;
  }
  if (root === "schema" && name !== "input" && name !== "output")
    return `${shown} renders as nothing: schema has input and output`;
  if (root !== "input") return null;
  const doubt = doubtPath(program.input.schema, part.path.slice(1));
  return doubt === null
    ? null
    : `${shown} ${doubt.certain ? "renders" : "may render"} as nothing: in input_schema ` +
        doubt.reason;
}
