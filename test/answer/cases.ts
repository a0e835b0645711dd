import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { RepairLevel } from "../../src/answer/answer.ts";
import type { JsonSchema } from "../../src/contract/contract.ts";

/** A text and what reading it must give. */
export interface Case {
  readonly text: string;
  /** The file's where it has none; without either any value will do. */
  readonly schema?: JsonSchema;
  /** Of `reads` and `beside`: the value. */
  readonly value?: unknown;
  /**
   * Of `reads` and `beside`: the least level that gives the value; the ones below may refuse.
   * Of `refuses`: the highest that refuses. @default the rule's; "full" in `refuses`
   */
  readonly level?: RepairLevel;
  /** The text is the beginning of an answer, read by `readPartial`. */
  readonly partial?: true;
  /** Why it fails today; it must be mended. */
  readonly fails?: string;
}

/**
 * A file of `rules/`, for one rule, or of `kinds/`, for a kind of answer that no one rule reads.
 */
export interface CaseFile {
  readonly name: string;
  readonly level?: "safe" | "full";
  readonly cost?: number;
  /** What it is for, in a sentence. */
  readonly for: string;
  readonly schema?: JsonSchema;
  /** Read by this rule; in `kinds/` read by any. */
  readonly reads?: readonly Case[];
  /** Alike, and read without this rule. */
  readonly beside?: readonly Case[];
  /** Read by no rule. */
  readonly refuses?: readonly Case[];
}

/** The files of a folder beside this file, by name. */
export function readCases(folder: "rules" | "kinds"): CaseFile[] {
  const path = join(import.meta.dir, folder);
  const names = readdirSync(path).map((file) => file.replace(/\.yaml$/, ""));
  return names.toSorted().map((name) => ({
    ...(parse(readFileSync(join(path, `${name}.yaml`), "utf8")) as Omit<CaseFile, "name">),
    name,
  }));
}
