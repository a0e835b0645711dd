import type {
  CategoryBranch,
  CategoryNode,
  CategoryTree,
  DecidedProgram,
  ListPage,
  ProgramPage,
  SearchPage,
} from "../../library/program-index.ts";
import { clean, table } from "./plot.ts";

/** Programs in columns; a broken one with its fault. */
export function listText({ total, programs, next_cursor: cursor }: ListPage): string {
  if (programs.length === 0) return NONE;
  const rows = programs.map(({ name, version, category, summary, fault }) => [
    clean(name),
    clean(version ?? ""),
    category ?? "broken",
    fault === null ? clean(summary) : `${fault.code}: ${clean(fault.message)}`,
  ]);
  const shown = programs.length === total ? "" : ` of ${total}`;
  return [table(rows, "left"), "", `${programs.length}${shown} programs`, ...next(cursor)].join(
    "\n",
  );
}

export function searchText({ programs, next_cursor: cursor, instead }: SearchPage): string {
  const why = instead === undefined ? [] : ["", `Only words were compared: ${clean(instead)}`];
  if (programs.length === 0) return ["No program has any of these words.", ...why].join("\n");
  const rows = programs.map(({ name, summary, category }) => [
    clean(name),
    category,
    clean(summary),
  ]);
  return [table(rows, "left"), ...why, ...next(cursor)].join("\n");
}

export function categoryText(page: ProgramPage): string {
  const categories = page.categories.map((node) => nodeText(node, ""));
  const rows = page.programs.map(({ name, summary }) => [clean(name), clean(summary)]);
  return [
    `${page.category}: ${page.total} programs`,
    ...categories,
    "",
    table(rows, "left"),
    ...next(page.next_cursor),
  ].join("\n");
}

export function treeText({ programs, categories }: CategoryTree): string {
  if (programs === 0) return NONE;
  return [`${programs} programs`, ...categories.flatMap((branch) => branchLines(branch, ""))].join(
    "\n",
  );
}

/** Where programs stand, and who said so. */
export function reviewText(programs: readonly DecidedProgram[]): string {
  const rows = programs.map(({ name, category, summary }) => [
    clean(name),
    category.path,
    category.from,
    clean(summary),
  ]);
  return programs.length === 0 ? NONE : table(rows, "left");
}

const NONE = "No programs. `modullm library add FOLDER` says where some are.";

function branchLines(branch: CategoryBranch, indent: string): readonly string[] {
  const below = branch.below.flatMap((each) =>
    typeof each === "string" ? [`${indent}  ${clean(each)}`] : branchLines(each, `${indent}  `),
  );
  return [nodeText(branch, indent), ...below];
}

function nodeText({ category, programs, tokens }: CategoryNode, indent: string): string {
  return `${indent}${category}  ${programs}  (${tokens} tokens)`;
}

function next(cursor: string | null): readonly string[] {
  return cursor === null ? [] : ["", `More: --cursor ${cursor}`];
}
