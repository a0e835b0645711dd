import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../config/write-file.ts";
import { sha256 } from "../core/digest.ts";
import { parseJson, writeJson } from "../core/json.ts";
import { VERSION } from "../core/version.ts";
import { textsOf } from "./digest.ts";
import type { LoadedProgram } from "./load.ts";

/**
 * What is known of trees whose edges were proved not to clash. Proving takes longer than running,
 * and a tree never changes.
 */
export interface Proofs {
  /**
   * What proving a tree had to warn of; null where it is still to be proved. Within a process a
   * warning is given once.
   */
  warningsOf(tree: LoadedProgram): readonly string[] | null;
  keep(tree: LoadedProgram, warnings: readonly string[]): void;
}

/** Trees whose proofs are kept in the folder; with one more it is emptied. */
const MOST = 500;

/**
 * @param folder where proofs are kept for other processes, by a digest of all texts of a tree and
 * of this program's version; null keeps them in this one alone
 */
export function createProofs(folder: string | null): Proofs {
  const known = new WeakSet<LoadedProgram>();
  return {
    warningsOf(tree) {
      if (known.has(tree)) return [];
      const warnings = folder === null ? null : readWarnings(fileOf(folder, tree));
      if (warnings !== null) known.add(tree);
      return warnings;
    },
    keep(tree, warnings) {
      known.add(tree);
      if (folder === null) return;
      try {
        makeRoom(folder);
        replaceFile(fileOf(folder, tree), writeJson(warnings));
      } catch {
        // A cache that can't be written costs the next process a proof.
      }
    },
  };
}

function fileOf(folder: string, tree: LoadedProgram): string {
  const all = [...textsOf(tree)].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return join(folder, `${sha256(writeJson([VERSION, all]))}.json`);
}

/** Null where there is no such file, or what is in it is no list of warnings. */
function readWarnings(file: string): readonly string[] | null {
  try {
    const value = parseJson(readFileSync(file, "utf8"));
    const isList = Array.isArray(value) && value.every((each) => typeof each === "string");
    return isList ? value : null;
  } catch {
    return null;
  }
}

function makeRoom(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names = readdirSync(folder);
  if (names.length < MOST) return;
  for (const name of names) rmSync(join(folder, name), { force: true });
}
