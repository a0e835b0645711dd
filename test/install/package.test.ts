import { afterAll, beforeAll, describe, expect, test, setDefaultTimeout } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { VERSION } from "../../src/core/version.ts";
import { makeFolder, modullm, programText } from "../cli/command-line.ts";
import { tryFirstProgram } from "./first-program.ts";
import { type Installed, installedIn, makeHome, ROOT, removeHomes } from "./installer.ts";
import { reachable } from "./registry.ts";

// Programs of 120 MB are copied, read and run, on a machine that may be busy.
setDefaultTimeout(180_000);
afterAll(removeHomes);

const unreachable = await reachable();
let tarball = "";
let installed: Installed;

beforeAll(() => {
  const folder = makeFolder();
  npm(["pack", "--pack-destination", folder], ROOT);
  tarball = join(folder, `modullm-${VERSION}.tgz`);
  if (unreachable === null) installed = installPackage();
}, 180_000);

/** `npm install -g` into a home, with npm's own cache and settings. */
function installPackage(flags: readonly string[] = []): Installed {
  const home = makeHome("a home");
  npm(
    [
      "install",
      "--global",
      "--prefix",
      join(home, "npm"),
      "--no-audit",
      "--no-fund",
      ...flags,
      tarball,
    ],
    home,
  );
  return installedIn(join(home, "npm/bin"), home);
}

function npm(args: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync("npm", [...args], { cwd, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`npm ${args.join(" ")} ended with ${status}: ${stdout}${stderr}`);
}

test("the npm package holds the command line, the library, docs and examples, and neither a binary nor tests", () => {
  const listed = spawnSync("tar", ["-tvzf", tarball], { encoding: "utf8" })
    .stdout.trim()
    .split("\n");
  const files = listed.map((line) => ({
    path: line.slice(line.indexOf("package/") + "package/".length),
    bytes: Number(line.split(/\s+/)[2]),
  }));
  const paths = files.map(({ path }) => path);
  for (const wanted of [
    "bin/modullm.js",
    "bin/bunfig.toml",
    "dist/cli/main.js",
    "dist/lib/index.js",
    "dist/lib/src/index.d.ts",
    "examples/summary.rllm",
    "README.md",
    "LICENSE",
  ])
    expect(paths).toContain(wanted);
  expect(
    paths.filter((path) =>
      /(?:^|\/)tests?\/|\.test\.ts$|^(?:src|scripts|bench|plugins)\//.test(path),
    ),
  ).toEqual([]);
  expect(files.filter(({ bytes }) => !(bytes < 5_000_000))).toEqual([]);
  expect(Bun.file(tarball).size).toBeLessThan(5_000_000);
});

describe.skipIf(unreachable !== null)(`the npm package, installed${unreachable ?? ""}`, () => {
  test("leads to the first program", () => tryFirstProgram(installed), 30_000);

  test("counts tokens with its own encoder, as the source does", async () => {
    const args = [
      "run",
      "examples/extract_keywords.rllm",
      "--model",
      "openai/gpt-4o",
      "--dry-run",
      "--input-file",
      "examples/extract_keywords.yaml",
    ];
    const dryRun = installed.run(
      "modullm",
      args.map((word) => word.replace(/^examples/, join(ROOT, "examples"))),
    );
    const source = await modullm(args, { folder: ROOT });
    const tokens = (text: string): number =>
      (JSON.parse(text) as { prompt_tokens: number }).prompt_tokens;
    expect(tokens(dryRun.stdout)).toBe(tokens(source.stdout));
  });

  test("writes a TypeScript plugin, tests it and runs its test", () => {
    const { home, run } = installed;
    expect(run("modullm", ["plugins", "new", "--lang", "ts", "acme"])).toMatchObject({
      exit: 0,
      stderr: "",
    });
    expect(JSON.parse(run("modullm", ["plugins", "test", "./acme"]).stdout)).toMatchObject({
      ok: true,
    });
    const own = run("modullm", ["test"], { cwd: join(home, "acme"), env: { BUN_BE_BUN: "1" } });
    expect({ exit: own.exit, passed: /\b1 pass\b/.test(own.stderr) }).toEqual({
      exit: 0,
      passed: true,
    });
  }, 180_000);

  test("holds a library that Node and Bun can import", () => {
    const place = join(installed.bin, "../lib/node_modules/modullm/examples/import.mjs");
    writeFileSync(
      place,
      'import { VERSION, validate } from "modullm";\nprocess.stdout.write(`${(await validate("summary.rllm")).name} ${VERSION}`);\n',
    );
    for (const runtime of ["node", process.execPath]) {
      const { stdout, stderr } = spawnSync(runtime, [place], {
        cwd: dirname(place),
        encoding: "utf8",
      });
      expect({ runtime, stdout, stderr }).toEqual({
        runtime,
        stdout: `summary ${VERSION}`,
        stderr: "",
      });
    }
  });

  test("needs no install script of Bun's", () => {
    expect(installPackage(["--ignore-scripts"]).run("runllm", ["--version"])).toMatchObject({
      exit: 0,
      stderr: "",
    });
  }, 180_000);
});

test("the npm package says in a line what to do where npm left Bun out", () => {
  const folder = makeFolder();
  spawnSync("tar", ["-xzf", tarball, "-C", folder]);
  const { status, stdout, stderr } = spawnSync(
    "node",
    [join(folder, "package/bin/modullm.js"), "--version"],
    {
      encoding: "utf8",
    },
  );
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^modullm: there is no Bun, .*--omit=optional\n$/);
});

