import type { Decision, ProgramRow } from "../../store/programs.ts";
import { byVersion, plainVersion } from "../../program/versions.ts";
import type { ProgramFacts } from "./read-file.ts";

/** A program by the one name under which it is found. */
export interface NamedProgram {
  readonly id: number;
  readonly name: string;
  readonly hash: string | null;
  readonly facts: ProgramFacts;
  readonly decision: Omit<Decision, "hash"> | null;
  /** Every file of its library name in its folder, the current or newest one first. */
  readonly files: readonly ProgramRow[];
}

/**
 * The programs that `run` and `uses` would find by name, in the order of their names: of a library
 * name that several folders have, that of the first; of several versions the current file, else the
 * newest. A program is called what its file says; by its library name where another is called that
 * too, or the file can't be read.
 */
export function nameThem(
  rows: readonly ProgramRow[],
  folders: readonly string[],
): readonly NamedProgram[] {
  const byLibraryName = groupBy(rows, (row) => factsOf(row).libraryName);
  const found = [...byLibraryName].map(([libraryName, own]) => {
    const first = folders.find((folder) => own.some((row) => row.folder === folder));
    const files = own.filter((row) => row.folder === first).toSorted(currentFirst);
    return { libraryName, files };
  });
  const sound = found.filter(({ files }) => factsOf(files[0]).fault === null);
  const callers = groupBy(sound, ({ files }) => factsOf(files[0]).program);
  return found
    .map(({ libraryName, files }) => {
      const [current] = files;
      const facts = factsOf(current);
      const { program } = facts;
      const isOwn =
        facts.fault === null &&
        callers.get(program)?.length === 1 &&
        (program === libraryName || !byLibraryName.has(program));
      return {
        id: current?.id ?? 0,
        name: isOwn ? program : libraryName,
        hash: current?.hash ?? null,
        facts,
        decision: current?.decision ?? null,
        files,
      };
    })
    .toSorted((a, b) => byCodeUnit(a.name, b.name));
}

export function factsOf(row: ProgramRow | undefined): ProgramFacts {
  return row?.facts as ProgramFacts;
}

export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function currentFirst(a: ProgramRow, b: ProgramRow): number {
  const [one, other] = [factsOf(a), factsOf(b)];
  if (one.fileVersion === null || other.fileVersion === null)
    return Number(one.fileVersion !== null) - Number(other.fileVersion !== null);
  const [version, otherVersion] = [one, other].map(versionOf);
  if (version === null || otherVersion === null)
    return Number(version === null) - Number(otherVersion === null) || byCodeUnit(a.file, b.file);
  return byVersion(version ?? "", otherVersion ?? "") || byCodeUnit(a.file, b.file);
}

/** Null for a pre-release, which is taken only by its version. */
export function versionOf({ fileVersion, version }: ProgramFacts): string | null {
  return plainVersion(fileVersion ?? version ?? "");
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
