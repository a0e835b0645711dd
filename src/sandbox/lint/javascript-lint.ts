import { toModullmError } from "../../core/error.ts";
import type { Block } from "../../program/program.ts";
import type { BlockFinding, BlockLint } from "./linter.ts";

/** Where the engine that runs blocks can't parse the code; null where it can. Lines and columns count from 1 in the code. */
export type SyntaxCheck = (code: string) => Promise<SyntaxFault | null>;

export interface SyntaxFault {
  readonly message: string;
  /** Null where the engine doesn't say. */
  readonly line: number | null;
  readonly column: number | null;
}

export async function lintJavaScript(block: Block, check: SyntaxCheck): Promise<BlockLint> {
  const place = { line: block.line, column: 1, block: block.when };
  const findings: BlockFinding[] = [];
  try {
    const fault = await check(block.code);
    if (fault) {
      const { message, line, column } = fault;
      const at = { line: block.line + (line ?? 1) - 1, column: column ?? 1 };
      findings.push({ ...place, ...at, severity: "error", message: `SyntaxError: ${message}` });
    }
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code !== "RLLM_009") throw error;
    const message = `The ${block.when} block was not checked: ${error.message}`;
    findings.push({ ...place, severity: "warning", message });
  }
  // Without a parser this much is certain: a name that is nowhere in the text is never assigned.
  if (findings.length === 0 && !block.code.includes("result") && !block.code.includes("throw")) {
    const message = `The ${block.when} block gives nothing: it never assigns result`;
    findings.push({ ...place, severity: "warning", message });
  }
  return { block, findings, gives: null, reads: [] };
}
