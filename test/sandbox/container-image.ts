import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

export interface TestImage {
  readonly name: string;
  remove(): void;
}

/** Folders of the standard library that no block needs. */
const LEFT_OUT = new Set(
  "test idlelib tkinter ensurepip lib2to3 turtledemo pydoc_data site-packages dist-packages __pycache__".split(
    " ",
  ),
);
const TELLS_OF_ITSELF =
  "import sys,os;print(os.path.realpath(sys.executable));print(os.path.dirname(os.__file__))";

/**
 * An image with the Python of this machine, its standard library and the libraries these need: no
 * registry is asked.
 * @throws where the machine can't
 */
export function buildTestImage(python = "/usr/bin/python3"): TestImage {
  const root = mkdtempSync(join(tmpdir(), "container-image-"));
  try {
    const [executable = "", library = ""] = run(python, "-I", "-S", "-c", TELLS_OF_ITSELF).split(
      "\n",
    );
    for (const folder of ["proc", "sys", "dev", "etc", "run", "usr/bin"])
      mkdirSync(join(root, folder), { recursive: true });
    mkdirSync(join(root, "tmp"));
    run("chmod", "1777", join(root, "tmp"));
    run("chmod", "755", root);
    copy(executable, root);
    copy(library, root);
    for (const file of librariesOf([executable, ...modulesIn(library)])) copy(file, root);
    if (basename(executable) !== "python3") symlinkSync(executable, join(root, "usr/bin/python3"));
    const archive = `${root}.tar`;
    run("tar", "--owner=0", "--group=0", "-C", root, "-cf", archive, ".");
    const name = `localhost/modullm-test-${process.pid}`;
    run("podman", "import", "--quiet", archive, name);
    rmSync(archive);
    return { name, remove: () => void run("podman", "rmi", "--force", name) };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function copy(path: string, root: string): void {
  const to = join(root, path);
  mkdirSync(dirname(to), { recursive: true });
  const filter = (from: string) =>
    !LEFT_OUT.has(basename(from)) && !basename(from).startsWith("config-");
  cpSync(path, to, { recursive: true, dereference: true, filter });
}

function modulesIn(library: string): readonly string[] {
  return run("find", library, "-name", "*.so").split("\n");
}

/** What `ldd` lists: `libm.so.6 => /lib/libm.so.6 (0x…)`, and the loader, which stands alone. */
function librariesOf(programs: readonly string[]): ReadonlySet<string> {
  const listed = run("ldd", ...programs.filter((path) => path !== ""));
  const found = [...listed.matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)].map(([, path = ""]) => path);
  return new Set(found.filter((path) => realpathSync(path) !== ""));
}

function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, [...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 26,
  }).trim();
}
