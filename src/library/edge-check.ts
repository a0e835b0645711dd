import type { Issue } from "../contract/contract.ts";
import { show } from "../contract/reasons.ts";
import { isObject } from "../core/json.ts";
import type { EdgeChecker, EdgeVerdict } from "../program/edges.ts";
import type { Warning } from "../program/program.ts";
import { entryPlace } from "../program/uses.ts";
import type { LoadedProgram } from "./load.ts";
import { createVisit, type Visit } from "./visit.ts";

/**
 * Whether what a `with` mapping can produce is what the used program takes. An edge that can never
 * fit is an error instead.
 */
export interface CheckedEdge {
  /** Path of the program that has the entry. */
  readonly from: string;
  readonly entry: string;
  readonly to: string;
  readonly verdict: "fits" | "may-not-fit" | "unknown";
  /** Null where it fits. */
  readonly reason: string | null;
  /**
   * A run that goes wrong: an input, outputs of the entries that are read, and what the used
   * program would be given.
   */
  readonly example: {
    readonly input: unknown;
    readonly uses: unknown;
    readonly given: unknown;
  } | null;
}

/**
 * Whether what a program without a model makes of its `output` is what its output_schema takes. One
 * that never is, is an error instead.
 */
export interface CheckedOutput extends Pick<CheckedEdge, "verdict" | "reason"> {
  readonly path: string;
  /** A run that goes wrong: an input, outputs of the entries that are read, and what is made. */
  readonly example: CheckedEdge["example"];
}

/** The edges of programs, as far as they were checked. */
export type TreeEdges = ReadonlyMap<LoadedProgram, readonly CheckedEdge[]>;

export interface EdgeCheck {
  /** @throws {ModullmError} RLLM_008 for an edge, or an output passed on, that can never fit */
  readonly visit: Visit;
  readonly edges: TreeEdges;
  /** What a program's output_schema may not take of what it passes on or makes. */
  readonly outputs: ReadonlyMap<LoadedProgram, readonly Warning[]>;
  /** Of programs without a model. */
  readonly collected: ReadonlyMap<LoadedProgram, CheckedOutput>;
}

/**
 * Checks edges of programs, each once however many use them.
 * @param given @default a new one
 */
export async function createEdgeCheck(given?: EdgeChecker): Promise<EdgeCheck> {
  const { createEdgeChecker, edgesOf, misfitError } = await import("../program/edges.ts");
  const { issueText } = await import("../program/edge-example.ts");
  const { collectEdge, collectError, collectPlace, collectText } =
    await import("../program/collect-edge.ts");
  const { misfitText, outputMisfitError, outputMisfits } =
    await import("../program/output-edges.ts");
  const checker = given ?? createEdgeChecker();
  const edges = new Map<LoadedProgram, readonly CheckedEdge[]>();
  const outputs = new Map<LoadedProgram, readonly Warning[]>();
  const collected = new Map<LoadedProgram, CheckedOutput>();
  const visit = createVisit((parent) => {
    const found = edgesOf(parent).map((edge, index): CheckedEdge => {
      const to = parent.uses[index]?.child.path ?? "";
      const place = { from: parent.path, entry: edge.entry.name, to };
      const checked = checker.check(edge);
      if (checked.verdict === "cannot-fit") throw misfitError(parent, edge, checked);
      return { ...place, ...told(checked, issueText) };
    });
    edges.set(parent, found);
    const misfits = outputMisfits(parent);
    const never = misfits.find(({ always }) => always);
    if (never) throw outputMisfitError(parent, never);
    outputs.set(parent, [
      ...collectedBy(parent),
      ...misfits.map((misfit) => ({ message: misfitText(misfit), place: null })),
    ]);
  });

  /** @throws {ModullmError} RLLM_008 where output_schema never takes it */
  function collectedBy(loaded: LoadedProgram): readonly Warning[] {
    const edge = collectEdge(loaded);
    if (edge === null) return [];
    const checked = checker.check(edge);
    if (checked.verdict === "cannot-fit") throw collectError(loaded, checked);
    const textOf = (issue: Issue): string => issueText(issue, edge.whole);
    collected.set(loaded, { path: loaded.path, ...told(checked, textOf) });
    if (checked.verdict !== "may-not-fit") return [];
    const place = collectPlace(loaded.program, checked.issue);
    return [{ message: collectText(checked), place }];
  }

  return { visit, edges, outputs, collected };
}

function told(
  checked: Exclude<EdgeVerdict, { verdict: "cannot-fit" }>,
  issueText: (issue: Issue) => string,
): Pick<CheckedEdge, "verdict" | "reason" | "example"> {
  switch (checked.verdict) {
    case "may-not-fit": {
      const { input, uses, given } = checked.example;
      const example = { input, uses, given };
      return { verdict: "may-not-fit", reason: issueText(checked.issue), example };
    }
    case "unknown":
      return { verdict: "unknown", reason: checked.reason, example: null };
    case "fits":
      return { verdict: "fits", reason: null, example: null };
  }
}

/** What is said of a program whose edges may not fit. */
export function edgeWarnings(
  edges: readonly CheckedEdge[],
  { program, uses }: LoadedProgram,
): Warning[] {
  return edges.flatMap(({ entry, verdict, reason, example }) => {
    if (verdict !== "may-not-fit" || example === null) return [];
    const child = uses.find((link) => link.entry.name === entry)?.child.program.name ?? entry;
    const reads =
      isObject(example.uses) && Object.keys(example.uses).length > 0
        ? ` and uses ${show(example.uses)}`
        : "";
    const message =
      `uses entry "${entry}" may give "${child}" what it does not take: with the input ` +
      `${show(example.input)}${reads}, ${reason}`;
    return [{ message, place: entryPlace(program, entry) }];
  });
}
