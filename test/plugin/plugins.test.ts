import { beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  makeFolder,
  modullm,
  type Outcome,
  programText,
  type Setting,
} from "../cli/command-line.ts";
import { sampleFiles, type SampleOptions } from "./sample.ts";

/** Without the variables that would be in the way: the plugin's answer is what it sees. */
const PROGRAM = programText({
  llm: "{model: sample/mirror}",
  max_context_window: "9000",
  output_schema:
    "{type: object, properties: {env: {type: object}, cwd: {type: string}, file: {type: string}, settings: {type: object}, data_folder: {type: string}}, required: [env]}",
});

interface Seen {
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly file: string;
  readonly settings: object;
  readonly data_folder: string;
}

let folder: string;
beforeEach(() => void (folder = makeFolder({ "a.rllm": PROGRAM })));

async function run(setting: Setting = {}): Promise<Outcome> {
  return await modullm(["run", "a.rllm", "--text", "hi"], { ...setting, folder });
}

async function seen(setting: Setting = {}): Promise<Seen> {
  const outcome = await run(setting);
  expect({ exit: outcome.exit, error: outcome.exit === 0 ? "" : outcome.stdout }).toEqual({
    exit: 0,
    error: "",
  });
  return JSON.parse(outcome.stdout) as Seen;
}

interface Shown {
  readonly error_code: string;
  readonly message: string;
  readonly recovery_hint: string;
  readonly details: object;
}

async function failure(setting: Setting = {}): Promise<Shown> {
  const { exit, stdout } = await run(setting);
  expect(exit).not.toBe(0);
  return JSON.parse(stdout) as Shown;
}

async function plugins(...args: readonly string[]): Promise<unknown> {
  const outcome = await modullm(["plugins", ...args], { folder });
  expect(outcome).toMatchObject({ exit: 0 });
  return outcome.json();
}

function place(where: string, options: SampleOptions = {}): string {
  const into = join(folder, where);
  for (const [name, text] of Object.entries(sampleFiles(options))) {
    mkdirSync(dirname(join(into, name)), { recursive: true });
    writeFileSync(join(into, name), text);
  }
  return into;
}

const PROJECT = ".modullm/plugins/sample";

