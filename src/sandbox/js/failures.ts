import type { Failure } from "../sandbox.ts";
import { hintFor } from "./hints.ts";
import type { RunRequest } from "./request.ts";

/** What the harness tells of something thrown. */
export interface DescribedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** `names` gives those of the code's variables. */
export function explain(
  error: DescribedError,
  request: RunRequest,
  names: () => readonly string[],
): Failure {
  const { name, message, stack } = error;
  const { code, file, line: first } = request;
  const noted = lineIn(stack, file);
  const lines = code.split("\n");
  const line = noted === null ? null : first + lineNaming(message, lines, noted - first);
  const text = line === null ? "" : (lines[line - first] ?? "");
  const known = () => [
    ...names(),
    ...repeated(code.match(/[\p{ID_Start}$_][\p{ID_Continue}$]+/gu) ?? []),
  ];
  return {
    exception: name,
    reason: message || name,
    line,
    hint: hintFor(error, { text, names: known }),
  };
}

export function memoryError(memoryMb: number): Failure {
  return {
    exception: "MemoryError",
    reason: `it used more than ${memoryMb} MiB`,
    line: null,
    hint: null,
  };
}

export function resultError(reason: string, hint = ""): Failure {
  return { exception: "ResultError", reason, line: null, hint: hint || null };
}

/**
 * The engine notes lines at calls and at expressions that are statements; what fails in between
 * seems to be at the last one noted. Where the message says what failed, that is the first line
 * from there on that names it. Lines count from 0.
 */
function lineNaming(message: string, lines: readonly string[], noted: number): number {
  const property = /^cannot (?:read|set) property '(.*)' of (?:null|undefined)$/.exec(message)?.[1];
  const variable = /^(\S+) is not defined$/.exec(message)?.[1];
  if (property === undefined && variable === undefined) return noted;
  const name = (property ?? variable ?? "").replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
  const before = property === undefined ? String.raw`(?<![.\w$])` : String.raw`[.[{,"'\s]`;
  const named = new RegExp(String.raw`${before}${name}(?![\w$])`);
  const found = lines.findIndex((text, index) => index >= noted && named.test(text));
  return found === -1 ? noted : found;
}

/**
 * Names that come more than once: one that comes once is the one that is missing, or a misspelling
 * of its own.
 */
function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** The innermost line of a stack that is in the file itself, not in text that it evaluated. */
export function lineIn(stack: string, file: string): number | null {
  for (const text of stack.split("\n")) {
    const at = Math.max(text.lastIndexOf(`(${file}:`), text.lastIndexOf(` ${file}:`));
    const found = at === -1 ? null : /^:(\d+)/.exec(text.slice(at + 1 + file.length));
    if (found) return Number(found[1]);
  }
  return null;
}
