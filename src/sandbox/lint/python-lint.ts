import { toModullmError } from "../../core/error.ts";
import type { Block } from "../../program/program.ts";
import type { Failure, SandboxSession } from "../sandbox.ts";
import type { Sandboxes } from "../sandboxes.ts";
import { OFFERED_PYTHON } from "../python/offered.ts";
import { type ContextFacts, doubtRead, mayBeReplaced } from "./context-findings.ts";
import facts from "./facts.py" with { type: "text" };
import kinds from "./kinds.py" with { type: "text" };
import type { BlockFinding, BlockLint, LintOptions } from "./findings.ts";
import { type PythonReport, readReport } from "./python-facts.ts";
import { FATAL, wordFact } from "./python-findings.ts";
import reads from "./reads.py" with { type: "text" };
import results from "./results.py" with { type: "text" };
import scopes from "./scopes.py" with { type: "text" };

export interface PythonLint {
  lint(block: Block, program: ContextFacts): Promise<BlockLint>;
  close(): Promise<void>;
}

/** The parts share one namespace; each uses only what stands above it. */
const SCRIPT = [kinds, scopes, results, reads, facts].join("\n");
/** Milliseconds to read one block, on a busy machine too. */
const TIMEOUT_MS = 10_000;

type Session = { readonly session: SandboxSession } | { readonly refused: string };

/**
 * Reads Python blocks in a session of its own. A block at which Python itself dies costs the
 * session; the next one gets a new one.
 */
export function createPythonLint(
  sandboxes: Pick<Sandboxes, "open">,
  options: LintOptions,
): PythonLint {
  let opened: Session | null = null;

  async function read(block: Block): Promise<PythonReport | string> {
    opened ??= await openReader(sandboxes, options);
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
      if (typeof report !== "string") return toLint(report, block, program);
      const message = `The ${block.when} block was not checked: ${report}`;
      const place = { line: block.line, column: 1, block: block.when };
      return {
        block,
        findings: [{ severity: "warning", exception: null, message, ...place }],
        gives: null,
        reads: [],
      };
    },
    async close() {
      if (opened && "session" in opened) await opened.session.close();
      opened = null;
    },
  };
}

async function openReader(
  sandboxes: Pick<Sandboxes, "open">,
  { signal, permit }: LintOptions,
): Promise<Session> {
  try {
    const session = await sandboxes.open(
      "python",
      {
        builtins: "all",
        limits: { timeoutMs: TIMEOUT_MS },
        permit: (level) => permit("python", level),
      },
      signal,
    );
    const started = await session.run(
      SCRIPT,
      { offered: OFFERED_PYTHON },
      { file: "lint", line: 1 },
    );
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

function toLint(report: PythonReport, block: Block, program: ContextFacts): BlockLint {
  const inFile = (line: number) => block.line + line - 1;
  const findings = report.facts.flatMap((fact): BlockFinding[] => {
    const message =
      fact.fact === "read"
        ? doubtRead(fact.path, block, program)
        : wordFact(fact, { block, report });
    if (message === null) return [];
    const place = { line: inFile(fact.line), column: fact.column, block: block.when };
    return FATAL.has(fact.fact)
      ? [{ severity: "error", exception: fact.exception, message, ...place }]
      : [{ severity: "warning", exception: null, message, ...place }];
  });
  const read = report.facts.filter(({ fact, path: [root = ""] }) => {
    return fact === "read" && !mayBeReplaced(root, block, program);
  });
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
