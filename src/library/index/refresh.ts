import { existsSync } from "node:fs";
import { fingerprint } from "../../core/digest.ts";
import { ModullmError } from "../../core/error.ts";
import type { IndexedProgram, KnownFile, ProgramArea } from "../../store/programs.ts";
import type { Refreshed, RefreshOptions } from "../program-index.ts";
import { type FoundFile, stampOf, walkFolder } from "./walk.ts";

type FolderRefreshed = Omit<Refreshed, "folders">;

/** Brings what is known of the folders up to date, one after the other. */
export async function refreshPrograms(
  area: ProgramArea,
  folders: readonly string[],
  options: RefreshOptions,
): Promise<Refreshed> {
  const done: FolderRefreshed[] = [];
  for (const folder of folders) done.push(await refreshFolder(area, folder, options));
  const sum = (key: "programs" | "broken" | "read" | "removed"): number =>
    done.reduce((total, each) => total + each[key], 0);
  return {
    folders,
    programs: sum("programs"),
    read: sum("read"),
    removed: sum("removed"),
    broken: sum("broken"),
    unreadable: done.flatMap(({ unreadable }) => unreadable),
  };
}

/** Files that are read and written together: what a kill takes away at most. */
const BATCH = 200;
/** Files that are read at a stretch: some milliseconds. */
const TURN = 20;

/**
 * A folder whose files are all as they were is told by one digest of them. Two processes may do
 * this at once: whoever's digest comes after another's change is not kept, so that the next scan
 * looks at each file.
 */
async function refreshFolder(
  area: ProgramArea,
  folder: string,
  { force = false, signal }: RefreshOptions,
): Promise<FolderRefreshed> {
  const before = await area.folder(folder);
  const { files, unreadable } = await walkFolder(folder);
  const nothing = { read: 0, removed: 0, unreadable };
  if (before === null && files.length === 0) return { ...nothing, programs: 0, broken: 0 };
  const digest = digestOf(files, before?.also ?? []);
  if (!force && before !== null && digest !== null && digest === before.digest)
    return { ...nothing, programs: before.programs, broken: before.broken };

  const known = new Map((await area.files(folder)).map((file) => [file.file, file]));
  const there = new Map(files.map((file) => [file.file, file]));
  const stale = files.filter((file) => force || isStale(file, known.get(file.file)));
  const drop = [...known.keys()].filter(
    // One that another process has put there since the walk is not gone.
    (file) => !there.has(file) && !existsSync(`${folder}/${file}`),
  );
  let writing = Promise.resolve(before?.changes ?? 0);
  if (drop.length > 0) writing = area.change(folder, { put: [], drop, more: false });
  for (let start = 0, end = BATCH; start < stale.length; start = end, end += BATCH) {
    if (signal?.aborted) {
      await writing;
      throw interrupted();
    }
    const [put] = await Promise.all([readFiles(stale.slice(start, end)), writing]);
    for (const { file, also } of put) known.set(file, { file, stamp: null, also });
    writing = area.change(folder, { put, drop: [], more: end < stale.length });
  }
  const changes = await writing;
  const also = [...new Set([...known.values()].flatMap((file) => Object.keys(file.also)))];
  const scan = { digest: digestOf(files, also), also, changes };
  const counts = await area.settle(folder, scan);
  return { ...counts, read: stale.length, removed: drop.length, unreadable };
}

async function readFiles(files: readonly FoundFile[]): Promise<readonly IndexedProgram[]> {
  const { readFile } = await import("./read-file.ts");
  const read: IndexedProgram[] = [];
  for (const file of files) {
    // Others get their turn.
    if (read.length % TURN === 0) await new Promise(setImmediate);
    read.push(await readFile(file));
  }
  return read;
}

/** Null where a file has to be read again. */
function digestOf(files: readonly FoundFile[], also: readonly string[]): string | null {
  const now = Date.now();
  const beside = also.map((path) => ({ file: path, stamp: stampOf(path, now) }));
  let lines = "";
  for (const { file, stamp } of [...files, ...beside]) {
    if (stamp === null) return null;
    lines += `${file}\0${stamp}\n`;
  }
  return fingerprint(lines);
}

function isStale(file: FoundFile, known: KnownFile | undefined): boolean {
  if (known === undefined || file.stamp === null || known.stamp !== file.stamp) return true;
  const now = Date.now();
  return Object.entries(known.also).some(
    ([path, stamp]) => stamp === null || stampOf(path, now) !== stamp,
  );
}

function interrupted(): ModullmError {
  return new ModullmError("RLLM_022", "The scan of the library was interrupted", {
    details: { reason: "aborted" },
    hint: "Run it again: what was read is not read again.",
  });
}
