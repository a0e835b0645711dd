import {
  chownSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { knownArchitecture, seccompFilter } from "../confinement/seccomp.ts";
import type { SessionOptions } from "../sandbox.ts";
import type { Guest } from "../session.ts";
import type { PythonInterpreter } from "./find.ts";
import { OFFERED_PYTHON } from "./offered.ts";
import { startText } from "./script.ts";

/**
 * `-I`: no variables, no user packages, nothing from the working folder; `-S`: no packages; `-B`:
 * writes no compiled files.
 */
const ALONE = ["-I", "-S", "-B", "-X", "utf8"];
/** Whom code runs as when we are root: `nobody`, who owns nothing. */
const NOBODY = 65_534;
/**
 * Threads that code may start, beyond all that run on the machine: the kernel counts those of a
 * user together.
 */
const MORE_THREADS = 256;
/**
 * Files of at most 1 MiB in the private folder, and how often, in milliseconds, they are counted.
 */
const MOST_FILES = 64;
const LOOK_MS = 25;

/** A guest before its process is started. What it is told is put together while Python starts. */
export interface PythonGuest extends Omit<Guest, "hello"> {
  hello(): Readonly<Record<string, unknown>>;
}

const FOLDER_NAME = "modullm-python-";
const LEFTOVER = /^modullm-python-(\d+)-/;

/** Plain Python with the user's rights: its environment, working folder and packages. */
export function trustedGuest(
  { launcher, harness }: PythonInterpreter,
  env: Readonly<Record<string, string | undefined>>,
): PythonGuest {
  const set = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    level: "none",
    command: launcher,
    args: ["-B", "-X", "utf8", "-c", startText(harness)],
    env: Object.fromEntries(set),
    hello: () => harnessHello({ confine: null, trusted: true }),
  };
}

/** A process that confines itself by Landlock, seccomp and limits. */
export function kernelGuest(
  interpreter: PythonInterpreter,
  { builtins }: SessionOptions,
): PythonGuest {
  const folder = builtins === "all" ? makeFolder() : null;
  return {
    level: "kernel",
    command: interpreter.executable,
    args: confinedArgs(interpreter),
    env: {},
    cwd: folder ?? "/",
    hello: () =>
      helloOf(interpreter, {
        write: folder === null ? [] : [folder],
        parent: process.pid,
        ownTree: false,
      }),
    ...(folder === null ? {} : { watch: (end) => watchFolder(folder, end) }),
    async cleanUp() {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
      return await Promise.resolve();
    },
  };
}

/** What every harness is told; `confine` is how it confines itself, null where it doesn't. */
export function harnessHello(how: {
  readonly confine: Readonly<Record<string, unknown>> | null;
  readonly trusted: boolean;
}): Readonly<Record<string, unknown>> {
  return { ...how, offered: OFFERED_PYTHON };
}

/** What the interpreter is given to run the harness and nothing else. */
export function confinedArgs({ harness }: PythonInterpreter): readonly string[] {
  return [...ALONE, "-c", startText(harness)];
}

interface HelloOptions {
  readonly write: readonly string[];
  /** The process whose end is the guest's end; 0 where that is bubblewrap's matter. */
  readonly parent: number;
  /**
   * Whether it has a tree of files of its own, with no closed folder such as /root on the way to
   * what it needs.
   */
  readonly ownTree: boolean;
}

/**
 * What the harness is told beside what every guest is: how to confine itself. It has no tables of
 * its own.
 */
export function helloOf(
  interpreter: PythonInterpreter,
  { write, parent, ownTree }: HelloOptions,
): Readonly<Record<string, unknown>> {
  const read = readable(interpreter);
  const root = process.getuid?.() === 0;
  const confine = {
    by: "linux",
    filter: Buffer.from(seccompFilter(knownArchitecture(), "python")).toString("hex"),
    library: interpreter.library,
    refused: ["/"],
    read,
    write,
    parent,
    threads: countThreads() + MORE_THREADS,
    user: root ? NOBODY : null,
    search: root && !ownTree && read.some(isClosedToOthers),
  };
  return harnessHello({ confine, trusted: false });
}

/** What Python needs to go on loading its own modules. */
export function readable({ library, loaded }: PythonInterpreter): readonly string[] {
  const paths = [...library, ...loaded, "/etc/ld.so.cache"].filter((path) => existsSync(path));
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
}

/**
 * A name that tells whose it is: a program that is killed leaves its folders, and the next one
 * removes them.
 */
function makeFolder(): string {
  removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `${FOLDER_NAME}${process.pid}-`));
  if (process.getuid?.() === 0) chownSync(folder, NOBODY, NOBODY);
  return folder;
}

function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = LEFTOVER.exec(name) ?? [];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      const folder = join(tmpdir(), name);
      if (isOurs(folder)) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another program was quicker.
    }
  }
}

/** The temporary folder is everyone's: what others have there is not for us to remove. */
function isOurs(folder: string): boolean {
  const { uid } = lstatSync(folder);
  const own = process.getuid?.();
  return uid === (own === 0 ? NOBODY : own);
}

/**
 * Ends a session that keeps too many files: each is limited by the kernel, and Landlock lets it
 * make no folders.
 */
function watchFolder(folder: string, end: (reason: string) => void): () => void {
  const timer = setInterval(() => {
    try {
      if (readdirSync(folder).length > MOST_FILES) end(`it kept more than ${MOST_FILES} files`);
    } catch (thrown) {
      // Someone removed it, or the host has no descriptor left to look.
      end(
        `its files can't be counted: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      );
    }
  }, LOOK_MS);
  return () => clearInterval(timer);
}

function isClosedToOthers(path: string): boolean {
  for (let place = path; ; place = dirname(place)) {
    const { mode } = statSync(place);
    const needed = place === path ? 0o004 : 0o001;
    if ((mode & needed) === 0) return true;
    if (place === dirname(place)) return false;
  }
}

/** All threads of the machine: no fewer than those of one user. */
function countThreads(): number {
  const [, all] = /\d+\/(\d+)/.exec(readFileSync("/proc/loadavg", "utf8")) ?? [];
  return Number(all);
}
