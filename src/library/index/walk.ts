import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { fileReason } from "../../config/text.ts";
import { isPassedOver } from "../scan.ts";

export interface FoundFile {
  /** Below the folder, with `/`. */
  readonly file: string;
  /** Where it really is, absolute: its runs are remembered under this path. */
  readonly path: string;
  /** Null where it can't be told whether it changes: it is read every time. */
  readonly stamp: string | null;
}

export interface Walk {
  readonly files: readonly FoundFile[];
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Every `.rllm` file below a folder. Hidden folders, `node_modules` and folders that a link leads
 * to are left out, so that a loop ends. A folder that is not there holds nothing.
 */
export async function walkFolder(folder: string): Promise<Walk> {
  const files: FoundFile[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  const root = realOr(folder);
  const waiting = [""];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    // Others get their turn: ten thousand files take a twentieth of a second.
    await new Promise(setImmediate);
    const entries = list(join(root, below));
    if (typeof entries === "string") {
      unreadable.push({ path: join(folder, below), reason: entries });
      continue;
    }
    const started = Date.now();
    for (const entry of entries) {
      const file = `${below}${entry.name}`;
      if (entry.isDirectory()) {
        if (!isPassedOver(entry.name)) waiting.push(`${file}/`);
      } else if (entry.name.endsWith(".rllm")) {
        const written = `${root}/${file}`;
        const path = entry.isSymbolicLink() ? realOr(written) : written;
        const stamp = stampOf(path, started);
        // Where a link leads may change although the file does not.
        const isElsewhere = root !== folder || path !== written;
        files.push({ file, path, stamp: stamp !== null && isElsewhere ? stamp + path : stamp });
      }
    }
  }
  return { files, unreadable };
}

/**
 * By which a file is known to be unchanged, or still not there. Null for one that has only just
 * been written: it may be written again within the same tick of the file system's clock.
 */
export function stampOf(path: string, now: number): string | null {
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch {
    return null;
  }
  if (stats === undefined) return "gone";
  if (now - stats.ctimeMs < CLOCK_TICK_MS) return null;
  return `${stats.size}:${microseconds(stats.mtimeMs)}:${microseconds(stats.ctimeMs)}`;
}

const CLOCK_TICK_MS = 20;

function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000);
}

/** Or why it can't be read. */
function list(folder: string): readonly Dirent[] | string {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (thrown) {
    const { code } = thrown as { code?: string };
    return code === "ENOENT" ? [] : fileReason(thrown);
  }
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
