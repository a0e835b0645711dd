import type { Folders, Place } from "./folders.ts";
import { MOST_BYTES, readText } from "./reading.ts";
import type { ToolContext } from "./sdk/serve.ts";
import { walk } from "./walk.ts";

const MOST_MATCHES = 200;
const MOST_FILES = 20_000;
const MOST_DEPTH = 40;
/** Characters of a line that are shown around what was found. */
const MOST_LINE = 300;

interface Match {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Lines that hold a text, without regard to case. */
export async function search(
  { text, name = "" }: { readonly text: string; readonly name?: string },
  {
    folders,
    places,
    context,
  }: { folders: Folders; places: readonly Place[]; context: ToolContext },
) {
  const { signal } = context;
  const matches: Match[] = [];
  const wanted = text.toLowerCase();
  let [files, skipped] = [0, 0];
  for (const place of places) {
    for await (const { shown, path, bytes } of filesIn(place, folders, signal)) {
      if (!shown.endsWith(name)) continue;
      if (files + skipped >= MOST_FILES || matches.length >= MOST_MATCHES)
        return { matches, files, skipped, more: true };
      const content = bytes > MOST_BYTES ? null : await readText(path).catch(() => null);
      if (content === null) skipped++;
      else files++;
      for (const match of content === null ? [] : matchesIn(content, wanted, shown)) {
        if (matches.length >= MOST_MATCHES) return { matches, files, skipped, more: true };
        matches.push(match);
      }
      if ((files + skipped) % 500 === 0) context.progress(`searched ${files} files`, files, null);
    }
  }
  return { matches, files, skipped, more: false };
}

async function* filesIn(
  place: Place,
  folders: Folders,
  signal: AbortSignal,
): AsyncGenerator<Place & { readonly bytes: number }> {
  // Its size is looked at when it is read.
  if (place.kind === "file") {
    yield { ...place, bytes: 0 };
    return;
  }
  for await (const found of walk(place, { folders, depth: MOST_DEPTH, signal }))
    if (found.bytes !== null) yield { ...found, bytes: found.bytes };
}

function* matchesIn(content: string, wanted: string, path: string): Generator<Match> {
  if (!content.toLowerCase().includes(wanted)) return;
  for (const [at, line] of content.split("\n").entries()) {
    const found = line.toLowerCase().indexOf(wanted);
    if (found === -1) continue;
    const start = Math.max(0, Math.min(found - 100, line.length - MOST_LINE));
    yield { path, line: at + 1, text: line.slice(start, start + MOST_LINE) };
  }
}
