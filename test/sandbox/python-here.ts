import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModullmError } from "../../src/core/error.ts";
import { findBubblewrap } from "../../src/sandbox/bubblewrap.ts";
import { findPython, type PythonInterpreter } from "../../src/sandbox/python/find.ts";

/** One that is never aborted. */
export const { signal } = new AbortController();

export const pythonCache = mkdtempSync(join(tmpdir(), "python-known-"));

/** The Python of this machine, or why it can't run at a level here. */
export async function pythonHere(
  level: "kernel" | "namespaces" | "none",
): Promise<PythonInterpreter | string> {
  if (level !== "none" && process.platform !== "linux")
    return "only Linux has Landlock and seccomp";
  if (level === "namespaces" && findBubblewrap(process.env) === null)
    return "bubblewrap is not installed";
  try {
    const interpreter = await findPython({ setting: null, env: process.env, cache: pythonCache });
    return level === "none" || interpreter.landlock > 0
      ? interpreter
      : "the kernel has no Landlock";
  } catch (thrown) {
    if (thrown instanceof ModullmError) return thrown.message;
    throw thrown;
  }
}
