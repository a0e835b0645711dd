import type { Code } from "../core/codes.ts";
import type { ChainStep, ModullmError } from "../core/error.ts";
import { isObject } from "../core/json.ts";
import type { PlacedWarning } from "./validate.ts";

/** One thing that `validate` says of a program. */
export interface Finding {
  /** Null for a warning. */
  readonly code: Code | null;
  readonly message: string;
  /** What to do about it; null where nothing says. */
  readonly hint: string | null;
  /** From 1, columns in code points; null where it has no place in the program's own file. */
  readonly line: number | null;
  readonly column: number | null;
  /** For what is wrong further down. */
  readonly below: {
    /** The entry of the program that leads there. */
    readonly step: ChainStep;
    /** The file that it is in. */
    readonly path: string;
    readonly line: number | null;
    readonly column: number | null;
  } | null;
}

/** What a failure of `validate` says, fault by fault. */
export function faultsOf(error: ModullmError): readonly Finding[] {
  const chain = error.details["chain"] as readonly ChainStep[] | undefined;
  const step = chain?.[0];
  if (step !== undefined) {
    const { code, message, hint, place } = error;
    const path = place?.path || (chain?.at(-1)?.path ?? step.path);
    const below = { step, path, line: place?.line ?? null, column: place?.column ?? null };
    return [{ code, message, hint, line: null, column: null, below }];
  }
  const { faults } = error.details;
  if (Array.isArray(faults)) return faults.filter(isObject).map(toldFault);
  const { code, message, hint, place } = error;
  const { line = null, column = null } = place ?? {};
  return [{ code, message, hint, line, column, below: null }];
}

export function warningFinding({ message, line, column }: PlacedWarning): Finding {
  return { code: null, message, hint: null, line, column, below: null };
}

/** A fault as `programOf` puts it into details. */
function toldFault(fault: Record<string, unknown>): Finding {
  return {
    code: fault["error_code"] as Code,
    message: String(fault["message"]),
    hint: String(fault["recovery_hint"]),
    line: fault["line"] as number | null,
    column: fault["column"] as number | null,
    below: null,
  };
}
