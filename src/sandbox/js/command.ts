import { join } from "node:path";

/**
 * The first argument that makes the binary run JavaScript for another process in place of a
 * command.
 */
export const GUEST_ARGUMENT = "__javascript-guest";

/** Set by the build of the binary, where files have no place of their own. */
declare const IN_BINARY: boolean | undefined;

/** Set by the build of the npm package's command line, where all files are in one folder. */
declare const IN_PACKAGE: boolean | undefined;

/** The last argument of a guest that has time before it is needed. */
export const REHEARSE_ARGUMENT = "rehearse";

/**
 * How the process that JavaScript runs in is started: this program once more, or the library's own
 * file.
 */
export function guestCommand(): readonly string[] {
  if (typeof IN_BINARY !== "undefined") return [process.execPath, GUEST_ARGUMENT];
  if (typeof IN_PACKAGE !== "undefined")
    return [process.execPath, ...process.execArgv, fileAt("main.js"), GUEST_ARGUMENT];
  const isSource = import.meta.url.endsWith("command.ts");
  return isSource
    ? [process.execPath, fileAt("../../main.ts"), GUEST_ARGUMENT]
    : [process.execPath, fileAt("javascript-guest.js")];
}

function fileAt(path: string): string {
  return join(import.meta.dirname, path);
}
