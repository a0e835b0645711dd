import type { Level } from "../../core/sandbox-level.ts";
import type { Language } from "../offers.ts";
import type { Block, Program } from "../../program/program.ts";

/** One thing that is wrong, or likely to be, with a block. */
export interface BlockFinding {
  /** `error`: the block can't run at all. */
  readonly severity: "error" | "warning";
  /** What parsing raises; null for a warning. */
  readonly exception: string | null;
  /** What it is, and what to do. */
  readonly message: string;
  /** In the file, from 1. */
  readonly line: number;
  /** In code points, from 1. */
  readonly column: number;
  readonly block: Block["when"];
}

export interface BlockLint {
  readonly block: Block;
  /** In order of place. */
  readonly findings: readonly BlockFinding[];
  /** Every key that the block may give; null where its text doesn't show them. */
  readonly gives: readonly string[] | null;
  /**
   * What the block reads of `context` for certain, as paths, with their places in the file. Python
   * only.
   */
  readonly reads: readonly BlockRead[];
}

export interface BlockRead {
  readonly path: readonly string[];
  readonly line: number;
  readonly column: number;
}

export interface LintOptions {
  readonly signal: AbortSignal;
  /** Asked before code of a language is read where it would run. @throws where it may not run */
  readonly permit: (language: Language, level: Level | null) => void;
}

/** What of a program a lint of its blocks looks at. */
export type LintedProgram = Pick<Program, "blocks" | "input" | "output" | "uses">;
