import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Folders, Place } from "./folders.ts";

/** Something that was found below a folder. Links are passed over. */
export interface Found extends Place {
  /** Null for a folder. */
  readonly bytes: number | null;
}

/** What lies below a folder, by name; a folder's content after the folder. */
export async function* walk(
  { shown, path }: Place,
  { folders, depth, signal }: { folders: Folders; depth: number; signal: AbortSignal },
): AsyncGenerator<Found> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const known = entries.filter(({ name }) => folders.shows(name));
  for (const entry of known.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    signal.throwIfAborted();
    const place = { shown: `${shown}/${entry.name}`, path: join(path, entry.name) };
    if (entry.isFile()) {
      const stats = await stat(place.path).catch(() => null);
      if (stats !== null) yield { ...place, kind: "file", bytes: stats.size };
    } else if (entry.isDirectory()) {
      const folder = { ...place, kind: "folder" } as const;
      yield { ...folder, bytes: null };
      if (depth > 1) yield* walk(folder, { folders, depth: depth - 1, signal });
    }
  }
}
