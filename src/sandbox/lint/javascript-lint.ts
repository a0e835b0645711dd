import { toModullmError } from "../../core/error.ts";
import type { Block } from "../../program/program.ts";
import type { Sandboxes } from "../sandboxes.ts";
import type { BlockFinding, BlockLint, LintOptions } from "./findings.ts";

/** Parses JavaScript by the engine that runs it; what else is said of it needs no parser. */
export async function lintJavaScript(
  block: Block,
  sandboxes: Pick<Sandboxes, "level" | "sandbox">,
  { signal, permit }: LintOptions,
): Promise<BlockLint> {
  const place = { line: block.line, column: 1, block: block.when };
  const warning = { ...place, severity: "warning", exception: null } as const;
  const findings: BlockFinding[] = [];
  try {
    const level = await sandboxes.level("js", {
      trusted: false,
      permit: (each) => permit("js", each),
    });
    const sandbox = await sandboxes.sandbox("js", level);
    const fault = await sandbox.checkSyntax?.(block.code, signal);
    if (fault) {
      const { message, line, column } = fault;
      const at = { line: block.line + (line ?? 1) - 1, column: column ?? 1 };
      findings.push({ ...place, ...at, severity: "error", exception: "SyntaxError", message });
    }
  } catch (thrown) {
    signal.throwIfAborted();
    const error = toModullmError(thrown);
    if (error.code !== "RLLM_009" && error.code !== "RLLM_021") throw error;
    const message = `The ${block.when} block was not checked: ${error.message}`;
    findings.push({ ...warning, message });
  }
  // Without a parser this much is certain: a name that is nowhere in the text is never used.
  const mayGive =
    /result|throw/.test(block.code) || (block.reads === null && /context/.test(block.code));
  if (findings.length === 0 && !mayGive) {
    const message = `The ${block.when} block gives nothing: it never assigns result`;
    findings.push({ ...warning, message });
  }
  return { block, findings, gives: null, reads: [] };
}