describe.skipIf(unreachable !== null)(`signals to the npm package${unreachable ?? ""}`, () => {
  const hanging = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Promise<Response>(() => {}),
  });
  afterAll(() => void hanging.stop(true));

  /** A run that waits for its model, in a folder of its own. */
  function startRun(options: { terminal?: (text: string) => void } = {}) {
    const { terminal } = options;
    const folder = makeFolder({ "a.rllm": programText() });
    const trace = join(folder, "t.jsonl");
    const env = {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      LOCAL_API_BASE: `http://127.0.0.1:${hanging.port}/v1`,
    };
    const command = [
      join(installed.bin, "modullm"),
      "run",
      "a.rllm",
      "--text",
      "hi",
      "--trace",
      trace,
    ];
    const common = { cwd: folder, env };
    const child =
      terminal === undefined
        ? Bun.spawn(command, { ...common, stdin: "ignore", stdout: "pipe", stderr: "pipe" })
        : Bun.spawn(command, {
            ...common,
            terminal: { data: (_, data) => terminal(new TextDecoder().decode(data)) },
          });
    return {
      child,
      folder,
      asking: () => existsSync(trace) && readFileSync(trace, "utf8").includes("attempt-start"),
    };
  }

  function statsIn(folder: string): unknown {
    return JSON.parse(
      installed.run("modullm", ["stats", "a.rllm"], { cwd: folder, env: { HOME: folder } }).stdout,
    );
  }

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "%s reaches the run, which ends as it should and is recorded",
    async (signal, exit) => {
      const { child, folder, asking } = startRun();
      while (!asking()) await Bun.sleep(10);
      child.kill(signal);
      const out = await new Response(child.stdout).text();
      expect({ exit: await child.exited, out: JSON.parse(out) as unknown }).toMatchObject({
        exit,
        out: { error_code: "RLLM_022" },
      });
      expect(statsIn(folder)).toMatchObject({ total_runs: 1, failure_count: 1 });
    },
  );

  test("Ctrl-C at a terminal counts once, though it comes twice", async () => {
    let shown = "";
    const { child, folder, asking } = startRun({ terminal: (text) => void (shown += text) });
    while (!asking()) await Bun.sleep(10);
    child.terminal?.write("\x03");
    expect({ exit: await child.exited, code: /RLLM_\d+/.exec(shown)?.[0] }).toEqual({
      exit: 130,
      code: "RLLM_022",
    });
    expect(statsIn(folder)).toMatchObject({ total_runs: 1, failure_count: 1 });
  });

  test("it dies of the signal that its program died of", async () => {
    const { child, asking } = startRun();
    while (!asking()) await Bun.sleep(10);
    const children = `/proc/${child.pid}/task/${child.pid}/children`;
    const [program = ""] = readFileSync(children, "utf8").split(" ");
    process.kill(Number(program), "SIGKILL");
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
  });

  test("killing it leaves no program behind", async () => {
    const { child, asking } = startRun();
    while (!asking()) await Bun.sleep(10);
    child.kill("SIGKILL");
    // The output ends when nobody holds it any more.
    expect(await new Response(child.stdout).text()).toBe("");
  });
});
