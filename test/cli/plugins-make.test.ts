import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../src/plugin/conformance/report.ts";
import { makeFolder, modullm, programText } from "./command-line.ts";

const ECHO = join(import.meta.dir, "../../plugins/echo");
const PATH = process.env["PATH"] ?? "";
const LANGUAGES = [
  ["ts", "typescript", [process.execPath, "test", "./my-echo2.test.ts"]],
  ["python", "python", ["python3", "-B", "test_my-echo2.py"]],
  ["bash", "bash", ["bash", "test_my-echo2.sh"]],
] as const;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(files: Record<string, string> = {}): string {
  const folder = makeFolder(files);
  folders.push(folder);
  return folder;
}

describe.each(LANGUAGES)("modullm plugins new --lang %s", (lang, place, command) => {
  test("writes a plugin that passes the checks and its own test, and answers a program", async () => {
    const folder = newFolder({
      "hi.rllm": programText({ llm: "{model: my-echo2/words}" }, '{"out": "{{input.text}}"}'),
    });
    const env = { PATH };
    const made = await modullm(["plugins", "new", "--lang", lang, "my-echo2"], { folder, env });
    expect(made).toMatchObject({ exit: 0, stderr: "" });
    const { files } = made.json() as { files: string[] };
    const written = readdirSync(join(folder, "my-echo2"), { recursive: true, withFileTypes: true });
    expect(written.filter((each) => each.isFile())).toHaveLength(files.length);

    const tested = await modullm(["plugins", "test", "./my-echo2"], { folder, env });
    const report = tested.json() as Report;
    expect(report.checks.filter(({ status }) => status === "failed")).toEqual([]);
    expect({ exit: tested.exit, name: report.plugin?.name }).toEqual({ exit: 0, name: "my-echo2" });

    const own = Bun.spawnSync([...command], {
      cwd: join(folder, "my-echo2"),
      env: { ...process.env },
    });
    expect({ status: own.exitCode, said: own.exitCode === 0 ? "" : own.stderr.toString() }).toEqual(
      {
        status: 0,
        said: "",
      },
    );

    expect(
      (await modullm(["plugins", "install", "./my-echo2", "--yes"], { folder, env })).exit,
    ).toBe(0);
    const run = await modullm(["run", "hi.rllm", "--input", '{"text": "Grüße \\"😀\\""}'], {
      folder,
      env,
    });
    expect(run.json()).toEqual({ out: 'Grüße "😀"' });
  }, 180_000);

  test("writes a test that fails when the plugin says something else", async () => {
    const folder = newFolder();
    await modullm(["plugins", "new", "--lang", lang, "my-echo2"], { folder });
    const main = join(
      folder,
      "my-echo2",
      lang === "ts" ? "my-echo2.ts" : `my-echo2.${lang === "bash" ? "sh" : "py"}`,
    );
    const text = readFileSync(main, "utf8");
    writeFileSync(
      main,
      text
        .replace("yield word", lang === "ts" ? "yield word + 1" : "yield word + '1'")
        .replace("$content", "$model"),
    );
    expect(readFileSync(main, "utf8")).not.toBe(text);
    expect(Bun.spawnSync([...command], { cwd: join(folder, "my-echo2") }).exitCode).not.toBe(0);
  }, 180_000);

  test("writes plugins/echo when that is its name", async () => {
    const folder = newFolder();
    const { files } = (
      await modullm(["plugins", "new", "--lang", lang, "echo"], { folder })
    ).json() as {
      files: string[];
    };
    const differ = files.filter(
      (file) =>
        readFileSync(join(folder, "echo", file), "utf8") !==
        readFileSync(join(ECHO, place, file), "utf8"),
    );
    expect(differ).toEqual([]);
  });
});

describe.each(LANGUAGES)("modullm plugins new --kind tool --lang %s", (lang, place, command) => {
  test("writes a plugin that passes the checks and its own test", async () => {
    const folder = newFolder();
    const env = { PATH };
    const words = ["plugins", "new", "--kind", "tool", "--lang", lang, "my-echo2"];
    expect(await modullm(words, { folder, env })).toMatchObject({ exit: 0, stderr: "" });
    const tested = await modullm(["plugins", "test", "./my-echo2"], { folder, env });
    const { checks, plugin } = tested.json() as Report;
    expect(checks.filter(({ status }) => status === "failed")).toEqual([]);
    expect(checks.filter(({ id, status }) => id.startsWith("tools/") && status === "passed").length)
      // In bash nothing can be cancelled.
      .toBeGreaterThanOrEqual(23);
    expect(plugin?.provides.toSorted()).toEqual(["tools/call", "tools/list"]);
    const own = Bun.spawnSync([...command], { cwd: join(folder, "my-echo2") });
    expect({ status: own.exitCode, said: own.exitCode === 0 ? "" : own.stderr.toString() }).toEqual(
      {
        status: 0,
        said: "",
      },
    );
  }, 180_000);

  test("writes plugins/counter when that is its name", async () => {
    const folder = newFolder();
    const words = ["plugins", "new", "--kind", "tool", "--lang", lang, "counter"];
    const { files } = (await modullm(words, { folder })).json() as { files: string[] };
    const differ = files.filter(
      (file) =>
        readFileSync(join(folder, "counter", file), "utf8") !==
        readFileSync(join(ECHO, "../counter", place, file), "utf8"),
    );
    expect(differ).toEqual([]);
  });
});

