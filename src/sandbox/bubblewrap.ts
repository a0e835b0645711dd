import { join } from "node:path";
import { isProgram, pathFolders } from "./on-path.ts";

/** `bwrap` on PATH; null where it isn't installed. */
export function findBubblewrap(env: Readonly<Record<string, string | undefined>>): string | null {
  return (
    pathFolders(env)
      .map((folder) => join(folder, "bwrap"))
      .find(isProgram) ?? null
  );
}

/**
 * What a guest is kept apart by, whatever it may see of the files: it ends with us, and has no
 * terminal of ours.
 */
export function namespaceArguments(): readonly string[] {
  // Root needs no namespace of users to make the others.
  const root = process.getuid?.() === 0;
  const spaces = ["ipc", "pid", "net", "uts", ...(root ? [] : ["user"])].map(
    (space) => `--unshare-${space}`,
  );
  return [...spaces, "--unshare-cgroup-try", "--die-with-parent", "--new-session"];
}
