import { didYouMean } from "../../core/nearest.ts";
import type { Block, Program } from "../../program/program.ts";
import { doubtPath } from "../../program/schema-path.ts";
import { contextPath } from "./python-findings.ts";

/** What tells which parts `context` can have. */
export interface ContextFacts extends Pick<Program, "input" | "output" | "uses"> {
  /** Keys that the `pre` block can give; null where they aren't known. */
  readonly preGives: readonly string[] | null;
}

/** Why a path that a block reads can't be in its `context`; null where it can. */
export function doubtRead(
  path: readonly string[],
  block: Block,
  program: ContextFacts,
): string | null {
  const [root = "", ...rest] = path;
  const roots = block.when === "pre" ? ["input", "uses"] : ["input", "output", "uses"];
  if (root === "output" && block.when === "pre")
    return `${contextPath([root])} is there in the post block only`;
  if (!roots.includes(root))
    return (
      `context has no "${root}": it has ` +
      `${roots.join(", ")}${sentence(didYouMean(root, roots))}`
    );
  if (block.reads !== null && !isGiven(path, block.reads))
    return `in= does not name ${path.join(".")}, so the block is not given it`;
  if (mayBeReplaced(root, block, program)) return null;
  if (root === "uses") return doubtUse(rest, program);
  const doubt = doubtPath(program[root === "input" ? "input" : "output"].schema, rest);
  return doubt?.certain === true
    ? `${contextPath(path)} is never there: in ${root}_schema ${doubt.reason}`
    : null;
}

/**
 * Whether a `pre` block may have put something of its own where the input or the outputs of `uses`
 * were.
 */
export function mayBeReplaced(root: string, { when }: Block, { preGives }: ContextFacts): boolean {
  return when === "post" && root !== "output" && (preGives === null || preGives.includes(root));
}

/** Where what a block can give is not what its `out=` says. */
export function doubtGiven(
  gives: readonly string[] | null,
  { gives: declared }: Block,
): readonly string[] {
  if (gives === null || declared === null) return [];
  const names = Object.keys(declared);
  return [
    ...names
      .filter((name) => !gives.includes(name))
      .map(
        (name) =>
          `out= names "${name}", which the block never gives${sentence(didYouMean(name, gives))}`,
      ),
    ...gives
      .filter((name) => !names.includes(name))
      .map((name) => `The block gives "${name}", which out= does not name: it is not taken`),
  ];
}

function isGiven(path: readonly string[], reads: readonly string[]): boolean {
  return reads.some((read) => {
    const names = read.split(".");
    return path.slice(0, names.length).every((key, index) => key === names[index]);
  });
}

function doubtUse([name]: readonly string[], { uses }: Pick<Program, "uses">): string | null {
  if (name === undefined || uses.some((entry) => entry.name === name)) return null;
  const names = uses.map((entry) => entry.name);
  const has = names.length === 0 ? "this program uses none" : `there are ${names.join(", ")}`;
  return (
    `${contextPath(["uses", name])} is never there: uses has no entry "${name}", ` +
    `${has}${sentence(didYouMean(name, names))}`
  );
}

/** A suggestion as a sentence of its own. */
function sentence(suggestion: string): string {
  return suggestion === "" ? "" : `.${suggestion}`;
}
