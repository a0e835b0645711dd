import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ModullmError } from "../../src/core/error.ts";
import { parseConfigFile } from "../../src/config/file.ts";
import { CONFIG_DEFAULTS, CONFIG_KEYS, CONFIG_OVERRIDES } from "../../src/config/keys.ts";
import { configSchema } from "../../src/config/schema.ts";
import { compileContract } from "../../src/contract/compile.ts";
import { createPolicy } from "../../src/policy/policy.ts";
import { makeFolder, modullm, type Setting } from "./command-line.ts";

const USER = "config/modullm/config.yaml";
const KEY = "sk-test-abcdefgh12345678";

async function config(words: readonly string[], folder: string, setting: Setting = {}) {
  return await modullm(["config", ...words], { ...setting, folder });
}

async function told(words: readonly string[], folder: string, setting: Setting = {}) {
  const { exit, stderr, json } = await config(words, folder, setting);
  expect({ exit, stderr: exit === 0 ? "" : stderr }).toEqual({ exit: 0, stderr: "" });
  return json();
}

describe("modullm config get", () => {
  const files = {
    [USER]:
      "runtime: { default_model: a/user, default_max_retries: 3 }\nsandbox: { require: wasm }\nproviders: { acme: { base_url: http://u.x/v1 } }\n",
    ".modullm/config.yaml":
      "runtime: { default_model: b/project }\nsandbox: { require: kernel, python: /bin/x }\nproviders: { acme: { base_url: http://p.x/v1 } }\n",
  };
  const folder = makeFolder(files);
  const [user, project] = [join(folder, USER), join(folder, ".modullm/config.yaml")];

  test.each<[string, unknown, string | null, Record<string, string>]>([
    ["runtime.default_model", "b/project", project, {}],
    ["runtime.default_model", "c/env", "environment", { MODULLM_MODEL: "c/env" }],
    ["runtime.default_max_retries", 3, user, {}],
    ["runtime.default_ollama_auto_pull", false, "default", {}],
    ["runtime.fallbacks", null, null, {}],
    ["provider.ollama_api_base", "http://g:1", "environment", { OLLAMA_API_BASE: "http://g:1" }],
    ["media.pdf_mb", 32, "default", {}],
    // The strongest counts, whichever file says it; what a stranger's folder may not say does not.
    ["sandbox.require", "kernel", project, {}],
    ["sandbox.python", null, null, {}],
    ["providers.acme.base_url", "http://u.x/v1", user, {}],
  ])("%s is %p from %p", async (key, value, source, env) => {
    expect(await told(["get", key], folder, { env })).toMatchObject({ key, value, source });
  });

  test("takes a trusted folder at its word", async () => {
    const trusted = makeFolder(files);
    await modullm(["trust"], { folder: trusted });
    const key = "providers.acme.base_url";
    expect(await told(["get", key], trusted)).toMatchObject({ value: "http://p.x/v1" });
    expect(await told(["get", key, "--no-config-autoload"], trusted)).toMatchObject({
      value: null,
    });
  });

  test("says what is no key, with the nearest", async () => {
    const { exit, stdout, stderr } = await config(["get", "runtime.default_modl"], folder);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toContain('Did you mean "runtime.default_model"?');
  });

  test("is readable at a terminal", async () => {
    const { stdout } = await config(["get", "runtime.default_max_retries"], folder, { tty: true });
    expect(stdout).toContain(`runtime.default_max_retries: 3 (${user})`);
    expect(stdout).toContain("--max-retries would go before it.");
  });
});