describe("a plugin of a project", () => {
  test("is a stranger's until somebody says yes, and the error says how", async () => {
    place(PROJECT);
    expect(await failure()).toMatchObject({
      error_code: "RLLM_021",
      message: 'Cannot start plugin "sample": you have not trusted it yet',
      recovery_hint:
        "`modullm plugins info sample` shows what it is; `modullm plugins trust sample` says yes.",
    });
    expect(await plugins("info", "sample")).toMatchObject({
      place: "project",
      trust: "untrusted",
      runs: ["main.ts"],
      provides: ["chat", "models/list"],
      sees: {
        always: ["PATH", "HOME", "TMPDIR", "LANG"],
        variables: [{ name: "SAMPLE_API_KEY", set: false }],
      },
    });
    expect(await plugins("trust", "sample")).toMatchObject({ trusted: true, changed: true });
    await seen();
    expect(await plugins("distrust", "sample")).toMatchObject({ trusted: false, changed: true });
    expect(await failure()).toMatchObject({ error_code: "RLLM_021" });
  });

  test("is asked about at a terminal, once", async () => {
    const source = place(PROJECT);
    const no = await run({ typed: "n\n", stdoutTty: false });
    expect(no.stderr).toContain(`  from      this project, ${source}\n`);
    expect(no.stderr).toContain("Trust it and start it?");
    expect(no.stderr).toContain('Cannot start plugin "sample": you said no');
    expect(no.stderr).toContain("RLLM_021");
    expect((await run({ typed: "y\n" })).exit).toBe(0);
    expect((await run({ typed: "" })).stderr).not.toContain("Trust it");
    expect((await run()).exit).toBe(0);
  });

  test("is not started when the question is interrupted", async () => {
    place(PROJECT);
    const interrupt = new AbortController();
    const ending = modullm(["run", "a.rllm", "--text", "hi"], {
      folder,
      typed: "",
      stdoutTty: false,
      silent: true,
      signal: interrupt.signal,
    });
    setTimeout(() => interrupt.abort(), 500);
    const { exit, stderr } = await ending;
    expect(exit).toBe(130);
    expect(stderr).toContain("RLLM_022");
    expect(await plugins("info", "sample")).toMatchObject({ trust: "untrusted" });
  });

  test.each<[string, (source: string) => void, string]>([
    [
      "its code",
      (source) => appendFileSync(join(source, "main.ts"), "// evil"),
      '"main.ts" was changed',
    ],
    [
      "what it may see",
      (source) =>
        writeFileSync(
          join(source, "modullm-plugin.json"),
          sampleFiles({ env: ["HUSH"] })["modullm-plugin.json"] ?? "",
        ),
      '"modullm-plugin.json" was changed',
    ],
    [
      "a file beside it",
      (source) => writeFileSync(join(source, "bunfig.toml"), "[test]"),
      '"bunfig.toml" was added',
    ],
  ])("wants a new yes when somebody changes %s", async (_, change, what) => {
    const source = place(PROJECT);
    await plugins("trust", "sample");
    await seen();
    change(source);
    expect(await failure()).toMatchObject({
      error_code: "RLLM_021",
      message: `Cannot start plugin "sample": its files have changed since you trusted it (${what})`,
    });
    expect(await plugins("info", "sample")).toMatchObject({ trust: "changed", reason: what });
    await plugins("trust", "sample");
    await seen();
  });

  test("has nobody's yes for being the same in another folder", async () => {
    place(PROJECT);
    await plugins("trust", "sample");
    place("elsewhere/.modullm/plugins/sample");
    writeFileSync(join(folder, "elsewhere/a.rllm"), PROGRAM);
    const elsewhere = join(folder, "elsewhere");
    const env = {
      XDG_STATE_HOME: join(folder, "state"),
      XDG_DATA_HOME: join(folder, "data"),
      XDG_CACHE_HOME: join(folder, "cache"),
    };
    const outcome = await modullm(["run", "a.rllm", "--text", "hi"], { folder: elsewhere, env });
    expect(outcome.json()).toMatchObject({ error_code: "RLLM_021" });
  });

  test("runs alone: what lies around it has no part in it", async () => {
    const source = place(PROJECT, { files: { "lib/a.ts": "export const a = 'own';" } });
    writeFileSync(
      join(source, "main.ts"),
      `import { a } from "helper";\nimport "./lib/a.ts";\nprocess.stderr.write(a);\n${sampleFiles()["main.ts"]}`,
    );
    const code = 'export const a = "stranger";';
    for (const where of ["node_modules/helper", ".modullm/node_modules/helper"]) {
      mkdirSync(join(folder, where), { recursive: true });
      writeFileSync(join(folder, where, "index.ts"), code);
    }
    writeFileSync(
      join(folder, "tsconfig.json"),
      '{"compilerOptions": {"baseUrl": ".", "paths": {"helper": ["./node_modules/helper/index.ts"]}}}',
    );
    await plugins("trust", "sample");
    // Not below the project's folder, where the other tests have it.
    const env = { XDG_CACHE_HOME: makeFolder() };
    const refused = await failure({ env });
    expect(refused.error_code).toBe("RLLM_019");
    expect(JSON.stringify(refused)).toContain("helper");
  });

  test("runs from a copy of what was said yes to, which is made again when it is tampered with", async () => {
    const source = place(PROJECT);
    await plugins("trust", "sample");
    const first = await seen();
    expect(first.file.startsWith(join(folder, "cache/modullm/plugins/"))).toBe(true);
    writeFileSync(first.file, "process.exit(3)");
    expect((await seen()).file).toBe(first.file);
    writeFileSync(join(dirname(first.file), "extra.ts"), "");
    await seen();
    expect(readdirSync(dirname(first.file))).toEqual(readdirSync(source));
  });

  test("says so when the copy can't be made", async () => {
    place(PROJECT);
    await plugins("trust", "sample");
    mkdirSync(join(folder, "cache/modullm"), { recursive: true });
    writeFileSync(join(folder, "cache/modullm/plugins"), "a file in its place");
    const { error_code, message } = await failure();
    expect(error_code).toBe("RLLM_019");
    expect(message).toContain("cache/modullm/plugins");
  });

  test("started by several at once is copied whole", async () => {
    place(PROJECT);
    await plugins("trust", "sample");
    const all = await Promise.all(Array.from({ length: 4 }, () => seen()));
    expect(new Set(all.map(({ file }) => file)).size).toBe(1);
    expect(readdirSync(join(folder, "cache/modullm/plugins"))).toHaveLength(1);
  });

  test("that needs packages has to be installed", async () => {
    const source = place(PROJECT, { package: { dependencies: { other: "1" } } });
    await plugins("trust", "sample");
    expect(await failure()).toMatchObject({
      error_code: "RLLM_019",
      recovery_hint: `Install it with its packages: \`modullm plugins install ${source}\`.`,
    });
  });

  test("with a link in it, or a manifest that is none, can't be used, and is listed with the reason", async () => {
    const source = place(PROJECT);
    symlinkSync("/etc/passwd", join(source, "notes"));
    expect((await failure()).message).toContain('"notes" is a link');
    place(".modullm/plugins/other");
    writeFileSync(join(folder, ".modullm/plugins/other/modullm-plugin.json"), "{");
    expect(await plugins("list")).toMatchObject({
      plugins: [
        { name: "other", trust: "broken", reason: expect.stringContaining("is not JSON") as never },
        { name: "sample", trust: "broken", reason: expect.stringContaining("is a link") as never },
      ],
    });
  });
});

