import { homedir } from "node:os";
import { deflateSync } from "node:zlib";
import { type SessionOptions, withDefaults } from "../sandbox.ts";
import type { PythonInterpreter } from "./find.ts";
import { confinedArgs, harnessHello, type PythonGuest } from "./guest.ts";
import launcher from "./windows.py" with { type: "text" };

const CONTAINER = "modullm.python";

/**
 * Python in an AppContainer without a capability, so without network and without the user's files,
 * and in a job that limits memory, processor time and processes and ends with its starter. A first
 * Python starts the second by ctypes: no compiled helper is needed. An AppContainer reads what all
 * packages may: a Python installed for all users, not one below the user's own folder. The harness
 * proves that it can't list the user's folder before it reads code.
 *
 * **Never run on Windows**: that is why it is off until it is asked for.
 */
export function windowsGuest(
  interpreter: PythonInterpreter,
  { limits }: SessionOptions,
): PythonGuest {
  const { memoryMb, cpuMs } = withDefaults(limits);
  const system = process.env["SystemRoot"] ?? "C:\\Windows";
  const inner = [interpreter.executable, ...confinedArgs(interpreter)];
  const packed = deflateSync(launcher).toString("base64");
  const start = `import base64,zlib;exec(zlib.decompress(base64.b64decode("${packed}")))`;
  return {
    level: "kernel",
    command: interpreter.executable,
    args: ["-I", "-S", "-B", "-c", start, CONTAINER, String(memoryMb), String(cpuMs), ...inner],
    // Python does not start without it.
    env: { SystemRoot: system },
    cwd: system,
    hello: () => harnessHello({ confine: { by: "job", refused: [homedir()] }, trusted: false }),
  };
}
