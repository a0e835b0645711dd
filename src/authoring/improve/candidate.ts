import { sha256 } from "../../core/digest.ts";
import { writeJson } from "../../core/json.ts";
import type { Example } from "../../program/program.ts";
import type { Instruction } from "./edit.ts";

/** An example that was seen to be right. */
export interface Demonstration extends Example {
  /** The test that it was made from: that one tells nothing about it. Null: none. */
  readonly test: number | null;
  /** What says that it is right: the test's own expectation, or a run that passed it. */
  readonly from: "expected" | "run" | "rated";
}

/** A program that might be better: what is different in it. */
export interface Candidate {
  readonly instruction: Instruction | null;
  readonly examples: readonly Demonstration[];
}

export const UNCHANGED: Candidate = { instruction: null, examples: [] };

/** Equal keys, equal programs. */
export function keyOf({ instruction, examples }: Candidate): string {
  return sha256(writeJson([instruction, examples.map(({ input, output }) => [input, output])]));
}

/** Characters that it adds, to choose the smaller of two. */
export function sizeOf({ instruction, examples }: Candidate): number {
  const texts = [instruction?.prompt ?? "", instruction?.system ?? "", ...examples.map(textOf)];
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** Whether all that is different in a candidate is different in another one, too. */
export function isPartOf(part: Candidate, whole: Candidate): boolean {
  const sameInstruction = part.instruction === null || part.instruction === whole.instruction;
  return sameInstruction && part.examples.every((each) => whole.examples.includes(each));
}

export function textOf({ input, output }: Example): string {
  return writeJson({ input, output });
}
