import { realpath, stat } from "node:fs/promises";

/**
 * Where a program's file really is: what it uses lies beside that, and its runs are remembered
 * under that path, whatever link led to it. A path that leads to no file stays as it is.
 */
export async function realFile(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    return (await stat(real)).isFile() ? real : path;
  } catch {
    return path;
  }
}