describe("modullm config list", () => {
  const text = [
    "plugins: { acme: { region: eu, api_token: hunter2222, deep: { password: s3cret99 } } }",
    "models: { acme/large.v2: { window: 9 } }",
    'providers: { acme: { headers: { Authorization: "Bearer abcdefgh12345678", X-Org: "${ORG}" } } }',
  ].join("\n");
  const secrets = ["hunter2222", "s3cret99", "abcdefgh12345678", KEY];

  test("has every key once, those with names as they are named", async () => {
    const folder = makeFolder({ [USER]: text });
    const { settings } = (await told(["list"], folder, { env: { ORG: "x" } })) as {
      settings: { key: string; source: string | null }[];
    };
    const keys = settings.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    const plain = Object.keys(CONFIG_KEYS).filter((key) => !key.includes("NAME"));
    expect(plain.filter((key) => !keys.includes(key))).toEqual([]);
    const named = settings.filter(({ source }) => source === join(folder, USER));
    expect(named.map(({ key }) => key).toSorted()).toEqual([
      "models.acme/large.v2.window",
      "plugins.acme",
      "providers.acme.headers",
    ]);
  });

  test.each([["json"], ["text"]])("shows no secret, as %s", async (format) => {
    const folder = makeFolder({
      [USER]: text,
      ".env": `OPENAI_API_KEY=${KEY}\nACME_API_BASE=http://u:hunter2222@x.y/v1\n`,
    });
    const { stdout, stderr } = await config(["list", "--format", format], folder);
    for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
    expect(stdout).toContain("OPENAI_API_KEY");
    expect(stdout).toContain("./.env");
    for (const plain of ["region", "${ORG}"]) expect(stdout).toContain(plain);
  });

  test("lists defaults and overrides of keys that there are", () => {
    for (const key of [...Object.keys(CONFIG_DEFAULTS), ...Object.keys(CONFIG_OVERRIDES)])
      expect(Object.keys(CONFIG_KEYS)).toContain(key);
  });
});

describe("modullm config set and unset", () => {
  const BEFORE = "# mine\nruntime:\n  default_model: a/b # usual\n  deadlines: { first: 15 }\n";

  test("write one value, and keep comments and the file's mode", async () => {
    const folder = makeFolder({ [USER]: BEFORE });
    chmodSync(join(folder, USER), 0o640);
    const path = join(folder, USER);
    expect(await told(["set", "runtime.default_model", "c/d"], folder)).toEqual({
      key: "runtime.default_model",
      path,
      changed: true,
    });
    await told(["set", "runtime.fallbacks", "[x/y, ollama/z]"], folder);
    await told(["set", "history.events", "true"], folder);
    await told(["set", "models.acme/large.v2.window", "1000"], folder);
    await told(["set", "providers.acme.headers.X-Org", "15"], folder);
    const text = readFileSync(path, "utf8");
    expect(text).toBe(
      "# mine\nruntime:\n  default_model: c/d # usual\n  deadlines: { first: 15 }\n  fallbacks: [x/y, ollama/z]\nhistory:\n  events: true\nmodels:\n  acme/large.v2:\n    window: 1000\nproviders:\n  acme:\n    headers:\n      X-Org: 15\n",
    );
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(await told(["get", "models.acme/large.v2.window"], folder)).toMatchObject({
      value: 1000,
    });
    expect(await told(["unset", "models.acme/large.v2.window"], folder)).toMatchObject({
      changed: true,
    });
    expect(await told(["unset", "models.acme/large.v2.window"], folder)).toMatchObject({
      changed: false,
    });
    expect(readFileSync(path, "utf8")).not.toContain("models");
  });

  test("begin a file, also the folder's own", async () => {
    const folder = makeFolder();
    await told(["set", "library", "[~/programs]"], folder);
    expect(readFileSync(join(folder, USER), "utf8")).toBe("library: [~/programs]\n");
    await told(["set", "runtime.default_model", "a/b", "--project"], folder);
    expect(await told(["get", "runtime.default_model"], folder)).toMatchObject({
      source: join(folder, ".modullm/config.yaml"),
    });
  });

  test("take a word for text where the key holds text", async () => {
    const folder = makeFolder();
    await told(["set", "sandbox.python", "3"], folder);
    expect(await told(["get", "sandbox.python"], folder)).toMatchObject({ value: "3" });
  });

  test.each([
    ["sandbox.require", "kernell"],
    ["runtime.default_max_retries", "many"],
    ["runtime.default_max_retries", "0.5"],
    ["runtime.fallbacks", "[gpt-4o]"],
    ["providers.acme.api_key_env", KEY],
    ["history.keep", "soon"],
  ])("refuse %s %s, and leave the file alone", async (key, value) => {
    const folder = makeFolder({ [USER]: BEFORE });
    const { exit, json, stdout, stderr } = await config(["set", key, value], folder);
    expect(exit).not.toBe(0);
    expect(json()).toMatchObject({ error_code: "RLLM_018" });
    expect(stdout + stderr).not.toContain(KEY);
    expect(readFileSync(join(folder, USER), "utf8")).toBe(BEFORE);
  });

  test("ask before they write", async () => {
    const folder = makeFolder({ [USER]: BEFORE });
    const usual = createPolicy({ trustedPython: true, require: null });
    const policy = {
      decide: (ask: Parameters<typeof usual.decide>[0]) =>
        ask.action === "write"
          ? ({ allow: false, code: "RLLM_021", rule: "no writing" } as const)
          : usual.decide(ask),
    };
    for (const words of [
      ["set", "library", "[x]"],
      ["unset", "runtime.default_model"],
      ["key", "openai"],
    ])
      expect((await config(words, folder, { policy, stdin: KEY })).json()).toMatchObject({
        error_code: "RLLM_021",
      });
    expect(readFileSync(join(folder, USER), "utf8")).toBe(BEFORE);
  });
});

