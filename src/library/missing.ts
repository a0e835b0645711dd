import { posix } from "node:path";
import { ModullmError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";
import { scanLibrary } from "./scan.ts";
import type { VersionRange } from "../program/versions.ts";

/** What stands where a path could stand. */
export interface LibraryName {
  readonly written: string;
  /** Without the version: `extract/facts`. */
  readonly name: string;
  readonly range: VersionRange | null;
}

export function malformed(written: string): ModullmError {
  return new ModullmError(
    "RLLM_008",
    `Cannot find program "${written}": it is neither a path nor a library name`,
    {
      details: { path: written, near: [] },
      hint: NAME_HINT,
    },
  );
}

export function noVersion(
  name: LibraryName,
  versions: readonly string[],
  library: readonly string[],
): ModullmError {
  const near = versions.map((version) => `${name.name}@${version}`);
  const which =
    versions.length === 1 ? `version ${versions[0]}` : `the versions ${versions.join(", ")}`;
  const wanted = name.range === null ? "; a pre-release is taken only by its version" : "";
  return new ModullmError(
    "RLLM_008",
    `Cannot find program "${name.written}": the library has ${name.name} in ${which}${wanted}`,
    {
      details: { path: name.written, near, versions, library },
      hint: "Ask for a version that is there.",
    },
  );
}

export async function missing(
  { written, name }: LibraryName,
  library: readonly string[],
): Promise<ModullmError> {
  const near = nearNames(name, await scanLibrary(library));
  const [first] = near;
  const guess =
    first === undefined ? "" : `. Did you mean ${near.map((one) => `"${one}"`).join(" or ")}?`;
  const where =
    library.length === 0 ? "the library path is empty" : `it is not in ${library.join(", ")}`;
  return new ModullmError(
    "RLLM_008",
    `Cannot find program "${written}" in the library: ${where}${guess}`,
    {
      details: { path: written, near, library },
      hint: NAME_HINT,
    },
  );
}

const NAME_HINT =
  "Write a path that ends in .rllm or starts with . or /, or a library name such as " +
  "extract/facts or extract/facts@^1.2.";

/** How many names a message offers. */
const MOST_NEAR = 3;

/**
 * Names like the wanted one; names that end like it, in another folder; what lies in the folder of
 * that name.
 */
function nearNames(name: string, names: readonly string[]): readonly string[] {
  const last = posix.basename(name).toLowerCase();
  const like = nearest(name, names);
  const lastLike = nearest(
    last,
    names.map((other) => posix.basename(other)),
  )?.toLowerCase();
  const near = names.filter((other) => {
    const otherLast = posix.basename(other).toLowerCase();
    return otherLast === last || otherLast === lastLike || other.startsWith(`${name}/`);
  });
  return [...new Set([...(like === null ? [] : [like]), ...near])].slice(0, MOST_NEAR);
}
