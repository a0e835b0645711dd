import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ModullmError } from "../core/error.ts";
import { isObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { parseYaml } from "../core/yaml.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { ProgramTest } from "../program/program.ts";
import { readTests, TestFault } from "../program/tests.ts";

/** Tests of one program that stand in one file. */
export interface TestFile {
  /** The program's own file, or a `*.test.yaml`. Absolute. */
  readonly path: string;
  readonly loaded: LoadedProgram;
  readonly tests: readonly ProgramTest[];
}

/** Reads a program. */
export type Load = (path: string) => Promise<LoadedProgram>;

const TEST_FILE = /\.test\.ya?ml$/;
const PROGRAM_FILE = /\.rllm$/;

/**
 * The files with tests at a path, in the order of their names: of a folder all below it, of a
 * program its own and the test file beside it.
 * @throws {ModullmError} what reading them finds; RLLM_016 for a path that leads nowhere
 */
export async function findTests(path: string, load: Load): Promise<readonly TestFile[]> {
  const found: TestFile[] = [];
  for (const file of await filesAt(path)) {
    const tests = PROGRAM_FILE.test(file)
      ? await ownTests(file, load)
      : await readFileOf(file, load);
    if (tests.tests.length > 0) found.push(tests);
  }
  return found;
}

async function filesAt(path: string): Promise<readonly string[]> {
  const kind = await stat(path).catch(() => null);
  if (kind === null) throw unreadable(path, "there is no such file or folder");
  if (kind.isDirectory()) return await filesBelow(path);
  if (TEST_FILE.test(path)) return [path];
  if (!PROGRAM_FILE.test(path)) throw unreadable(path, "it is no .rllm and no .test.yaml file");
  const beside = ["yaml", "yml"].map((ending) => path.replace(PROGRAM_FILE, `.test.${ending}`));
  return [path, ...beside.filter((file) => existsSync(file))];
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (entry.isDirectory()) files.push(...(await filesBelow(path)));
    else if (TEST_FILE.test(entry.name) || PROGRAM_FILE.test(entry.name)) files.push(path);
  }
  return files;
}

async function ownTests(path: string, load: Load): Promise<TestFile> {
  const loaded = await load(path);
  return { path, loaded, tests: loaded.program.tests };
}

const KEYS = ["program", "tests"];

async function readFileOf(path: string, load: Load): Promise<TestFile> {
  const parsed = parseYaml(await readFile(path, "utf8"));
  if (!parsed.ok) throw unreadable(path, parsed.reason);
  const { value } = parsed;
  if (!isObject(value) && !Array.isArray(value)) throw unreadable(path, "it has no tests");
  const content: Record<string, unknown> = isObject(value) ? value : { tests: value };
  const odd = Object.keys(content).find((key) => !KEYS.includes(key));
  if (odd !== undefined)
    throw unreadable(path, `the key "${odd}" is not known.${didYouMean(odd, KEYS)}`);
  const usual = basename(path).replace(TEST_FILE, ".rllm");
  const program = content["program"] ?? usual;
  if (typeof program !== "string") throw unreadable(path, '"program" is no path');
  try {
    const tests = readTests(content["tests"]);
    return { path, loaded: await load(resolve(dirname(path), program)), tests };
  } catch (thrown) {
    if (!(thrown instanceof TestFault)) throw thrown;
    throw unreadable(path, `"${["tests", ...thrown.path].join(".")}" is not ${thrown.message}`);
  }
}

function unreadable(path: string, reason: string): ModullmError {
  return new ModullmError("RLLM_016", `Cannot read tests from "${path}": ${reason}`, {
    details: { source: path, reason },
    hint: "`modullm help test` shows the form of a test.",
  });
}