describe("modullm config key", () => {
  test("keeps a key that is piped in, readable by its owner alone, and shows it nowhere", async () => {
    const folder = makeFolder({ "config/modullm/.env": "# mine\nGROQ_API_KEY=x-1234567\n" });
    const path = join(folder, "config/modullm/.env");
    const first = await config(["key", "openai"], folder, { stdin: `${KEY}\n` });
    expect(first.json()).toEqual({
      provider: "openai",
      variable: "OPENAI_API_KEY",
      path,
      replaced: false,
    });
    expect(first.stdout + first.stderr).not.toContain(KEY);
    expect(readFileSync(path, "utf8")).toBe(
      `# mine\nGROQ_API_KEY=x-1234567\nOPENAI_API_KEY=${KEY}\n`,
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(
      (await config(["key", "openai"], folder, { stdin: "other-key-1" })).json(),
    ).toMatchObject({ replaced: true });
    const { variables } = (await told(["list"], folder)) as { variables: unknown[] };
    expect(variables).toContainEqual({ name: "OPENAI_API_KEY", value: "[redacted]", source: path });
  });

  test("takes the variable that a provider of the configuration names", async () => {
    const folder = makeFolder({
      [USER]: "providers: { acme: { base_url: http://x.y/v1, api_key_env: ACME_LLM_API_KEY } }",
    });
    expect((await config(["key", "acme"], folder, { stdin: KEY })).json()).toMatchObject({
      variable: "ACME_LLM_API_KEY",
    });
  });

  test.each([
    ["", "no key was given"],
    ["two words", "a key has no blanks in it"],
    ["schlüssel", "none but plain characters"],
  ])("refuses %p", async (stdin, reason) => {
    const folder = makeFolder();
    const { exit, stderr } = await config(["key", "openai"], folder, { stdin });
    expect(exit).toBe(2);
    expect(stderr).toContain(reason);
    expect(existsSync(join(folder, "config/modullm/.env"))).toBe(false);
  });

  test("is not kept beside an address of somebody else's choice, nor where nobody knows the provider", async () => {
    const folder = makeFolder({ ".env": "OPENAI_API_BASE=http://evil.example/v1\n" });
    expect(
      (await config(["key", "openai", "--project"], folder, { stdin: KEY })).json(),
    ).toMatchObject({ error_code: expect.stringMatching(/RLLM_01[48]/) as string });
    expect(readFileSync(join(folder, ".env"), "utf8")).not.toContain(KEY);
    expect((await config(["key", "nobody"], folder, { stdin: KEY })).json()).toMatchObject({
      error_code: "RLLM_002",
    });
  });
});

describe("modullm config check, path, schema and edit", () => {
  test("check tells what is wrong in every file", async () => {
    const folder = makeFolder({ [USER]: "runtime: 5", "config/modullm/.env": "no assignment\n" });
    const { exit, json } = await config(["check"], folder);
    expect(exit).not.toBe(0);
    expect(json()).toMatchObject({
      error_code: "RLLM_018",
      details: {
        faults: [
          { path: join(folder, "config/modullm/.env"), line: 1 },
          { path: join(folder, USER), line: 1, field: "runtime" },
        ],
      },
    });
    const good = makeFolder({ [USER]: "runtme: {}" });
    expect(await told(["check"], good)).toMatchObject({
      ok: true,
      warnings: [expect.stringContaining("runtme") as string],
    });
  });

  test("path lists the files in their order, also where one is broken", async () => {
    const folder = makeFolder({ [USER]: "runtime: 5" });
    const { files } = (await told(["path"], folder)) as {
      files: { path: string; exists: boolean }[];
    };
    expect(files.map(({ path }) => path.slice(folder.length + 1))).toEqual([
      ".env",
      "config/modullm/.env",
      USER,
      "config/runllm/.env",
      "config/runllm/config.yaml",
    ]);
    expect(files.filter(({ exists }) => exists)).toMatchObject([{ path: join(folder, USER) }]);
  });

  test("edit opens the file in the user's editor, and says what is wrong with it then", async () => {
    const folder = makeFolder();
    const path = join(folder, USER);
    writeFileSync(join(folder, "add.sh"), 'echo "embedder: a/b" >> "$1"');
    const env = { EDITOR: `sh ${join(folder, "add.sh")}` };
    expect(await told(["edit"], folder, { env })).toMatchObject({ path, changed: true });
    expect(readFileSync(path, "utf8")).toMatch(/^# .*\nembedder: a\/b\n$/);
    writeFileSync(join(folder, "add.sh"), 'echo "library: 5" > "$1"');
    expect((await config(["edit"], folder, { env })).json()).toMatchObject({
      details: { field: "library", line: 1 },
    });
    expect((await config(["edit"], folder)).stderr).toContain("set VISUAL or EDITOR");
  });

  test("schema takes what the reader takes, and nothing else", async () => {
    const compiled = compileContract(
      (await told(["schema"], makeFolder())) as object as Record<string, unknown>,
    );
    if (!compiled.ok) throw new Error("it is a schema");
    const { contract } = compiled;
    const samples: unknown[] = [
      null,
      true,
      false,
      0,
      1,
      0.5,
      -1,
      "",
      "x",
      "a/b",
      "5",
      "http://x.y/v1",
      "kernel",
      "30d",
      "1.5h",
      [],
      ["a/b"],
      ["x"],
      [1],
      {},
      { x: 1 },
      { x: [1] },
    ];
    let [taken, refused] = [0, 0];
    for (const way of Object.keys(CONFIG_KEYS)) {
      const path = way.replace("PROVIDER/NAME", "acme/m").replace("NAME", "acme").split(".");
      for (const sample of samples) {
        const value = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), sample);
        const isRead = await parseConfigFile(JSON.stringify(value), "x").then(
          () => true,
          (thrown: unknown) => !(thrown instanceof ModullmError),
        );
        // The reader takes a blank text for none.
        if (sample === "") continue;
        expect({ way, sample, taken: contract.check(value).ok }).toEqual({
          way,
          sample,
          taken: isRead,
        });
        if (isRead) taken++;
        else refused++;
      }
    }
    expect([taken > 100, refused > 100]).toEqual([true, true]);
    expect(contract.check({ runtme: {} }).ok).toBe(false);
    expect(configSchema()).toMatchObject({
      properties: { media: { properties: { pdf_mb: { default: 32 } } } },
    });
  });
});
