import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileReason, readConfigText } from "../config/text.ts";
import { ModullmError } from "../core/error.ts";
import { parseJson, writeJson } from "../core/json.ts";

/** A JSON file of ours that several processes read and write. */
export interface StateFile<Value> {
  readonly path: string;
  /** As in `the lock of plugins`. */
  readonly label: string;
  /** What stands in it as long as there is no file. */
  readonly empty: Value;
  /** Null where it is not such a value. */
  parse(value: unknown): Value | null;
}

/** @throws {ModullmError} RLLM_018 */
export function readState<Value>(file: StateFile<Value>): Value {
  const { path } = file;
  const read = readConfigText(path);
  if (read.kind === "missing") return file.empty;
  if (read.kind !== "text")
    throw fault("read", file, read.kind === "directory" ? "it is a directory" : read.reason);
  try {
    const value = file.parse(parseJson(read.text));
    if (value !== null) return value;
  } catch {
    // Told below.
  }
  throw fault("read", file, "it is not what this program writes");
}

/**
 * Changes the file: one process at a time, and in one step, so that a reader sees it as it was or
 * as it will be.
 * @throws {ModullmError} RLLM_018
 */
export async function changeState<Value>(
  file: StateFile<Value>,
  change: (value: Value) => Value,
): Promise<Value> {
  const { path } = file;
  const draft = `${path}.${randomUUID()}`;
  const release = await take(file);
  try {
    const value = change(readState(file));
    await writeFile(draft, `${writeJson(value, 2)}\n`, { mode: 0o600, flag: "wx" });
    await rename(draft, path);
    return value;
  } catch (thrown) {
    await rm(draft, { force: true });
    throw thrown instanceof ModullmError
      ? thrown
      : fault("write", file, fileReason(thrown), thrown);
  } finally {
    await release();
  }
}

/**
 * Milliseconds that another process may take, and after which one that has not let go counts as
 * gone.
 */
const PATIENCE = 10_000;

async function take<Value>(file: StateFile<Value>): Promise<() => Promise<void>> {
  const busy = `${file.path}.busy`;
  try {
    await mkdir(dirname(file.path), { recursive: true, mode: 0o700 });
    for (const start = Date.now(); ; await sleep(20)) {
      try {
        const handle = await open(busy, "wx", 0o600);
        await handle.writeFile(String(process.pid));
        await handle.close();
        return async () => await rm(busy, { force: true });
      } catch (thrown) {
        if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST"))
          throw thrown;
        if (await isAbandoned(busy)) await rm(busy, { force: true });
        else if (Date.now() - start > PATIENCE)
          throw fault("write", file, `another process holds "${busy}"`);
      }
    }
  } catch (thrown) {
    throw thrown instanceof ModullmError
      ? thrown
      : fault("write", file, fileReason(thrown), thrown);
  }
}

/**
 * Its holder was killed: no such process is left, or it has been there for longer than a change
 * takes.
 */
async function isAbandoned(busy: string): Promise<boolean> {
  const stats = await stat(busy).catch(() => null);
  if (stats === null) return false;
  if (Date.now() - stats.mtimeMs > PATIENCE) return true;
  const pid = Number(await readFile(busy, "utf8").catch(() => ""));
  return Number.isSafeInteger(pid) && pid > 0 && !isRunning(pid);
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

function fault<Value>(
  action: string,
  { path, label }: StateFile<Value>,
  reason: string,
  cause?: unknown,
): ModullmError {
  return new ModullmError("RLLM_018", `Cannot ${action} ${label} "${path}": ${reason}`, {
    details: { path, reason },
    hint:
      action === "read"
        ? "Correct or delete the file; what it listed must then be installed or trusted again."
        : "Check the disk and its permissions.",
    cause,
  });
}
