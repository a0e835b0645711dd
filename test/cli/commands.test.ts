import { describe, expect, test } from "bun:test";
import { COMMANDS } from "../../src/cli/table.ts";
import { makeFolder, modullm, programText, serveModel } from "./command-line.ts";

describe("the command line", () => {
  test("--version prints the version alone", async () => {
    expect(await modullm(["--version"])).toMatchObject({ exit: 0, stdout: "0.1.0\n", stderr: "" });
  });

  test("without a command, and with --help, it shows help", async () => {
    const { exit, stdout } = await modullm([]);
    expect(exit).toBe(0);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toContain(`  ${name}`);
    expect((await modullm(["--help"])).stdout).toBe(stdout);
  });

  test.each(Object.keys(COMMANDS))("%s --help has usage and examples", async (name) => {
    const { exit, stdout } = await modullm([name, "--help"]);
    expect(exit).toBe(0);
    expect(stdout).toContain(`Usage: modullm ${name}`);
    expect(stdout).toContain("Examples:");
  });

  test.each([
    [["rum"], 'did you mean "run"?'],
    [["--nope"], "unknown option --nope"],
    [["run"], "FILE is missing"],
    [["run", "a", "b"], "one argument too many"],
    [["run", "a", "--modle", "x"], "did you mean --model?"],
    [["run", "a", "--model"], "option --model needs a value"],
    [["run", "a", "--max-retries", "many"], "an integer is wanted"],
    [["run", "a", "--color", "pink"], "auto, always or never"],
    [["inspect", "a", "--format", "xml"], "json, text, mermaid"],
    [["validate", "a", "--", "b"], "nothing may follow"],
    [["help", "nope"], "unknown topic"],
    [["completion", "tcsh"], "unknown shell"],
    [
      ["sandbox", "check", "--language", "ruby"],
      'option --language is "ruby", but one of python, js is wanted',
    ],
    [["run", "a", "--format=txt"], 'option --format is "txt", but one of json, ndjson is wanted'],
    [
      ["run", "a", "--text", "hi", "--trace", "nowhere/t.jsonl"],
      'nowhere/t.jsonl": there is no such folder',
    ],
    [["sandbox", "check", "--only", "nope"], 'no python or js attack has "nope" in its id'],
  ])("%j is wrong usage: exit 2, nothing on stdout", async (args, message) => {
    const { exit, stdout, stderr } = await modullm(args, {
      folder: makeFolder({ a: programText() }),
    });
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  test.each([
    ["validate a.rllm"],
    ["inspect a.rllm"],
    ["exectime a.rllm"],
    ["stats a.rllm"],
    ["run a.rllm --dry-run"],
    ["parse --schema a.rllm"],
  ])("a configuration that can't be read is RLLM_018 from %s", async (line) => {
    for (const name of ["config/modullm/config.yaml", "config/runllm/config.yaml"]) {
      const folder = makeFolder({ "a.rllm": programText(), [name]: "runtime: [\n" });
      const { exit, json } = await modullm(line.split(" "), { folder });
      expect({ exit, error: json() }).toMatchObject({ exit: 1, error: { error_code: "RLLM_018" } });
      const around = await modullm([...line.split(" "), "--no-config-autoload"], { folder });
      expect(around.stdout).not.toContain("RLLM_018");
    }
  });

  test("a configuration that can't be read is RLLM_018, and --no-config-autoload gets around it", async () => {
    const folder = makeFolder({
      "a.rllm": programText(),
      "config/modullm/config.yaml": "runtime: {default_max_retries: many}\n",
    });
    const args = ["run", "a.rllm", "--text", "hi", "--dry-run"];
    expect((await modullm(args, { folder })).json()).toMatchObject({ error_code: "RLLM_018" });
    expect((await modullm([...args, "--no-config-autoload"], { folder })).exit).toBe(0);
    expect((await modullm(["--no-config-autoload", ...args], { folder })).exit).toBe(0);
  });
});

describe("modullm validate", () => {
  test("one file gives an object, several a list that goes on after a bad one", async () => {
    const folder = makeFolder({ "a.rllm": programText(), "b.rllm": "no" });
    expect((await modullm(["validate", "a.rllm"], { folder })).json()).toEqual({
      ok: true,
      path: `${folder}/a.rllm`,
      name: "base",
      version: "0.1.0",
      warnings: [],
      edges: [],
    });
    const several = await modullm(["validate", "a.rllm", "b.rllm"], { folder });
    expect(several.exit).toBe(1);
    expect(several.json()).toMatchObject([
      { ok: true },
      { ok: false, path: `${folder}/b.rllm`, error_code: "RLLM_001" },
    ]);
  });
});

describe("modullm inspect", () => {
  test("prints JSON, text, a diagram and types", async () => {
    const folder = makeFolder({ "a.rllm": programText({ uses: "[{name: k, path: no.rllm}]" }) });
    const run = async (format: string) =>
      (await modullm(["inspect", "a.rllm", "--format", format], { folder })).stdout;
    expect(JSON.parse(await run("json"))).toMatchObject({
      name: "base",
      uses: [{ name: "k", path: `${folder}/no.rllm` }],
      llm_params: {},
    });
    expect(await run("mermaid")).toContain(
      'no.rllm<br/>missing: there is no such file"]:::missing',
    );
    expect(await run("svg")).toStartWith("<svg xmlns=");
    expect(await run("text")).toContain("model   local/test");
    expect(await run("typescript")).toContain("export type BaseOutput = {\n  out: string;\n};");
  });
});

describe("modullm stats and exectime", () => {
  test("count what ran, failures and their attempts included", async () => {
    const folder = makeFolder({
      "a.rllm": programText(),
      "b.rllm": programText({ name: "other" }),
    });
    const server = serveModel(['{"out": "ok"}', "bad"]);
    const { env } = server;
    await modullm(["run", "a.rllm", "--text", "hi"], { folder, env });
    await modullm(["run", "a.rllm", "--text", "hi", "--max-retries", "1"], { folder, env });
    await modullm(["run", "a.rllm", "--input", '{"text": 5}'], { folder, env });
    server.stop();
    expect((await modullm(["stats", "a.rllm"], { folder })).json()).toMatchObject({
      total_runs: 3,
      success_count: 1,
      failure_count: 2,
      output_schema_compliance_pct: 50,
      input_schema_compliance_pct: 66.67,
      avg_prompt_tokens: 15,
      max_completion_tokens: 12,
    });
    expect((await modullm(["stats"], { folder })).json()).toMatchObject({
      programs: [{ app_path: `${folder}/a.rllm`, total_runs: 3 }],
    });
    expect((await modullm(["stats", "--format", "text"], { folder })).stdout).toContain("a.rllm");
    expect((await modullm(["stats", "a.rllm", "--format", "text"], { folder })).stdout).toContain(
      "p50",
    );
    const prediction = (await modullm(["exectime", "a.rllm"], { folder })).json() as {
      estimated_ms: number;
    };
    expect(prediction.estimated_ms).toBeGreaterThan(0);
    expect((await modullm(["exectime", "b.rllm"], { folder })).json()).toMatchObject({
      estimated_ms: null,
      dependency_count: 0,
    });
  });
});

/** Topics are part of the interface: added to, never renamed. */
const TOPICS = [
  [
    "agents",
    "rllm",
    "schema",
    "recovery",
    "examples",
    "credentials",
    "config",
    "composition",
    "budgets",
    "providers",
  ],
  ["plugins", "errors", "input", "models"],
].flat();

describe("modullm help", () => {
  test("explains topics as JSON and as text", async () => {
    const { topics } = (await modullm(["help"])).json() as { topics: string[] };
    expect(topics).toEqual(expect.arrayContaining([...TOPICS, "commands"]));
    for (const topic of topics) {
      expect((await modullm(["help", topic])).json()).toMatchObject({ topic });
      expect((await modullm(["help", topic, "--format", "text"])).stdout.length).toBeGreaterThan(
        100,
      );
    }
  });

  test("is text at a terminal, JSON in a pipe, and as asked in both", async () => {
    expect((await modullm(["help", "rllm"], { tty: true })).stdout).toStartWith(
      "# The .rllm file\n",
    );
    expect((await modullm(["help", "rllm"])).stdout).toStartWith("{");
    expect((await modullm(["help", "rllm", "--format", "json"], { tty: true })).stdout).toStartWith(
      "{",
    );
    const { stdout } = await modullm(["help"], { tty: true });
    expect(stdout).toContain("schema       Contracts: input_schema and output_schema");
  });

  test("explains commands and error codes", async () => {
    expect((await modullm(["help", "run"], { tty: true })).stdout).toBe(
      (await modullm(["run", "--help"])).stdout,
    );
    expect((await modullm(["help", "commands"], { tty: true })).stdout).toBe(
      (await modullm([])).stdout,
    );
    expect((await modullm(["help", "run"])).json()).toMatchObject({
      topic: "run",
      content: { name: "run" },
    });
    expect((await modullm(["help", "rllm_013"], { tty: true })).stdout).toStartWith(
      "RLLM_013 RetryExhaustedError\n",
    );
    expect((await modullm(["help", "RLLM_013"])).json()).toMatchObject({
      content: { error_code: "RLLM_013", type: "RetryExhaustedError" },
    });
  });

  test.each([
    ["rllm", ["required_fields", "optional_fields", "templating", "optional_sections", "docs"]],
    ["schema", ["recommendations"]],
    ["recovery", ["pattern"]],
    ["examples", ["commands"]],
    ["credentials", ["autoload_precedence", "common_env_vars"]],
    ["config", ["path", "runtime_keys", "provider_keys"]],
  ])("%s has lists for programs beside its text", async (topic, keys) => {
    const { content } = (await modullm(["help", topic])).json() as {
      content: Record<string, unknown>;
    };
    expect(Object.keys(content)).toEqual([...keys, "text"]);
    expect(content["text"]).toStartWith("# ");
    for (const key of keys.filter((each) => each !== "path"))
      expect({ key, isFull: (content[key] as string[]).every((item) => item !== "") }).toEqual({
        key,
        isFull: true,
      });
  });

  test.each([
    ["rlm", 'unknown topic "rlm"; did you mean "rllm"? Topics: agents,'],
    ["RLLM_13", 'unknown topic "RLLM_13"; did you mean "RLLM_013"? Topics:'],
    ["rllm-1", 'did you mean "RLLM_001"? Topics:'],
    ["RLM_014", 'did you mean "RLLM_014"? Topics:'],
    ["rnu", 'did you mean "run"? Topics:'],
    ["xyzzy", 'unknown topic "xyzzy". Topics:'],
  ])("%s is answered by %s", async (topic, told) => {
    const { exit, stderr } = await modullm(["help", topic]);
    expect({ exit, stderr }).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining(told) as string,
    });
  });
});

