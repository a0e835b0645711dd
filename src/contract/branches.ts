import { isObject } from "../core/json.ts";
import { wrongChoice, type Complaint } from "./assertions.ts";
import type { Issue } from "./contract.ts";
import { describe, typeWords } from "./reasons.ts";

/**
 * An issue that still knows what its keyword wanted; its path starts at the value that was judged.
 */
export interface Finding extends Issue, Complaint {}

/**
 * Why a value meets none of the alternatives. Where all fail for want of the same thing (a type,
 * one of some constants), that is one issue; else the alternative that the value most nearly meets
 * is taken to be the one that was meant, and speaks alone.
 */
export function explainBranches(
  keyword: "anyOf" | "oneOf",
  schemaPath: Issue["schemaPath"],
  value: unknown,
  branches: readonly (readonly Finding[])[],
): readonly Finding[] {
  const types = branches.map((findings) => findings.find(isWrongType)?.wanted);
  if (types.every((wanted) => wanted !== undefined)) {
    const reason = `is ${describe(value)}, but ${typeWords([...new Set(types.flat())])} is wanted`;
    return [{ keyword, path: [], schemaPath, reason }];
  }
  const fitting = branches.filter((findings) => !findings.some(isWrongType));
  const choice = sharedChoice(fitting);
  if (choice !== null) {
    const reason = wrongChoice(valueAt(value, choice.path), choice.wanted);
    return [{ keyword, path: choice.path, schemaPath, reason }];
  }
  const ranked = fitting.map((findings) => ({ findings, distance: distance(findings) }));
  return ranked.toSorted((left, right) => left.distance - right.distance)[0]?.findings ?? [];
}

function isWrongType(finding: Finding): boolean {
  return finding.keyword === "type" && finding.path.length === 0;
}

function isWrongChoice(finding: Finding): boolean {
  return finding.keyword === "const" || finding.keyword === "enum";
}

/**
 * The place whose constant is wrong in every alternative, such as a misspelt `kind`, and all that
 * is allowed there.
 */
function sharedChoice(
  branches: readonly (readonly Finding[])[],
): { path: Issue["path"]; wanted: unknown[] } | null {
  const [first, ...others] = branches;
  for (const finding of first?.filter(isWrongChoice) ?? []) {
    const elsewhere = others.map((findings) =>
      findings.find((one) => isWrongChoice(one) && isSamePath(one, finding)),
    );
    const all = [finding, ...elsewhere];
    if (all.every((one) => one?.wanted !== undefined)) {
      return { path: finding.path, wanted: [...new Set(all.flatMap((one) => one?.wanted ?? []))] };
    }
  }
  return null;
}

/**
 * A wrong constant near the root says that another alternative is meant; a missing property says so
 * less clearly.
 */
function distance(findings: readonly Finding[]): number {
  let sum = 0;
  for (const finding of findings) {
    const isNear = finding.path.length <= 1;
    if (isNear && isWrongChoice(finding)) sum += 10_000;
    else if (finding.path.length === 0 && finding.keyword === "required") sum += 100;
    else if (finding.path.length === 0) sum += 50;
    else sum += 10;
  }
  return sum;
}

function isSamePath(left: Issue, right: Issue): boolean {
  return (
    left.path.length === right.path.length &&
    left.path.every((key, index) => key === right.path[index])
  );
}

function valueAt(value: unknown, path: Issue["path"]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isObject(at) ? at[String(key)] : undefined;
  }, value);
}
