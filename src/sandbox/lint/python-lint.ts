import { toModullmError } from "../../core/error.ts";
import type { Block } from "../../program/program.ts";
import type { Failure, SandboxSession, SessionOptions } from "../sandbox.ts";
import { type ContextFacts, doubtRead } from "./context-findings.ts";
import facts from "./facts.py" with { type: "text" };
import type { BlockFinding, BlockLint } from "./linter.ts";
import { type PythonReport, readReport } from "./python-facts.ts";
import { FATAL, type OfferedPython, wordFact } from "./python-findings.ts";
import reads from "./reads.py" with { type: "text" };
import results from "./results.py" with { type: "text" };
import scopes from "./scopes.py" with { type: "text" };

export interface PythonLintOptions {
  /** Opens a session of Python; RLLM_009 where there can be none. */
  openPython(options: SessionOptions, signal: AbortSignal): Promise<SandboxSession>;
  readonly offered: OfferedPython;
  readonly signal: AbortSignal;
}

export interface PythonLint {
  lint(block: Block, program: ContextFacts): Promise<BlockLint>;
  close(): Promise<void>;
}

/** The parts share one namespace; each uses only what stands above it. */
const SCRIPT = [scopes, results, reads, facts].join("\n");
/** Milliseconds to read one block, on a busy machine too. */
const TIMEOUT_MS = 10_000;

type Session = { readonly session: SandboxSession } | { readonly refused: string };

/** Reads Python blocks in a session of its own. A block at which Python itself dies costs the session; the next one gets a new one. */
export function createPythonLint(options: PythonLintOptions): PythonLint {
  const { offered, signal } = options;
  let opened: Session | null = null;

  async function open(): Promise<Session> {
    try {
      const session = await options.openPython({ builtins: "all", limits: { timeoutMs: TIMEOUT_MS } }, signal);
      const started = await session.run(SCRIPT, { offered: { ...offered } }, { file: "lint", line: 1 });
      if (started.ok) return { session };
      await session.close();
      return { refused: failureText(started.failure) };
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toModullmError(thrown);
      if (error.code !== "RLLM_009" && error.code !== "RLLM_021") throw error;
      return { refused: error.message };
    }
  }

  async function read(block: Block): Promise<PythonReport | string> {
    opened ??= await open();
    if ("refused" in opened) return opened.refused;
    const { session } = opened;
    const outcome = await session.run("result = read_block(code, offered)", { code: block.code });
    if (!session.alive) {
      opened = null;
      await session.close();
    }
    if (!outcome.ok) return failureText(outcome.failure);
    return readReport(outcome.value) ?? "what was found could not be read";
  }

  return {
    async lint(block, program) {
      const report = await read(block);
      if (typeof report !== "string") return toLint(report, { block, program, offered });
      const message = `The ${block.when} block was not checked: ${report}`;
      const finding = { severity: "warning", message, line: block.line, column: 1, block: block.when } as const;
      return { block, findings: [finding], gives: null, reads: [] };
    },
    async close() {
      if (opened && "session" in opened) await opened.session.close();
      opened = null;
    },
  };
}

function toLint(
  report: PythonReport,
  {
    block,
    program,
    offered,
  }: { readonly block: Block; readonly program: ContextFacts; readonly offered: OfferedPython },
): BlockLint {
  const inFile = (line: number) => block.line + line - 1;
  const findings = report.facts.flatMap((fact): BlockFinding[] => {
    const message =
      fact.fact === "read" ? doubtRead(fact.path, block, program) : wordFact(fact, { block, report, offered });
    if (message === null) return [];
    const severity = FATAL.has(fact.fact) ? "error" : "warning";
    return [{ severity, message, line: inFile(fact.line), column: fact.column, block: block.when }];
  });
  const read = report.facts.filter(({ fact }) => fact === "read");
  return {
    block,
    findings,
    gives: report.gives,
    reads: read.map(({ path, line, column }) => ({ path, line: inFile(line), column })),
  };
}

function failureText({ exception, reason }: Failure): string {
  return `${exception}: ${reason}`;
}
