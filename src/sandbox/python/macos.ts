import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionOptions } from "../sandbox.ts";
import type { PythonInterpreter } from "./find.ts";
import { confinedArgs, harnessHello, type PythonGuest } from "./guest.ts";

const SANDBOX_EXEC = "/usr/bin/sandbox-exec";

/**
 * Python under a profile of `sandbox-exec`, which macOS's kernel enforces: no network, no other
 * process, no file but the library and the system's own, a private folder for sessions with
 * `builtins: "all"`. The harness proves that it can't list the user's folder and can't send signals
 * before it reads code. Memory is not limited, as macOS does not enforce RLIMIT_AS; a guest ends
 * when its input ends or at its deadline, so that a host that is killed may leave one running for
 * its processor time.
 *
 * **Never run on macOS**: that is why it is off until it is asked for.
 */
export function macosGuest(
  interpreter: PythonInterpreter,
  { builtins }: SessionOptions,
): PythonGuest {
  const folder =
    builtins === "all" ? realpathSync(mkdtempSync(join(tmpdir(), "modullm-python-"))) : null;
  return {
    level: "kernel",
    command: SANDBOX_EXEC,
    args: [
      "-p",
      macosProfile(interpreter, folder),
      interpreter.executable,
      ...confinedArgs(interpreter),
    ],
    env: {},
    cwd: folder ?? "/",
    hello: () =>
      harnessHello({ confine: { by: "limits", refused: [homedir(), tmpdir()] }, trusted: false }),
    cleanUp() {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

/** What may be done, in the language of Seatbelt; all else is refused. */
export function macosProfile(
  { executable, library, loaded, prefix }: PythonInterpreter,
  folder: string | null,
): string {
  const read = [
    "/usr/lib",
    "/System/Library",
    "/dev/urandom",
    "/dev/null",
    "/private/etc/localtime",
    prefix,
  ];
  const paths = [...new Set([...read, ...library, ...loaded])];
  return [
    "(version 1)",
    "(deny default)",
    `(allow process-exec (literal ${quote(executable)}))`,
    "(allow sysctl-read)",
    "(allow file-read-metadata)",
    ...paths.map((path) => `(allow file-read* (subpath ${quote(path)}))`),
    `(allow file-map-executable ${paths.map((path) => `(subpath ${quote(path)})`).join(" ")})`,
    ...(folder === null ? [] : [`(allow file-read* file-write* (subpath ${quote(folder)}))`]),
    "(deny process-fork)",
    "(deny network*)",
    "(deny mach-lookup)",
    "(deny signal (target others))",
  ].join("\n");
}

function quote(path: string): string {
  return `"${path.replace(/[\\"]/g, (character) => `\\${character}`)}"`;
}
