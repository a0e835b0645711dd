import { existsSync, lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { namespaceArguments } from "../bubblewrap.ts";
import type { PythonInterpreter } from "./find.ts";
import { confinedArgs, helloOf, type PythonGuest } from "./guest.ts";

/** Bytes of the only place that can be written: in memory, and gone with the process. */
const SCRATCH_BYTES = 16 * 1024 * 1024;
/** Not `/tmp`: a file there would look like one of the machine. */
const SCRATCH = "/scratch";

/**
 * The confined Python in namespaces of its own: it sees no process, no network and no file of this
 * machine but those that it is made of, read-only. It confines itself in there as it does without.
 */
export function namespacesGuest(interpreter: PythonInterpreter, bubblewrap: string): PythonGuest {
  return {
    level: "namespaces",
    command: bubblewrap,
    args: [
      ...namespaceArguments(),
      ...binds(interpreter),
      // Before the rest becomes read-only. Anyone's: whoever it will be, it is not root then.
      "--perms",
      "1777",
      "--size",
      String(SCRATCH_BYTES),
      "--tmpfs",
      SCRATCH,
      "--remount-ro",
      "/",
      "--chdir",
      SCRATCH,
      "--",
      interpreter.executable,
      ...confinedArgs(interpreter),
    ],
    env: {},
    cwd: "/",
    hello: () => helloOf(interpreter, { write: [SCRATCH], parent: 0, ownTree: true }),
  };
}

/**
 * Read-only, at the same places: the interpreter, its library, the folders of what it loads, and
 * the links that lead there.
 */
function binds({ executable, library, loaded }: PythonInterpreter): readonly string[] {
  const links = ["/lib", "/lib64"].filter((path) => isLink(path));
  const folders = ["/lib", "/lib64", "/usr/lib64"].filter(
    (path) => existsSync(path) && !isLink(path),
  );
  const wanted = [executable, ...library, ...loaded.map((path) => dirname(path)), ...folders];
  const paths = [...new Set(wanted)].filter(
    (path) => !wanted.some((other) => path.startsWith(`${other}/`)),
  );
  const single = ["/etc/ld.so.cache", "/etc/localtime"].filter((path) => existsSync(path));
  return [
    // Bubblewrap would make them as closed as they are here: nobody could pass /root.
    ...closedAbove(paths).flatMap((path) => ["--perms", "0755", "--dir", path]),
    ...links.flatMap((path) => ["--symlink", readlinkSync(path), path]),
    ...paths.flatMap((path) => ["--ro-bind", path, path]),
    ...single.flatMap((path) => ["--ro-bind", realpathSync(path), path]),
  ];
}

/**
 * Folders on the way to these paths that others may not enter, with those below them, outermost
 * first.
 */
function closedAbove(paths: readonly string[]): readonly string[] {
  const above = new Set(paths.flatMap((path) => ancestors(dirname(path))));
  return [...above].filter(isBelowClosed).toSorted((a, b) => a.length - b.length);
}

function isBelowClosed(path: string): boolean {
  return ancestors(path).some((one) => (statSync(one).mode & 0o001) === 0);
}

function ancestors(path: string): readonly string[] {
  return path === dirname(path) ? [path] : [path, ...ancestors(dirname(path))];
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
