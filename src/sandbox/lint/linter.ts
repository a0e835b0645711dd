import type { BlockFinding, BlockLint, LintedProgram, LintOptions } from "./findings.ts";
import { isObject } from "../../core/json.ts";
import type { Block } from "../../program/program.ts";
import { type ContextFacts, doubtGiven } from "./context-findings.ts";
import type { Sandboxes } from "../sandboxes.ts";
import { lintJavaScript } from "./javascript-lint.ts";
import { createPythonLint } from "./python-lint.ts";

/** Reads blocks before they run. The code is parsed where blocks run, and never executed. */
export interface BlockLinter {
  /**
   * The blocks of a program, in its order. What can't be read or checked is a finding; only
   * cancelling throws.
   */
  lint(program: LintedProgram): Promise<readonly BlockLint[]>;
  close(): Promise<void>;
}

/**
 * One session for the Python of all programs, opened when a first block needs it; blocks are read
 * one after the other.
 */
export function createBlockLinter(
  sandboxes: Pick<Sandboxes, "level" | "open" | "sandbox">,
  options: LintOptions,
): BlockLinter {
  const python = createPythonLint(sandboxes, options);
  let last: Promise<unknown> = Promise.resolve();

  async function lintProgram(program: LintedProgram): Promise<readonly BlockLint[]> {
    const lints: BlockLint[] = [];
    let preGives: ContextFacts["preGives"] = [];
    for (const block of [...program.blocks].toSorted(preFirst)) {
      const lint: BlockLint =
        block.language === "python"
          ? await python.lint(block, { ...program, preGives })
          : await lintJavaScript(block, sandboxes, options);
      if (block.when === "pre")
        preGives = isObject(block.gives) ? Object.keys(block.gives) : lint.gives;
      lints.push({ ...lint, findings: inOrder([...lint.findings, ...givenFindings(lint)]) });
    }
    return program.blocks.flatMap((block) => lints.filter((lint) => lint.block === block));
  }

  return {
    async lint(program) {
      const turn = last.then(() => lintProgram(program));
      last = turn.catch(() => {});
      return await turn;
    },
    async close() {
      await last;
      await python.close();
    },
  };
}

function preFirst(first: Block, second: Block): number {
  return Number(first.when === "post") - Number(second.when === "post");
}

/** On the line that opens the block, where `out=` stands. */
function givenFindings({ block, gives, findings }: BlockLint): BlockFinding[] {
  if (findings.some(({ severity }) => severity === "error")) return [];
  return doubtGiven(gives, block).map((message) => ({
    severity: "warning",
    exception: null,
    message,
    line: block.line - 1,
    column: 1,
    block: block.when,
  }));
}

function inOrder(findings: readonly BlockFinding[]): readonly BlockFinding[] {
  return findings.toSorted(
    (first, second) => first.line - second.line || first.column - second.column,
  );
}
