import { ModullmError } from "../../core/error.ts";
import type { KnownFile, ProgramArea, ProgramPlace } from "../../store/programs.ts";
import type { Refreshed, RefreshOptions } from "../program-index.ts";
import { readFile } from "./read-file.ts";
import { type FoundFile, stampOf, walkFolders } from "./walk.ts";

/** Files that are read and written together: what a kill takes away at most. */
const BATCH = 200;

/**
 * Brings what is known of the folders up to date. What is known is read before the folders are
 * walked, so that nothing another process adds in between counts as gone.
 */
export async function refreshPrograms(
  area: ProgramArea,
  folders: readonly string[],
  { force = false, signal }: RefreshOptions,
): Promise<Omit<Refreshed, "programs" | "broken">> {
  const known = new Map((await area.files(folders)).map((file) => [keyOf(file), file]));
  const { files, unreadable } = await walkFolders(folders);
  const stale = files.filter((file) => force || isStale(file, known.get(keyOf(file))));
  const there = new Set(files.map(keyOf));
  const drop = [...known.values()].filter((file) => !there.has(keyOf(file)));
  if (drop.length > 0) await area.change({ put: [], drop });
  for (let start = 0; start < stale.length; start += BATCH) {
    if (signal?.aborted) throw interrupted();
    const batch = stale.slice(start, start + BATCH);
    await area.change({ put: await Promise.all(batch.map(readFile)), drop: [] });
  }
  return { folders, read: stale.length, removed: drop.length, unreadable };
}

function isStale(file: FoundFile, known: KnownFile | undefined): boolean {
  if (known === undefined || file.stamp === null || known.stamp !== file.stamp) return true;
  const now = Date.now();
  return Object.entries(known.also).some(([path, stamp]) => stampOf(path, now) !== stamp);
}

function keyOf({ folder, file }: ProgramPlace): string {
  return `${folder}\0${file}`;
}

function interrupted(): ModullmError {
  return new ModullmError("RLLM_022", "The scan of the library was interrupted", {
    details: { reason: "aborted" },
    hint: "Run it again: what was read is not read again.",
  });
}
