import { fileURLToPath } from "node:url";

/** The first argument that makes the binary run JavaScript for another process in place of a command. */
export const GUEST_ARGUMENT = "__javascript-guest";

/** How the process that JavaScript runs in is started: this program once more, or the library's own file. */
export function guestCommand(): readonly string[] {
  const here = fileURLToPath(import.meta.url);
  const isSource = here.endsWith("command.ts");
  if (isSource) return [process.execPath, fileURLToPath(new URL("../../main.ts", import.meta.url)), GUEST_ARGUMENT];
  if (isInBinary(here)) return [process.execPath, GUEST_ARGUMENT];
  return [process.execPath, fileURLToPath(new URL("javascript-guest.js", import.meta.url))];
}

/** Where Bun keeps the files of a compiled binary: `/$bunfs/root/`, on Windows `B:\~BUN\root\`. */
function isInBinary(path: string): boolean {
  return path.includes("$bunfs") || path.includes("~BUN");
}