describe("modullm trust", () => {
  test("pairs a project's base URL with the user's key only once the folder is trusted", async () => {
    const server = serveModel(['{"out": "ok"}']);
    const folder = makeFolder({
      "a.rllm": programText({ llm: "{model: openai/x}" }),
      ".env": `OPENAI_API_BASE=${server.env["LOCAL_API_BASE"]}\n`,
    });
    const run = async () =>
      await modullm(["run", "a.rllm", "--text", "hi"], {
        folder,
        env: { OPENAI_API_KEY: "sk-of-the-user" },
      });
    expect((await run()).json()).toMatchObject({ error_code: "RLLM_014" });
    expect(server.asked).toEqual([]);
    expect((await modullm(["trust"], { folder })).json()).toEqual({ folder, trusted: true });
    expect((await run()).json()).toEqual({ out: "ok" });
    expect((await modullm(["trust", "--list"], { folder })).json()).toEqual({ folders: [folder] });
    await modullm(["trust", "--remove"], { folder });
    expect((await run()).exit).toBe(1);
    server.stop();
  });
});

describe("modullm completion", () => {
  test.each(["bash", "zsh", "fish", "powershell"])("%s names every command", async (shell) => {
    const { stdout } = await modullm(["completion", shell]);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toContain(name);
  });
});
