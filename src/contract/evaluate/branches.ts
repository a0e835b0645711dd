import { isObject } from "../../core/json.ts";
import type { Issue } from "../contract.ts";
import { describe, typeWords, wrongChoice } from "../reasons.ts";
import { finding, isSamePath, isWrongType, type Finding, type Source } from "./finding.ts";

/**
 * Why a value meets none of the alternatives. Where all fail for want of the same thing (a type,
 * one of some constants), that is one issue; else the alternative that the value most nearly meets
 * is taken to be the one that was meant, and speaks alone.
 */
export function explainBranches(
  source: Source,
  value: unknown,
  branches: readonly (readonly Finding[])[],
): readonly Finding[] {
  const types = branches.map((found) => found.find(isWrongType)?.wanted);
  if (types.every((wanted) => wanted != null)) {
    const wanted = [...new Set(types.flat())];
    return [finding(source, () => `is ${describe(value)}, but ${typeWords(wanted)} is wanted`)];
  }
  const fitting = branches.filter((found) => !found.some(isWrongType));
  const choice = sharedChoice(fitting);
  if (choice !== null) {
    const { path, wanted } = choice;
    return [{ ...finding(source, () => wrongChoice(valueAt(value, path), wanted)), path }];
  }
  const ranked = fitting.map((found) => ({ found, distance: distance(found) }));
  return ranked.toSorted((left, right) => left.distance - right.distance)[0]?.found ?? [];
}

function isWrongChoice({ keyword }: Finding): boolean {
  return keyword === "const" || keyword === "enum";
}

/**
 * The place whose constant is wrong in every alternative, such as a misspelt `kind`, and all that
 * is allowed there.
 */
function sharedChoice(
  branches: readonly (readonly Finding[])[],
): { path: Issue["path"]; wanted: unknown[] } | null {
  const [first, ...others] = branches;
  for (const choice of first?.filter(isWrongChoice) ?? []) {
    const elsewhere = others.map((found) =>
      found.find((one) => isWrongChoice(one) && isSamePath(one.path, choice.path)),
    );
    const all = [choice, ...elsewhere];
    if (all.every((one) => one?.wanted != null)) {
      return { path: choice.path, wanted: [...new Set(all.flatMap((one) => one?.wanted ?? []))] };
    }
  }
  return null;
}

/**
 * A wrong constant near the root says that another alternative is meant; a missing property says so
 * less clearly.
 */
function distance(found: readonly Finding[]): number {
  let sum = 0;
  for (const one of found) {
    if (one.path.length <= 1 && isWrongChoice(one)) sum += 10_000;
    else if (one.path.length === 0 && one.keyword === "required") sum += 100;
    else if (one.path.length === 0) sum += 50;
    else sum += 10;
  }
  return sum;
}

function valueAt(value: unknown, path: Issue["path"]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isObject(at) ? at[String(key)] : undefined;
  }, value);
}
