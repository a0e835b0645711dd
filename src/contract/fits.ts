import { holdsBigint } from "./big.ts";
import { compileContract } from "./compile.ts";
import type { Contract, Issue, JsonSchema } from "./contract.ts";
import { findFaults } from "./faults.ts";
import { readDocument } from "./read-document.ts";
import { doubtOf } from "./fits/doubt.ts";
import { Sampler } from "./fits/samples.ts";
import { Solver } from "./fits/solver.ts";
import { Space } from "./fits/space.ts";
import { isSameJson } from "./values.ts";

/** Whether every value of one schema is a value of another. */
export type Fit =
  | { readonly verdict: "fits" }
  /**
   * Some value is not: `example` is one, checked with both contracts; `issue` is what the other
   * contract has against it.
   */
  | { readonly verdict: "may-not-fit"; readonly example: unknown; readonly issue: Issue }
  /** No value is. */
  | { readonly verdict: "cannot-fit"; readonly reason: string; readonly example?: unknown }
  | { readonly verdict: "unknown"; readonly reason: string };

/**
 * Decides whether every value of `a` is a value of `b`. "fits" and "cannot-fit" are proofs,
 * "may-not-fit" comes with its evidence; what is neither proved nor shown is "unknown". A schema
 * without values fits everything.
 */
export function schemaFits(a: JsonSchema, b: JsonSchema): Fit {
  const space = new Space();
  const [left, right] = [readDocument(a), readDocument(b)];
  for (const [document, which] of [
    [left, "first"],
    [right, "second"],
  ] as const) {
    const [fault] = findFaults(document);
    if (fault !== undefined)
      return {
        verdict: "unknown",
        reason:
          `the ${which} schema can't be compiled: ` +
          `${fault.schemaPath.join(".")} ${fault.reason}`,
      };
  }
  if (isSameJson(a, b)) return { verdict: "fits" };
  if (holdsBigint(a) || holdsBigint(b)) {
    const reason = "whole numbers beyond 2^53 are not compared";
    return { verdict: "unknown", reason };
  }
  const solver = new Solver(space);
  const [inner, outer] = [space.add(left), space.add(right)];
  const misfit = { all: [inner], none: [outer] };
  const rest = solver.ask(() => (solver.isEmpty(misfit) ? [] : solver.left(misfit)));
  if ("answer" in rest && rest.answer.length === 0) return { verdict: "fits" };
  const apart = solver.ask(() => solver.isEmpty({ all: [inner, outer], none: [] }));
  const contracts = [compiled(a), compiled(b)] as const;
  const shown = solver.ask(() =>
    new Sampler(solver).of("answer" in rest ? misfit : { all: [inner], none: [] }),
  );
  const example =
    "answer" in shown ? shown.answer.find((value) => breaks(value, contracts)) : undefined;
  const found = example === undefined ? null : issueOf(example, contracts[1]);
  if ("answer" in apart && apart.answer) {
    const reason = found === null ? "no value of the one is a value of the other" : found.reason;
    return { verdict: "cannot-fit", reason, ...(found === null ? {} : { example }) };
  }
  if (found !== null) return { verdict: "may-not-fit", example, issue: found };
  if ("undecided" in rest) return { verdict: "unknown", reason: rest.undecided };
  const doubt = solver.ask(() => doubtOf(solver, rest.answer));
  return { verdict: "unknown", reason: "answer" in doubt ? doubt.answer : doubt.undecided };
}

function compiled(schema: JsonSchema): Contract | null {
  const compilation = compileContract(schema);
  return compilation.ok ? compilation.contract : null;
}

function breaks(value: unknown, [a, b]: readonly [Contract | null, Contract | null]): boolean {
  return a?.check(value).ok === true && b?.check(value).ok === false;
}

function issueOf(value: unknown, contract: Contract | null): Issue | null {
  const check = contract?.check(value);
  return check === undefined || check.ok ? null : check.issues[0];
}
