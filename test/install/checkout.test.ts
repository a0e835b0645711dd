import { afterAll, describe, expect, test, setDefaultTimeout } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { VERSION } from "../../src/core/version.ts";
import {
  BASIC_TOOLS,
  filesIn,
  install,
  INSTALLED,
  installedIn,
  makeHome,
  pathOf,
  ROOT,
  removeHomes,
} from "./installer.ts";
import { npmCache, reachable } from "./registry.ts";

// Programs of 120 MB are copied, read and run, on a machine that may be busy.
setDefaultTimeout(180_000);
afterAll(removeHomes);

/** What a build needs of a checkout. */
const PARTS = [
  "src",
  "plugins/sdk",
  "plugins/echo",
  "plugins/counter",
  "examples/templates",
  "examples/onboarding",
  "examples/improve",
  "examples/library",
  "scripts",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "install.sh",
];

const NO_NPM =
  "install.sh: cannot build modullm: that needs Node 20 or newer and npm, and there is no npm\n";

/** A checkout of its own, with its program, as it was when its sources were written or before. */
function makeCheckout({ built }: { readonly built: "before" | "after" | "never" }): string {
  const folder = join(makeHome("a checkout"), "modullm");
  for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  if (built === "never") return folder;
  mkdirSync(join(folder, "dist"));
  const program = join(folder, "dist/modullm");
  copyFileSync(join(ROOT, "dist/modullm"), program);
  const time = Date.now() / 1000 + (built === "before" ? -3600 : 3600);
  utimesSync(program, time, time);
  return folder;
}

function linkModules(folder: string): void {
  linkAll(join(ROOT, "node_modules"), join(folder, "node_modules"));
  // Whether the dependencies are up to date is read from this file's time; a copy of it has a time
  // of its own.
  copyFileSync(
    join(ROOT, "node_modules/.package-lock.json"),
    join(folder, "node_modules/.package-lock.json"),
  );
}

function linkAll(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === ".package-lock.json") continue;
    const place = join(to, entry.parentPath.slice(from.length), entry.name);
    mkdirSync(dirname(place), { recursive: true });
    linkSync(join(entry.parentPath, entry.name), place);
  }
}

function commit(folder: string): void {
  const identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
  for (const args of [
    ["init", "-q"],
    ["add", "src", "plugins", "examples", "scripts", "package.json"],
    [...identity, "commit", "-qm", "all"],
  ]) {
    const { status, stderr } = spawnSync("git", args, { cwd: folder, encoding: "utf8" });
    expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: "" });
  }
}

async function installFrom(folder: string, env: Record<string, string> = {}): Promise<string> {
  const home = makeHome("a home");
  const { exit, stdout, stderr } = await install(home, [], {
    script: join(folder, "install.sh"),
    env,
  });
  expect({ exit, stdout, stderr }).toEqual({ exit: 0, stdout: "", stderr });
  expect(INSTALLED.filter((path) => !filesIn(home).includes(path))).toEqual([]);
  expect(readdirSync(join(home, ".local/bin"))).toHaveLength(2);
  expect(installedIn(join(home, ".local/bin"), home).run("runllm", ["--version"]).stdout).toBe(
    `${VERSION}\n`,
  );
  return stderr;
}

/** Where there is no npm, that it wants to build shows in that it can't. */
async function expectBuild(folder: string): Promise<void> {
  const env = { PATH: pathOf([...BASIC_TOOLS, "git"]) };
  const { exit, stderr } = await install(makeHome(), [], {
    script: join(folder, "install.sh"),
    env,
  });
  expect({ exit, stderr }).toEqual({ exit: 1, stderr: NO_NPM });
}

describe.each([true, false])("install.sh in a checkout (with git: %j)", (git) => {
  test("takes a program that is newer than its sources", async () => {
    const folder = makeCheckout({ built: "after" });
    if (git) commit(folder);
    expect(await installFrom(folder)).toContain(
      `Taking ${folder}/dist/modullm, which is newer than its sources.\n`,
    );
  });

  test("builds one that is older than its sources, or than a change to one of them", async () => {
    for (const built of ["before", "after"] as const) {
      const folder = makeCheckout({ built });
      if (git) commit(folder);
      const later = Date.now() / 1000 + 7200;
      appendFileSync(join(folder, "src/main.ts"), "\n");
      if (built === "after") utimesSync(join(folder, "src/main.ts"), later, later);
      await expectBuild(folder);
    }
  });
});

test("install.sh in a checkout builds where the program is another machine's", async () => {
  const folder = makeCheckout({ built: "after" });
  linkModules(folder);
  const program = join(folder, "dist/modullm");
  const { mtimeMs } = statSync(program);
  const bytes = readFileSync(program);
  // The machine of an ELF file.
  bytes.writeUInt16LE(0x0102, 18);
  writeFileSync(program, bytes);
  utimesSync(program, mtimeMs / 1000, mtimeMs / 1000);
  expect(await installFrom(folder)).toContain(`Building ${folder}/dist/modullm.\n`);
});

test("install.sh in a checkout tells in a line why it can't build, and leaves nothing", async () => {
  const folder = makeCheckout({ built: "never" });
  linkModules(folder);
  const script = join(folder, "install.sh");
  const home = makeHome();
  const env = { PATH: pathOf(BASIC_TOOLS) };
  expect(await install(home, [], { script, env })).toMatchObject({ exit: 1, stderr: NO_NPM });
  expect(filesIn(home)).toEqual([]);
  appendFileSync(join(folder, "src/main.ts"), "\nconst;\n");
  const { exit, stdout, stderr } = await install(home, ["--quiet"], { script });
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
  expect(stderr).toMatch(/error: [^]*\ninstall\.sh: cannot build modullm: npm run failed in .+\n$/);
  expect(existsSync(join(home, ".local"))).toBe(false);
});

const registry = await reachable();
test.skipIf(registry !== null)(
  `install.sh in a checkout gets what the build needs${registry ?? ""}`,
  async () => {
    const folder = makeCheckout({ built: "never" });
    const said = await installFrom(folder, { npm_config_cache: npmCache() });
    expect(said).toContain(`Getting what the build needs, with npm ci in ${folder}.\n`);
  },
  60_000,
);
