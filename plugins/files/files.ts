import { type Folders, openFolders } from "./folders.ts";
import { linesOf, readText } from "./reading.ts";
import { serve } from "./sdk/serve.ts";
import { search } from "./search.ts";
import { type Found, walk } from "./walk.ts";

/** Entries that are listed. */
const MOST_ENTRIES = 1000;

let folders: Folders;

serve({
  async start({ settings }) {
    const given = Array.isArray(settings["folders"]) ? settings["folders"].map(String) : [];
    folders = await openFolders(given, settings["hidden"] === true);
  },
  tools: {
    async list({ path, depth = 1 }: { path?: string; depth?: number }, { signal }) {
      if (path === undefined || path === "") return listFolders();
      const place = await folders.find(path);
      if (place.kind === "file") throw new Error(`"${place.shown}" is a file`);
      const entries: ReturnType<typeof entryOf>[] = [];
      for await (const found of walk(place, { folders, depth, signal })) {
        if (entries.length === MOST_ENTRIES) return { entries, more: true };
        entries.push(entryOf(found));
      }
      return { entries, more: false };
    },
    async read({ path, from = 1, lines }: { path: string; from?: number; lines?: number }) {
      const place = await folders.find(path);
      if (place.kind === "folder") throw new Error(`"${place.shown}" is a folder: list it`);
      return { ...linesOf(await readText(place.path), from, lines) };
    },
    async search(
      { path = "", ...wanted }: { path?: string; text: string; name?: string },
      context,
    ) {
      const all = folders.all.map(({ name }) => name);
      const chosen = path === "" ? all : [path];
      const places = await Promise.all(chosen.map(async (each) => await folders.find(each)));
      const { matches, ...counts } = await search(wanted, { folders, places, context });
      return { matches: matches.map((match) => ({ ...match })), ...counts };
    },
  },
});

function listFolders() {
  const entries = folders.all.map(({ name }) => ({ path: name, kind: "folder", bytes: null }));
  return { entries, more: false };
}

function entryOf({ shown, kind, bytes }: Found) {
  return { path: shown, kind, bytes };
}
