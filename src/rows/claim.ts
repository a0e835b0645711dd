import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { ModullmError } from "../core/error.ts";

/**
 * Keeps a file for this process. One that a process left behind which is gone counts for nothing.
 * @returns what gives it back
 * @throws {ModullmError} RLLM_016 where another process has it
 */
export function claim(path: string): () => void {
  const lock = `${path}.lock`;
  for (let tries = 0; ; tries++) {
    try {
      const file = openSync(lock, "wx", 0o600);
      writeSync(file, String(process.pid));
      closeSync(file);
      return () => rmSync(lock, { force: true });
    } catch (thrown) {
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
      const owner = ownerOf(lock);
      if (tries > 0 || (owner !== null && isAlive(owner))) throw taken(path, owner);
      rmSync(lock, { force: true });
    }
  }
}

function ownerOf(lock: string): number | null {
  try {
    const owner = Number(readFileSync(lock, "utf8"));
    return Number.isSafeInteger(owner) && owner > 0 ? owner : null;
  } catch {
    return null;
  }
}

function isAlive(process_: number): boolean {
  try {
    return process.kill(process_, 0);
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

function taken(path: string, owner: number | null): ModullmError {
  const reason = `process ${owner ?? "unknown"} works on it`;
  return new ModullmError("RLLM_016", `Cannot go on with the journal "${path}": ${reason}`, {
    details: { source: path, reason },
    hint: `Wait for it, or stop it; remove ${path}.lock if there is no such process.`,
  });
}
