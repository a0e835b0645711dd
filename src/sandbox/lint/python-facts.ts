import { isObject } from "../../core/json.ts";

/** What `facts.py` found at one place; lines and columns count from 1 in the block's code. */
export interface PythonFact {
  readonly fact: string;
  readonly line: number;
  readonly column: number;
  readonly name: string;
  readonly module: string;
  readonly reason: string;
  readonly exception: string;
  readonly what: string;
  readonly path: readonly string[];
  readonly has: readonly string[];
  /** `no-attribute`: the class of the module's name has it. */
  readonly inside: boolean;
  /** `gives-nothing`: the block changes what it was given. */
  readonly changes: boolean;
}

export interface PythonReport {
  readonly facts: readonly PythonFact[];
  /** Every key that `result` may have; null where the text doesn't show them. */
  readonly gives: readonly string[] | null;
  /** What the block binds. */
  readonly names: readonly string[];
}

/**
 * The report as it came out of the sandbox, where hostile text was parsed: nothing of it is taken
 * unseen. Null when it is none.
 */
export function readReport(value: unknown): PythonReport | null {
  if (!isObject(value)) return null;
  const { facts, gives, names } = value;
  if (!Array.isArray(facts) || !isTexts(names) || !(gives === null || isTexts(gives))) return null;
  const read = facts.map(readFact).filter((fact) => fact !== null);
  return read.length === facts.length ? { facts: read, gives, names } : null;
}

function readFact(value: unknown): PythonFact | null {
  if (!isObject(value)) return null;
  const { fact, line, column, name, module, reason, exception, what, path, has, inside, changes } =
    value;
  if (typeof fact !== "string" || !isPosition(line) || !isPosition(column)) return null;
  return {
    fact,
    line,
    column,
    name: textOf(name),
    module: textOf(module),
    reason: textOf(reason),
    exception: textOf(exception),
    what: textOf(what),
    path: isTexts(path) ? path : [],
    has: isTexts(has) ? has : [],
    inside: inside === true,
    changes: changes === true,
  };
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
