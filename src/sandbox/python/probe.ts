import { execFile } from "node:child_process";
import { closeSync, openSync, readSync, realpathSync } from "node:fs";
import { basename } from "node:path";
import { isObject } from "../../core/json.ts";
import probe from "./probe.py" with { type: "text" };
import { HARNESS } from "./script.ts";

/** What is known of a Python. */
export interface PythonFacts {
  /** `cpython`, or what else it is. */
  readonly implementation: string;
  /** `3.11.7` */
  readonly version: string;
  /** The interpreter itself, past shims, links and virtual environments. */
  readonly executable: string;
  /**
   * What runs it with the packages of the user: that of the virtual environment, where there is
   * one.
   */
  readonly launcher: string;
  /** Where it is installed. */
  readonly prefix: string;
  /** Folders and files of the standard library, with no link in their paths. */
  readonly library: readonly string[];
  /** Other files that it and its modules load. */
  readonly loaded: readonly string[];
  /** Whether it has what it needs to confine itself. */
  readonly ctypes: boolean;
  /** Version of the kernel's Landlock; below 1 where it has none. */
  readonly landlock: number;
  /** The harness as this Python compiled it, in hexadecimal. */
  readonly harness: string;
}

/** Milliseconds for one look at a Python. */
const PATIENCE_MS = 20_000;
const BUFFER = 4 * 1024 * 1024;

/** What there is to know of the Python behind a path, or why it can't be told. */
export async function probePython(
  found: string,
  {
    env,
    cwd,
  }: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd?: string },
): Promise<PythonFacts | string> {
  const where = { env, ...(cwd === undefined ? {} : { cwd }) };
  const launcher = isInterpreter(found) ? found : await askShim(found, where);
  if (launcher instanceof Error) return launcher.message;
  const answer = await run(
    launcher,
    ["-I", "-S", "-B", "-X", "utf8", "-X", "no_debug_ranges", "-c", probe],
    {
      env: {},
      input: HARNESS,
    },
  );
  if (answer instanceof Error) {
    // One that doesn't know the options is too old to say more.
    const version = await run(launcher, ["-c", "import sys; print(sys.version.split()[0])"], {
      env: {},
    });
    return version instanceof Error
      ? answer.message
      : `it is Python ${version.trim()}, and 3.9 or newer is needed`;
  }
  try {
    const facts: unknown = JSON.parse(answer);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the probe above
    if (isObject(facts)) return { ...facts, launcher } as unknown as PythonFacts;
  } catch {
    // Told below.
  }
  return `it said something else than was asked: ${answer.slice(0, 200)}`;
}

/**
 * Whether it is an interpreter itself; else it is a shim, which chooses one by variables and files.
 */
export function isInterpreter(path: string): boolean {
  const real = realpathSync(path);
  return /^(?:python|py)[\d.]*(?:\.exe)?$/i.test(basename(real)) && !isScript(real);
}

function isScript(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(2);
    readSync(file, start);
    return start.toString("latin1") === "#!";
  } finally {
    closeSync(file);
  }
}

async function askShim(shim: string, where: Where): Promise<string | Error> {
  const answer = await run(shim, ["-I", "-S", "-c", "import sys; print(sys.executable)"], where);
  if (answer instanceof Error) return answer;
  const path = answer.trim();
  return path === "" ? new Error("it does not say where its interpreter is") : path;
}

interface Where {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly input?: string;
}

async function run(
  command: string,
  args: readonly string[],
  { env, cwd, input = "" }: Where,
): Promise<string | Error> {
  return await new Promise((resolve) => {
    const options = { env, cwd, timeout: PATIENCE_MS, maxBuffer: BUFFER, windowsHide: true };
    const child = execFile(command, [...args], options, (error, output, complaint) => {
      if (!error) return resolve(output);
      const said = complaint.trim().split("\n").at(-1) ?? "";
      resolve(
        new Error(
          said === "" ? `it failed: ${error.message.split("\n")[0]}` : `it failed: ${said}`,
        ),
      );
    });
    // One that ends without reading its input is told by its status.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
