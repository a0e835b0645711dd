import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folders of PATH. A relative one would lead to whatever the working folder holds: it is left
 * out.
 */
export function pathFolders(env: Environment): readonly string[] {
  return (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter(isAbsolute);
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    const found = statSync(path);
    // Of a size: the shortcuts to Windows's store have none.
    return found.isFile() && found.size > 0;
  } catch {
    return false;
  }
}
