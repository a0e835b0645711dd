import type { SourcePlace } from "../core/error.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Body, Section } from "./body.ts";
import type { Frontmatter } from "./frontmatter.ts";
import type { Program, Warning } from "./program.ts";
import { doubtPath } from "./schema-path.ts";
import { placeAt } from "./source.ts";
import type { Template, TemplatePath } from "./template.ts";
import { templatePaths } from "./uses.ts";

/** What `validate` says of template paths that can't be there, as far as the file alone tells. */
export function templateWarnings(program: Program, front: Frontmatter, body: Body): Warning[] {
  const warnings: Warning[] = [];
  function check(
    template: Template | null,
    section: Section | null,
    fallback: string,
    roots: readonly string[],
  ): void {
    for (const part of template?.parts ?? []) {
      if (typeof part === "string") continue;
      const message = doubtfulPath(program, part, roots);
      if (message === null) continue;
      const place = section
        ? placeAt(program.source, section.fileOffset(part.offset))
        : front.keyPlace(fallback);
      warnings.push({ message, place });
    }
  }
  check(program.prompt, body.prompt, "", ROOTS);
  check(program.system, body.system, "system", ROOTS);
  check(program.recovery, body.recovery, "recovery_prompt", RECOVERY_ROOTS);
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

/** The names a template may start with; a `pre` block adds its own. */
export const ROOTS: readonly string[] = ["input", "uses", "schema"];
export const RECOVERY_ROOTS: readonly string[] = [...ROOTS, "errors", "answer"];

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
    return `${shown} renders as nothing: "${root}" is not one of ${[...roots, ...given].join(", ")}.${didYouMean(root, [...roots, ...given])}`;
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
    : `${shown} ${doubt.certain ? "renders" : "may render"} as nothing: in input_schema ${doubt.reason}`;
}
