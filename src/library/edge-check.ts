import { show } from "../contract/reasons.ts";
import { isObject } from "../core/json.ts";
import type { Warning } from "../program/program.ts";
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

/** The edges of programs, as far as they were checked. */
export type TreeEdges = ReadonlyMap<LoadedProgram, readonly CheckedEdge[]>;

export interface EdgeCheck {
  /** @throws {ModullmError} RLLM_008 for an edge, or an output passed on, that can never fit */
  readonly visit: Visit;
  readonly edges: TreeEdges;
  /** What a program's output_schema may not take of what it passes on. */
  readonly outputs: ReadonlyMap<LoadedProgram, readonly string[]>;
}

/** Checks edges of programs, each once however many use them. */
export async function createEdgeCheck(): Promise<EdgeCheck> {
  const { createEdgeChecker, edgesOf, issueText, misfitError } =
    await import("../program/edges.ts");
  const { misfitText, outputMisfitError, outputMisfits } =
    await import("../program/output-edges.ts");
  const checker = createEdgeChecker();
  const edges = new Map<LoadedProgram, readonly CheckedEdge[]>();
  const outputs = new Map<LoadedProgram, readonly string[]>();
  const visit = createVisit((parent) => {
    const found = edgesOf(parent).map((edge, index): CheckedEdge => {
      const to = parent.uses[index]?.child.path ?? "";
      const place = { from: parent.path, entry: edge.entry.name, to };
      const checked = checker.check(edge);
      switch (checked.verdict) {
        case "cannot-fit":
          throw misfitError(parent, edge, checked);
        case "may-not-fit": {
          const { input, uses, given } = checked.example;
          const example = { input, uses, given };
          return { ...place, verdict: "may-not-fit", reason: issueText(checked.issue), example };
        }
        case "unknown":
          return { ...place, verdict: "unknown", reason: checked.reason, example: null };
        case "fits":
          return { ...place, verdict: "fits", reason: null, example: null };
      }
    });
    edges.set(parent, found);
    const misfits = outputMisfits(parent);
    const never = misfits.find(({ always }) => always);
    if (never) throw outputMisfitError(parent, never);
    outputs.set(parent, misfits.map(misfitText));
  });
  return { visit, edges, outputs };
}

/** What is said of a program whose edges may not fit. */
export function edgeWarnings(edges: readonly CheckedEdge[], { uses }: LoadedProgram): Warning[] {
  return edges.flatMap(({ entry, verdict, reason, example }) => {
    if (verdict !== "may-not-fit" || example === null) return [];
    const child = uses.find((link) => link.entry.name === entry)?.child.program.name ?? entry;
    const reads =
      isObject(example.uses) && Object.keys(example.uses).length > 0
        ? ` and uses ${show(example.uses)}`
        : "";
    const message = `uses entry "${entry}" may give "${child}" what it does not take: with the input ${show(example.input)}${reads}, ${reason}`;
    return [{ message, place: null }];
  });
}