describe("plugins are found", () => {
  test("in the project, then installed, then put there by hand, then among the packages; the first of a name counts", async () => {
    place("node_modules/modullm-plugin-sample", { version: "4.0.0" });
    place("node_modules/@acme/modullm-plugin-scoped", { name: "scoped" });
    place("node_modules/by-keyword", { name: "keyed" });
    place("node_modules/other-package", { name: "other", package: { keywords: ["chat"] } });
    place("data/modullm/plugins/mine", { version: "3.0.0" });
    await plugins("install", place("source", { version: "2.0.0" }), "--yes");
    place(PROJECT, { version: "1.0.0" });
    const { plugins: all } = (await plugins("list")) as {
      plugins: { name: string; version: string; place: string; hidden?: true }[];
    };
    expect(
      all.map(
        ({ name, version, place: where, hidden }) =>
          `${name} ${version} ${where}${hidden ? " hidden" : ""}`,
      ),
    ).toEqual([
      "sample 1.0.0 project",
      "sample 2.0.0 installed hidden",
      "sample 3.0.0 folder hidden",
      "scoped 1.0.0 package",
      "keyed 1.0.0 package",
      "sample 4.0.0 package hidden",
    ]);
    expect(await plugins("info", "scoped")).toMatchObject({ place: "package", trust: "untrusted" });
  });

  test("through links that package managers make, by the real folder", async () => {
    const real = place("store/sample@1/node_modules/modullm-plugin-sample");
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(real, join(folder, "node_modules/modullm-plugin-sample"));
    expect(await plugins("info", "sample")).toMatchObject({ place: "package", folder: real });
    await plugins("trust", "sample");
    await seen();
  });

  test("by no name that is built in", async () => {
    place(".modullm/plugins/openai", { name: "openai" });
    writeFileSync(join(folder, "a.rllm"), PROGRAM.replace("sample/mirror", "openai/gpt"));
    expect(await failure()).toMatchObject({ error_code: "RLLM_014" });
  });
});

