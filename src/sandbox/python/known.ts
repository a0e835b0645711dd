import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, release } from "node:os";
import { dirname, join } from "node:path";
import { isInterpreter, type PythonFacts } from "./probe.ts";
import { harnessHash } from "./script.ts";

/** Pythons that are remembered. */
const MOST = 16;

interface Entry {
  readonly facts: PythonFacts;
  /** Of the interpreter: a change of it makes the rest doubtful. */
  readonly stamp: Stamp;
}

interface Stamp {
  readonly changed: number;
  readonly size: number;
}

function stampOf(path: string): Stamp {
  const { mtimeMs, size } = statSync(path);
  return { changed: mtimeMs, size };
}

/**
 * What facts about a Python depend on: the file found, this program, the kernel and, for a shim,
 * all that it goes by.
 */
export function interpreterKey(
  found: string,
  {
    env,
    cwd = process.cwd(),
  }: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd?: string },
): string {
  const selectors = isInterpreter(found) ? null : shimSelectors(env, cwd);
  const facts = [found, stampOf(found), harnessHash(), release(), process.arch, selectors];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 32);
}

export function readKnown(folder: string, key: string): PythonFacts | null {
  try {
    const file = fileOf(folder, key);
    // It holds code that will run: nobody else may have written it, or put another in its place.
    if (!isOurs(file) || !isOurs(folder)) return null;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written here, by this user
    const { facts, stamp } = JSON.parse(readFileSync(file, "utf8")) as Entry;
    const now = stampOf(facts.executable);
    return now.changed === stamp.changed && now.size === stamp.size ? facts : null;
  } catch {
    // Not there yet, or not what this version writes: it is looked at again.
    return null;
  }
}

function isOurs(path: string): boolean {
  const { uid, mode } = lstatSync(path);
  return !process.getuid || (uid === process.getuid() && (mode & 0o022) === 0);
}

export function writeKnown(folder: string, key: string, facts: PythonFacts): void {
  const file = fileOf(folder, key);
  try {
    const entry: Entry = { facts, stamp: stampOf(facts.executable) };
    mkdirSync(folder, { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(entry), { mode: 0o600 });
    renameSync(draft, file);
    forgetOldest(folder);
  } catch {
    // A folder that can't be written costs time at the next start, and nothing else.
  }
}

function fileOf(folder: string, key: string): string {
  return join(folder, `python-${key}.json`);
}

function forgetOldest(folder: string): void {
  const files = readdirSync(folder).filter((name) => /^python-[\da-f]+\.json$/.test(name));
  const paths = files
    .map((name) => join(folder, name))
    .toSorted((a, b) => stampOf(b).changed - stampOf(a).changed);
  for (const path of paths.slice(MOST)) rmSync(path, { force: true });
}

/** Variables and files by which pyenv, asdf, mise and rye choose a version. */
const VARIABLES =
  /^(?:PYENV_(?:VERSION|DIR|ROOT)|ASDF_.*|MISE_.*|RTX_.*|RYE_.*|UV_PYTHON|VIRTUAL_ENV|CONDA_PREFIX|HOME|PATH)$/;
const FILES = [
  ".python-version",
  ".tool-versions",
  "mise.toml",
  ".mise.toml",
  ".config/mise.toml",
  "pyproject.toml",
];

function shimSelectors(env: Readonly<Record<string, string | undefined>>, cwd: string): unknown {
  const variables = Object.entries(env).filter(([name]) => VARIABLES.test(name));
  const home = env["HOME"] ?? homedir();
  const root = env["PYENV_ROOT"] ?? join(home, ".pyenv");
  const files = [...foldersAbove(env["PYENV_DIR"] ?? cwd), home].flatMap((folder) =>
    FILES.map((name) => join(folder, name)),
  );
  const global = [join(root, "version"), join(home, ".config/mise/config.toml")];
  const texts = [...files, ...global].flatMap((path) => {
    try {
      return [[path, readFileSync(path, "utf8")]];
    } catch {
      return [];
    }
  });
  return { variables: variables.map(([name, value]) => `${name}=${value}`).toSorted(), texts };
}

function foldersAbove(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersAbove(above)];
}
