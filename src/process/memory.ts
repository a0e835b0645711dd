import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { promisify } from "node:util";

/** Milliseconds between two looks: cheap on Linux, a process on macOS. */
const EVERY_MS: Readonly<Record<string, number>> = { linux: 500, darwin: 5000 };
/** Of the machine's memory. */
const SHARE = 0.75;
/** Processes of a tree that are looked at. */
const MOST = 200;
const KIB = 1024;

/**
 * The bytes a process may use where nothing is set. Pages of files, such as a model that is mapped
 * in, don't count on Linux.
 */
export function defaultMemory(): number {
  const total = totalmem();
  // Without a limit: 0, or a number that no machine has.
  const constrained = process.constrainedMemory();
  return Math.floor(Math.min(total, constrained > 0 ? constrained : total) * SHARE);
}

/**
 * Looks after the memory of a process and of what it started, on Linux and macOS; elsewhere nothing
 * does.
 * @param active looked at before each look: nothing is read while it is false
 * @param exceeded called once, with the bytes in use
 * @returns what ends the watch
 */
export function watchMemory(
  pid: number,
  {
    limit,
    active,
    exceeded,
  }: { limit: number; active: () => boolean; exceeded: (bytes: number) => void },
): () => void {
  const every = EVERY_MS[process.platform];
  if (every === undefined) return () => {};
  let looking = false;
  async function look(): Promise<void> {
    if (looking || !active()) return;
    looking = true;
    const bytes = await memoryOf(pid);
    looking = false;
    if (bytes === null || bytes <= limit) return;
    clearInterval(timer);
    exceeded(bytes);
  }
  const timer = setInterval(() => void look(), every);
  timer.unref();
  return () => clearInterval(timer);
}

/** Bytes; null where that can't be told. */
export async function memoryOf(pid: number): Promise<number | null> {
  try {
    return await (process.platform === "linux" ? ofTree(pid) : ofGroup(pid));
  } catch {
    // It has ended meanwhile.
    return null;
  }
}

async function ofTree(root: number): Promise<number> {
  let bytes = 0;
  const waiting = [root];
  for (let seen = 0; seen < MOST; seen++) {
    const pid = waiting.pop();
    if (pid === undefined) break;
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    for (const name of ["RssAnon", "RssShmem", "VmSwap"])
      bytes += Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * KIB;
    waiting.push(...(await childrenOf(pid)));
  }
  return bytes;
}

async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) =>
      readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => ""),
    ),
  );
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}

async function ofGroup(group: number): Promise<number> {
  const { stdout } = await promisify(execFile)("/bin/ps", ["-axo", "pgid=,rss="]);
  const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  return rows.reduce((sum, [pgid, size = 0]) => (pgid === group ? sum + size * KIB : sum), 0);
}
