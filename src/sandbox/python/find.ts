import { join, resolve } from "node:path";
import { ModullmError } from "../../core/error.ts";
import { isProgram, pathFolders } from "../on-path.ts";
import { interpreterKey, readKnown, writeKnown } from "./known.ts";
import { probePython, type PythonFacts } from "./probe.ts";

export interface FindPythonOptions {
  /**
   * A path, or a name to look up on PATH. @default `python3`, then `python` (on Windows `py` first)
   */
  readonly setting: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A folder for what is known of the Pythons found. */
  readonly cache: string;
  /** Where version managers look for the version to take. @default the working folder */
  readonly cwd?: string;
}

/** A Python that can run the harness. */
export interface PythonInterpreter extends PythonFacts {
  /** What was found on PATH, or named. */
  readonly found: string;
}

/**
 * The oldest minor version of Python 3 that the harness is made for; newer ones than those it was
 * tried with are taken.
 */
const OLDEST = 9;

/**
 * The user's Python, past the shims of version managers. What is known of it is kept in `cache`
 * until what was found changes, or what a shim goes by.
 * @throws {ModullmError} RLLM_009 `SandboxUnavailable` where there is none that will do
 */
export async function findPython(options: FindPythonOptions): Promise<PythonInterpreter> {
  const found = locate(options);
  if (found === null) throw nothingFound(options);
  const key = interpreterKey(found, options);
  const known = readKnown(options.cache, key);
  if (known) return { ...known, found };
  const facts = await probePython(found, options);
  if (typeof facts === "string") throw unusable(found, facts);
  if (facts.implementation !== "cpython")
    throw unusable(found, `it is ${facts.implementation}, not CPython`);
  if (isTooOld(facts.version))
    throw unusable(found, `it is Python ${facts.version}, and 3.${OLDEST} or newer is needed`);
  writeKnown(options.cache, key, facts);
  return { ...facts, found };
}

function locate({ setting, env, cwd = process.cwd() }: FindPythonOptions): string | null {
  const folders = pathFolders(env);
  const usual = process.platform === "win32" ? ["py", "python3", "python"] : ["python3", "python"];
  for (const name of setting === null ? usual : [setting]) {
    const isPath = name.includes("/") || name.includes("\\");
    const places = isPath ? [resolve(cwd, name)] : folders.map((folder) => join(folder, name));
    const endings = process.platform === "win32" ? [".exe", ""] : [""];
    const place = places.flatMap((path) => endings.map((ending) => path + ending)).find(isProgram);
    if (place !== undefined) return place;
  }
  return null;
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < 3 || (major === 3 && minor < OLDEST);
}

const HINT = `Install Python 3.${OLDEST} or newer, or name one with sandbox.python in config.yaml.`;

function nothingFound({ setting }: FindPythonOptions): ModullmError {
  const reason =
    setting === null
      ? 'there is no "python3" on PATH'
      : `there is no program "${setting}", which sandbox.python names`;
  return unavailable(`Cannot find a Python: ${reason}`, { reason });
}

function unusable(python: string, reason: string): ModullmError {
  return unavailable(`Cannot use the Python "${python}": ${reason}`, { reason, python });
}

function unavailable(message: string, details: Readonly<Record<string, string>>): ModullmError {
  return new ModullmError("RLLM_009", message, {
    details: { exception: "SandboxUnavailable", ...details },
    hint: HINT,
  });
}