describe("modullm plugins new refuses", () => {
  test.each([
    [["--lang", "ts", "My Plugin"], `"My Plugin" can't be a plugin's name`],
    [["--lang", "ts", "../up"], `"../up" can't be a plugin's name`],
    [["--lang", "ts", "openai"], `"openai" is a provider already`],
    [["--lang", "ts", "builtin"], `"builtin" is a provider already`],
    [["acme"], "new needs --lang ts|python|bash"],
    [["--lang", "ts"], "new needs a name"],
    [["--lang", "cobol", "acme"], "cobol"],
    [["--lang", "ts", "--kind", "game", "acme"], "game"],
  ])("%p", async (words, message) => {
    const folder = newFolder();
    const { exit, stdout, stderr } = await modullm(["plugins", "new", ...words], { folder });
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, "acme"))).toBe(false);
  });

  test("a folder that is there", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "acme"));
    const { exit, json } = await modullm(["plugins", "new", "--lang", "bash", "acme"], { folder });
    expect(exit).toBe(1);
    expect(json()).toMatchObject({ error_code: "RLLM_019", details: { plugin: "acme" } });
    expect(readdirSync(join(folder, "acme"))).toEqual([]);
  });
});

describe("modullm plugins test", () => {
  const bash = join(ECHO, "bash/echo.sh");

  test("tests a command, and gives it the arguments behind --", async () => {
    const args = ["plugins", "test", "--only", "start/i", "--", "bash", bash, "--flag"];
    const { exit, json } = await modullm(args, { env: { PATH } });
    const { passed, checks, plugin } = json() as Report;
    expect({ exit, passed, name: plugin?.name }).toEqual({ exit: 0, passed: 2, name: "echo" });
    expect(checks.map(({ id }) => id)).toEqual(["start/in-time", "start/identity"]);
  }, 180_000);

  test("gives a command the variables that every plugin gets, those it is told to, and no others", async () => {
    const script = `env > "$PWD/variables"; exec bash ${bash}`;
    const folder = newFolder({ "plugin.sh": script });
    const env = { PATH, ACME_KEY: "k", ACME_REGION: "r", SECRET: "s" };
    const args = [
      "plugins",
      "test",
      "--only",
      "start/in-time",
      "--env",
      "ACME_KEY",
      "--env=ACME_REGION",
      "--",
      "bash",
    ];
    expect((await modullm([...args, "plugin.sh"], { folder, env })).exit).toBe(0);
    const text = readFileSync(join(folder, "variables"), "utf8");
    expect(text).toContain("ACME_KEY=k\n");
    expect(text).toContain("ACME_REGION=r\n");
    expect(text).not.toContain("SECRET");
  }, 180_000);

  test("shows a table at a terminal, and the report with --json", async () => {
    const args = ["plugins", "test", "--only", "health/a", "bash", bash];
    const shown = await modullm(args, { env: { PATH, NO_COLOR: "1" }, tty: true });
    expect(shown.stdout).toBe(
      "echo 1.0.0 provides chat, models/list; asked for words.\n\nhealth      1 passed\n\n1 passed, 0 failed, 0 skipped\n",
    );
    const { json } = await modullm([...args, "--json"], { env: { PATH }, tty: true });
    expect(json()).toMatchObject({ ok: true, passed: 1 });
  }, 180_000);

  test("exits 1 and says what was found when a check failed", async () => {
    const plugin = join(import.meta.dir, "../plugin/wayward-plugin.ts");
    const args = [
      "plugins",
      "test",
      "--only",
      "models/windows",
      process.execPath,
      plugin,
      "models/windows",
    ];
    const { exit, stdout } = await modullm(args, { env: { PATH, NO_COLOR: "1" }, tty: true });
    expect(exit).toBe(1);
    expect(stdout).toContain(
      'failed models/windows: a plugin gives the window of a model in tokens, or null. Here: the window of "m" is 0\n',
    );
  }, 180_000);

  test("hands over settings, checked against the manifest", async () => {
    const args = ["plugins", "test", join(ECHO, "python"), "--only", "settings", "--settings"];
    const { exit, json } = await modullm([...args, '{"delay_ms": 1}'], { env: { PATH } });
    expect({ exit, report: json() }).toMatchObject({ exit: 0, report: { passed: 1, skipped: 0 } });
    const wrong = await modullm([...args, '{"delay": 1}'], { env: { PATH } });
    expect(wrong.json()).toMatchObject({ error_code: "RLLM_018" });
    const none = await modullm([...args, "[1]"], { env: { PATH } });
    expect(none).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("a JSON object is wanted"),
    });
  }, 180_000);

  test("tests an installed plugin by its name once it is trusted", async () => {
    const folder = newFolder();
    const env = { PATH };
    const install = ["plugins", "install", join(ECHO, "bash")];
    expect((await modullm(install, { folder, env })).exit).toBe(0);
    const args = ["plugins", "test", "echo", "--only", "health/"];
    expect((await modullm(args, { folder, env })).json()).toMatchObject({ error_code: "RLLM_021" });
    await modullm(["plugins", "trust", "echo"], { folder, env });
    expect((await modullm(args, { folder, env })).json()).toMatchObject({ ok: true, passed: 1 });
    expect((await modullm(["plugins", "test", "nope"], { folder, env })).json()).toMatchObject({
      error_code: "RLLM_019",
    });
    expect((await modullm(["plugins", "test"], { folder, env })).exit).toBe(2);
  }, 180_000);

  test("ends when it is interrupted, and leaves no process", async () => {
    const marker = `modullm-sleeper-${process.pid}`;
    const args = ["plugins", "test", "--", "bash", "-c", "exec -a $0 sleep 60", marker];
    const { exit, json } = await modullm(args, { env: { PATH }, signal: AbortSignal.timeout(500) });
    expect({ exit, code: (json() as { error_code: string }).error_code }).toEqual({
      exit: 130,
      code: "RLLM_022",
    });
    expect(Bun.spawnSync(["pgrep", "-f", marker]).stdout.toString()).toBe("");
  }, 180_000);
});
