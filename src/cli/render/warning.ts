import { childrenOf } from "../../library/children.ts";
import type { LoadedProgram } from "../../library/load.ts";
import type { Warning } from "../../program/program.ts";
import type { Output } from "../output.ts";

/** Says the warnings of a program and of all it uses. */
export function warnOf(loaded: LoadedProgram, output: Output): void {
  for (const warning of allWarnings(loaded)) output.warn(warningText(warning));
}

/** Warnings of a program and of all it uses, each file once. */
export function allWarnings(loaded: LoadedProgram, seen = new Set<LoadedProgram>()): Warning[] {
  if (seen.has(loaded)) return [];
  seen.add(loaded);
  return [
    ...loaded.program.warnings,
    ...childrenOf(loaded).flatMap(({ child }) => allWarnings(child, seen)),
  ];
}

/** `file:line:column: message` */
export function warningText({ message, place }: Warning): string {
  return place === null ? message : `${place.path}:${place.line}:${place.column}: ${message}`;
}