describe("a plugin that is installed", () => {
  test("runs where it is, with the variables of its manifest and no others", async () => {
    await plugins("install", place("source"), "--yes");
    const env = {
      SAMPLE_API_KEY: "key-of-sample",
      OPENAI_API_KEY: "key-of-openai",
      NODE_OPTIONS: "--no-warnings",
      LANG: "C.UTF-8",
    };
    const here = await seen({ env });
    expect(Object.keys(here.env).toSorted()).toEqual(
      [
        "BUN_BE_BUN",
        "BUN_FEATURE_FLAG_NO_ORPHANS",
        "BUN_RUNTIME_TRANSPILER_CACHE_PATH",
        "HOME",
        "LANG",
        "PATH",
        "PWD",
        "SAMPLE_API_KEY",
        "SHLVL",
        "_",
      ]
        .filter((name) => name in here.env)
        .toSorted(),
    );
    expect(here.env).toMatchObject({ HOME: join(folder, "home"), LANG: "C.UTF-8" });
    expect(JSON.stringify(here)).not.toContain("key-of-openai");
    expect(dirname(here.file)).toBe(here.cwd);
    expect(here.cwd.startsWith(join(folder, "data/modullm/plugins/sample@"))).toBe(true);
    expect(here.data_folder).toBe(join(folder, "data/modullm/plugin-data/sample"));
    await seen({ env });
  });

  test("gets a key from the user's .env, but an address from a project's only in a trusted folder", async () => {
    await plugins("install", place("source", { env: ["ACME_API_KEY", "ACME_API_BASE"] }), "--yes");
    mkdirSync(join(folder, "config/modullm"), { recursive: true });
    writeFileSync(join(folder, "config/modullm/.env"), "ACME_API_KEY=key-of-the-user\n");
    expect(Object.keys((await seen()).env)).toContain("ACME_API_KEY");
    writeFileSync(join(folder, ".env"), "ACME_API_BASE=http://evil.example\n");
    const refused = await failure();
    expect(refused).toMatchObject({ error_code: "RLLM_021" });
    expect(refused.message).toContain(
      "this folder's .env sets ACME_API_BASE, and your ACME_API_KEY is not given to it",
    );
    await modullm(["trust"], { folder });
    expect((await seen()).env["ACME_API_BASE"]).toBe("http://evil.example");
  });

  test("gets its settings, once they are what its manifest says", async () => {
    const settings = {
      type: "object",
      properties: { region: { enum: ["eu", "us"] } },
      additionalProperties: false,
    };
    await plugins("install", place("source", { settings }), "--yes");
    mkdirSync(join(folder, "config/modullm"), { recursive: true });
    const file = join(folder, "config/modullm/config.yaml");
    writeFileSync(file, "plugins: {sample: {region: eu}}\n");
    expect((await seen()).settings).toEqual({ region: "eu" });
    writeFileSync(file, "plugins: {sample: {region: mars}}\n");
    const refused = await failure();
    expect(refused).toMatchObject({
      error_code: "RLLM_018",
      details: { field: "plugins.sample.region" },
    });
    expect(refused.message).toContain(
      'Cannot use plugin "sample": plugins.sample.region in config.yaml:',
    );
    writeFileSync(file, "plugins: {sample: {regoin: eu}}\n");
    expect(await failure()).toMatchObject({ error_code: "RLLM_018" });
  });

  test("takes no settings where its manifest has none", async () => {
    await plugins("install", place("source"), "--yes");
    mkdirSync(join(folder, "config/modullm"), { recursive: true });
    writeFileSync(join(folder, "config/modullm/config.yaml"), "plugins: {sample: {region: eu}}\n");
    expect(await failure()).toMatchObject({ error_code: "RLLM_018" });
  });

  test("is not started once a file of it is another", async () => {
    await plugins("install", place("source"), "--yes");
    const { file } = await seen();
    appendFileSync(file, "\n");
    const refused = await failure();
    expect(refused).toMatchObject({
      error_code: "RLLM_019",
      message: 'Cannot start plugin "sample": it is not as it was installed: "main.ts" was changed',
    });
    expect((await run({ typed: "y\n" })).exit).toBe(1);
    for (const action of ["test", "trust"]) {
      const outcome = await modullm(["plugins", action, "sample"], { folder });
      expect(outcome.json()).toMatchObject({
        error_code: "RLLM_019",
        recovery_hint: refused.recovery_hint,
      });
    }
    expect(refused.recovery_hint).toContain("modullm plugins update sample");
  });

  test("is looked for by a program that names it once it is removed", async () => {
    await plugins("install", place("source"), "--yes");
    await plugins("remove", "sample");
    const { error_code, recovery_hint } = await failure();
    expect(error_code).toBe("RLLM_002");
    expect(recovery_hint).toContain("modullm plugins search sample");
  });

  test("without a yes asks for one at its first use", async () => {
    await plugins("install", place("source"));
    expect(await failure()).toMatchObject({ error_code: "RLLM_021" });
    expect((await run({ typed: "y\n" })).exit).toBe(0);
    expect((await run()).exit).toBe(0);
  });
});

describe("in Python", () => {
  const code = `
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    results = {
        "initialize": {"protocol_version": 1, "name": "sample", "version": "1.0.0", "provides": ["chat"]},
        "chat": {"reason": "stop", "usage": None, "served": None},
    }
    if "id" not in message:
        continue
    if message["method"] == "chat":
        import helper
        part = {"type": "text", "text": json.dumps({"env": {}, "file": helper.__file__})}
        print(json.dumps({"jsonrpc": "2.0", "method": "chat/part", "params": {"id": message["id"], "part": part}}), flush=True)
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": results.get(message["method"], {"ok": True})}), flush=True)
`;

  test("runs twice: nothing is written beside its code", async () => {
    const files = sampleFiles();
    const manifest = {
      ...(JSON.parse(files["modullm-plugin.json"] ?? "") as object),
      language: "python",
      command: { default: ["python3", "main.py"] },
      provides: ["chat"],
    };
    const source = realpathSync(mkdtempSync(join(tmpdir(), "modullm-")));
    writeFileSync(join(source, "modullm-plugin.json"), JSON.stringify(manifest));
    writeFileSync(join(source, "main.py"), code);
    writeFileSync(join(source, "helper.py"), "");
    await plugins("install", source, "--yes");
    const { file } = await seen();
    expect(existsSync(join(dirname(file), "__pycache__"))).toBe(false);
    await seen();
  });
});
