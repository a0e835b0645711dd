import { afterEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { OnboardResult } from "../../src/cli/onboarding/onboard.ts";
import { runCommandLine } from "../../src/cli/index.ts";
import { makeFolder, modullm, type Outcome, worldOf } from "../cli/command-line.ts";
import { KEY, MODEL, PROGRAM, type ScriptedServer, serveScript } from "./model-server.ts";

const servers: ScriptedServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

function serve(options: Parameters<typeof serveScript>[0] = {}): ScriptedServer {
  const server = serveScript(options);
  servers.push(server);
  return server;
}

interface Setting {
  readonly folder?: string;
  readonly env?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** Onboarding by a script: a line for each question. */
async function onboard(
  lines: readonly string[],
  args: readonly string[] = [],
  setting: Setting = {},
): Promise<Outcome> {
  return await modullm(["onboard", ...args], {
    ...setting,
    stdin: lines.map((line) => `${line}\n`).join(""),
    env: { USER: "ada", ...setting.env },
  });
}

/** Each part taken as it is drafted, nothing changed after the trial, no scaffold. */
const APPROVED = ["", "", "", "", "", "", "", "", "", "no"];

function resultOf(outcome: Outcome): OnboardResult {
  expect({
    exit: outcome.exit,
    said: outcome.exit === 0 ? "" : outcome.stdout + outcome.stderr,
  }).toEqual({
    exit: 0,
    said: "",
  });
  return outcome.json() as OnboardResult;
}

/** Every file below a folder that holds a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text))
    .map((path) => path.slice(folder.length + 1));
}

describe("onboard with nothing at all", () => {
  test("--yes makes a program on the baseline that is valid and runs", async () => {
    const folder = makeFolder();
    const result = resultOf(await onboard([], ["--yes"], { folder }));
    expect(result).toMatchObject({
      ok: true,
      provider: "builtin",
      model: "builtin/baseline",
      credential_written: false,
      credential_path: null,
      generated_file: join(folder, "summarise_text_three.rllm"),
      scaffold_file: join(folder, "config/modullm/scaffolds/summarise_text_three.yaml"),
    });
    expect(Object.keys(result)).toEqual([
      "ok",
      "provider",
      "model",
      "credential_written",
      "credential_path",
      "generated_file",
      "sample_input",
      "sample_output",
      "session_file",
      "scaffold_file",
      "next_steps",
    ]);
    for (const step of result.next_steps.filter((each) => !/openai|NAME/.test(each))) {
      const { exit } = await modullm(step.split(" ").slice(1), { folder });
      expect({ step, exit }).toEqual({ step, exit: 0 });
    }
  });

  test.each([
    ["Sort incoming tickets by team and urgency", "route"],
    ["Grade essays against a list of criteria", "judge"],
    ["Read all pages of a report one by one and put together what they say", "map-reduce"],
    ["Tabulate rows collected in one table", "collect"],
    ["Consult the handbook with tools and cite sources", "look-up"],
    ["Extract the amount and the due date of an invoice", "extract"],
  ])("%s is a program of the kind %s, valid and run", async (purpose, kind) => {
    const folder = makeFolder();
    const result = resultOf(await onboard([purpose], ["--yes", "--no-save-scaffold"], { folder }));
    expect(result.scaffold_file).toBeNull();
    const { tags } = (await modullm(["inspect", result.generated_file], { folder })).json() as {
      tags: string[];
    };
    expect(tags).toEqual([kind]);
    expect((await modullm(["validate", "--strict", result.generated_file], { folder })).exit).toBe(
      0,
    );
  });

  test("what comes from the template says so", async () => {
    const { stderr } = await onboard([], ["--yes"]);
    expect(
      stderr.match(/From the template, because builtin\/baseline is no language model/g),
    ).toHaveLength(1);
    expect(stderr.match(/From the template/g)).toHaveLength(7);
  });
});

describe("onboard where the key is there", () => {
  test("drafts every part with the model, and the file it makes passes validate and run", async () => {
    const server = serve();
    const folder = makeFolder();
    const env = { ...server.env, OPENAI_API_KEY: KEY };
    // The key is found: its model is the first offer.
    const outcome = await onboard(["", "Read invoices", ...APPROVED], [], { folder, env });
    const result = resultOf(outcome);
    expect(outcome.stderr).toContain("Its key is set (OPENAI_API_KEY, environment).");
    expect(result).toMatchObject({
      ok: true,
      model: MODEL,
      credential_written: false,
      generated_file: join(folder, "invoice_facts.rllm"),
      sample_input: { invoice: "Northwind Ltd. Please pay 40 EUR by 31 May 2026." },
      sample_output: { supplier: "Northwind Ltd.", due: "2026-05-31" },
    });
    expect((await modullm(["validate", "--strict", result.generated_file], { folder })).exit).toBe(
      0,
    );
    const run = await modullm(["run", "invoice_facts.rllm", "--input-file", "invoice_facts.yaml"], {
      folder,
      env,
    });
    expect(run.json()).toEqual({ supplier: "Northwind Ltd.", due: "2026-05-31" });
    expect(filesWith(folder, KEY)).toEqual([]);
    expect(outcome.stdout + outcome.stderr + server.asked.join()).not.toContain(KEY);
  });

  test("a part is changed, edited and taken from the template until it is approved", async () => {
    const server = serve();
    const folder = makeFolder();
    const lines = [
      "",
      "Read invoices",
      ["change", "call it a bill", "edit", "", "Finds who sent a bill.", "", "use"],
      ["edit", String.raw`invoice: string - The bill.\nlimit?: integer`, "use"],
      ["template", "edit", "supplier: string|null - Who sent it.", "use"],
      ["edit", "9,000", "500", "0.5", "openai/gpt-5", "use"],
      ["change", "shorter", "use"],
      ["edit", String.raw`Mind the form.\n{{schema.output}}`, "use"],
      ["edit", "bills", "bill, money", "use"],
      "use",
      ["keep", "no"],
    ].flat();
    const result = resultOf(
      await onboard(lines, [], { folder, env: { ...server.env, OPENAI_API_KEY: KEY } }),
    );
    expect(result.generated_file).toBe(join(folder, "bills.rllm"));
    const text = readFileSync(result.generated_file, "utf8");
    for (const part of [
      "name: bill_facts",
      "description: Finds who sent a bill.",
      "invoice: { type: string, description: The bill. }",
      "limit: { type: integer }",
      'supplier: { type: [string, "null"], description: Who sent it. }',
      "max_context_window: 9000",
      "llm: { model: openai/gpt-5 }",
      "llm_params: { temperature: 0.5, max_tokens: 500 }",
      "tags: [bill, money]",
      "Be brief. Find who sent the invoice",
      "Mind the form.",
    ])
      expect(text).toContain(part);
  });

  test("after the trial a part can be changed; what no longer fits is drafted anew", async () => {
    const server = serve();
    const folder = makeFolder();
    const lines = [
      "",
      "Read invoices",
      ...Array.from({ length: 8 }, () => "use"),
      ["inputs", "edit", "letter: string - The letter.", "use"],
      // The prompt and the sample speak of a field that is gone.
      ["edit", String.raw`Find who sent the invoice.\n{{input.letter}}`, "", "use"],
      ["use", "keep", "no"],
    ].flat();
    const outcome = await onboard(lines, [], {
      folder,
      env: { ...server.env, OPENAI_API_KEY: KEY },
    });
    const result = resultOf(outcome);
    expect(outcome.stderr).toContain(
      "Prompt does not fit any more: {{input.invoice}} stands for nothing",
    );
    expect(Object.keys(result.sample_input)).toEqual(["letter"]);
  });

  test.each([
    [
      "a prompt that shows no field",
      "Write the prompt of a program",
      { prompt: "Do it.", system: null },
      "never shows the required field invoice",
    ],
    [
      "a prompt with an unknown placeholder",
      "Write the prompt of a program",
      { prompt: "{{invoice}}", system: null },
      "stands for nothing",
    ],
    [
      "a type that is none",
      "Name the fields it must be given",
      { fields: [{ name: "a", type: "blob", description: "", required: true }] },
      '"blob" is not one of',
    ],
    [
      "an answer that breaks its contract",
      "Give its file a name",
      { file_name: 7 },
      "got no answer that meets its contract",
    ],
  ])("%s falls back to the template, and says so", async (_, words, answer, reason) => {
    const server = serve({ spoil: { [words]: answer } });
    const outcome = await onboard(["Read invoices"], ["--yes", "--model", MODEL], {
      env: { ...server.env, OPENAI_API_KEY: KEY },
    });
    expect(outcome.stderr).toMatch(/From the template, because .*/);
    expect(outcome.stderr).toContain(reason);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ provider: "openai" });
    // Two tries, and the retries of a broken contract.
    expect(server.asked.filter((body) => body.includes(words)).length).toBeGreaterThanOrEqual(2);
  });

  test("a model that can't be called any more is tried again, or left to the template", async () => {
    const server = serve();
    const folder = makeFolder();
    const gone = serve();
    const setting = { folder, env: { ...gone.env, OPENAI_API_KEY: KEY } };
    await onboard(["", "Read invoices", "use"], [], setting);
    gone.stop();
    const outcome = await onboard(["again", "template", "use"], ["--resume"], setting);
    expect(outcome.stderr.match(/The model can't be called. What now\?/g)?.length).toBeGreaterThan(
      2,
    );
    expect(outcome.stderr).toContain("From the template, because Cannot call model");
    const env = { ...server.env, OPENAI_API_KEY: KEY };
    expect((await onboard([], ["--yes", "--resume"], { folder, env })).exit).toBe(0);
  }, 180_000);

  test("a program that does not work is kept, told, and exit 1", async () => {
    const server = serve({ spoil: { [PROGRAM]: { supplier: 7 } } });
    const folder = makeFolder();
    const { exit, stdout, stderr } = await onboard(["Read invoices"], ["--yes", "--model", MODEL], {
      folder,
      env: { ...server.env, OPENAI_API_KEY: KEY },
    });
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      sample_output: null,
      error: { error_code: "RLLM_013" },
    });
    expect(stderr).toContain('It answered:\n  {"supplier":7');
    expect(existsSync(join(folder, "invoice_facts.rllm"))).toBe(true);
  });
});

describe("onboard where the key is missing", () => {
  const TYPED = [MODEL, "key", KEY];

  test("the key is asked for, proved, and kept nowhere without a yes", async () => {
    const server = serve();
    const folder = makeFolder();
    const outcome = await onboard([...TYPED, "", "Read invoices", ...APPROVED], [], {
      folder,
      env: server.env,
    });
    const result = resultOf(outcome);
    expect(result).toMatchObject({ ok: true, credential_written: false, credential_path: null });
    expect(result.next_steps[0]).toBe("export OPENAI_API_KEY=…");
    expect(outcome.stderr).toContain("Set OPENAI_API_KEY to your key for openai.");
    expect(filesWith(folder, KEY)).toEqual([]);
    expect(outcome.stdout + outcome.stderr + server.asked.join()).not.toContain(KEY);
  });

  test.each([
    ["user", "config/modullm/.env"],
    ["here", ".env"],
  ])(
    "kept with %s it is in that file alone, which only its owner can read",
    async (place, file) => {
      const server = serve();
      const folder = makeFolder();
      spawnSync("git", ["init", "-q"], { cwd: folder });
      const result = resultOf(
        await onboard([...TYPED, place, "Read invoices", ...APPROVED], [], {
          folder,
          env: server.env,
        }),
      );
      expect(result).toMatchObject({
        credential_written: true,
        credential_path: join(folder, file),
      });
      expect(filesWith(folder, KEY)).toEqual([file]);
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      expect(existsSync(join(folder, ".gitignore"))).toBe(place === "here");
      if (place === "here")
        expect(spawnSync("git", ["check-ignore", ".env"], { cwd: folder }).status).toBe(0);
      // The next run finds it.
      const run = await modullm(
        ["run", "invoice_facts.rllm", "--input-file", "invoice_facts.yaml"],
        {
          folder,
          env: server.env,
        },
      );
      expect(run.exit).toBe(0);
    },
  );

  test("a .env that has the name is replaced only with a yes, and keeps its other lines", async () => {
    const server = serve();
    const folder = makeFolder({
      ".env": "# mine\nOTHER=1\nOPENAI_API_KEY=sk-old-0000000000000000\n",
      ".gitignore": "dist",
    });
    // The old key is found first, and refused; then the new one is typed, kept nowhere, then here.
    const lines = [MODEL, "key", KEY, "here", "no", "here", "yes", "Read invoices", ...APPROVED];
    resultOf(await onboard(lines, [], { folder, env: { ...server.env } }));
    expect(readFileSync(join(folder, ".env"), "utf8")).toBe(
      `# mine\nOTHER=1\nOPENAI_API_KEY=${KEY}\n`,
    );
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("dist\n.env\n");
  });

  test("a .env that git has on record is not given a key", async () => {
    const server = serve();
    const folder = makeFolder({ ".env": "A=1\n" });
    for (const args of [
      ["init", "-q"],
      ["add", ".env"],
    ])
      spawnSync("git", args, { cwd: folder });
    const outcome = await onboard([...TYPED, "here", "no", "Read invoices", ...APPROVED], [], {
      folder,
      env: server.env,
    });
    resultOf(outcome);
    expect(outcome.stderr).toContain("git has the file on record");
    expect(filesWith(folder, KEY)).toEqual([]);
  });

  test("what a server echoes of the key, or sends to steer a terminal, is in no file", async () => {
    const echo = `Say \u001B[31mred\u009B ${KEY}.\n{{input.invoice}}`;
    const server = serve({
      spoil: { "Write the prompt of a program": { prompt: echo, system: null } },
    });
    const folder = makeFolder();
    const result = resultOf(
      await onboard([...TYPED, "", "Read invoices", ...APPROVED.slice(0, -1), "yes"], [], {
        folder,
        env: server.env,
      }),
    );
    expect(filesWith(folder, KEY)).toEqual([]);
    expect(readFileSync(result.generated_file, "utf8")).toContain("Say [31mred [redacted].");
  });

  test("a key is not kept beside an address that this folder's .env names", async () => {
    const server = serve();
    const folder = makeFolder({ ".env": "OPENAI_API_BASE=http://elsewhere.example/v1\n" });
    const outcome = await onboard([...TYPED, "here", "no", "Read invoices", ...APPROVED], [], {
      folder,
      env: server.env,
    });
    expect(resultOf(outcome).credential_written).toBe(false);
    expect(outcome.stderr).toContain("a key beside it would be sent there");
  });

  test("a key that would be shown is not asked for", async () => {
    const stderr: string[] = [];
    const stdout: string[] = [];
    const bytes = new TextEncoder().encode(`${MODEL}\nkey\n`);
    const folder = makeFolder();
    const exit = await runCommandLine(["onboard"], {
      env: worldOf(folder),
      cwd: folder,
      stdoutIsTty: false,
      stderrIsTty: false,
      stdinIsTty: true,
      columns: 80,
      stdout: (text) => void stdout.push(text),
      stderr: (text) => void stderr.push(text),
      async *stdin() {
        yield bytes;
      },
      onInterrupt: () => () => {},
    });
    expect({ exit, error: JSON.parse(stdout.join("")) as unknown }).toMatchObject({
      exit: 1,
      error: { error_code: "RLLM_014" },
    });
  });

  test("a refused key is asked for again", async () => {
    const server = serve();
    const outcome = await onboard(
      [MODEL, "key", "sk-wrong-00000000000000000000", "key", KEY, "", "Read invoices", ...APPROVED],
      [],
      { env: server.env },
    );
    expect(resultOf(outcome).ok).toBe(true);
    expect(outcome.stderr).toContain("401");
    expect(outcome.stderr).not.toContain("sk-wrong");
  });

  test("--yes writes no key", async () => {
    const server = serve();
    const folder = makeFolder();
    const result = resultOf(
      await onboard([KEY, "Read invoices"], ["--yes", "--model", MODEL], {
        folder,
        env: server.env,
      }),
    );
    expect(result).toMatchObject({ ok: true, credential_written: false });
    expect(filesWith(folder, KEY)).toEqual([]);
  });

  test("a key in place of an answer is refused before it goes anywhere", async () => {
    const server = serve();
    const folder = makeFolder();
    const { exit, stdout } = await onboard([...TYPED, "", `use ${KEY} please`], [], {
      folder,
      env: server.env,
    });
    expect({ exit, stdout }).toMatchObject({
      exit: 1,
      stdout: expect.stringContaining("that holds a key") as string,
    });
    expect(stdout).not.toContain(KEY);
    expect(filesWith(folder, KEY)).toEqual([]);
  });

  test("a key that was typed for a model that was given up is forgotten", async () => {
    const server = serve();
    const folder = makeFolder();
    const base = server.env["OPENAI_API_BASE"] ?? "";
    const lines = [
      MODEL,
      "key",
      "sk-wrong-00000000000000000000",
      "model",
      "other",
      "mine/gpt-5-mini",
      "address",
      base,
      "key",
      KEY,
    ];
    const outcome = await onboard([...lines, "user", "Read invoices", ...APPROVED], [], {
      folder,
      env: server.env,
    });
    expect(resultOf(outcome)).toMatchObject({ provider: "mine", credential_written: true });
    expect(readFileSync(join(folder, "config/modullm/.env"), "utf8")).not.toContain("OPENAI");
  });

  test("a key with a blank in it is not taken", async () => {
    const server = serve();
    const lines = [MODEL, "key", `Bearer ${KEY}`, "key", KEY, "", "Read invoices", ...APPROVED];
    const outcome = await onboard(lines, [], { env: server.env });
    expect(resultOf(outcome).ok).toBe(true);
    expect(outcome.stderr).toContain("A key has no blanks in it");
  });

  test("--yes with nobody to type it ends with what is missing", async () => {
    const outcome = await onboard([], ["--yes", "--model", MODEL]);
    expect(outcome.json()).toMatchObject({
      error_code: "RLLM_014",
      details: { missing_env_var: "OPENAI_API_KEY" },
    });
  });

  test("a variable that no .env may set is told, and kept nowhere", async () => {
    const server = serve();
    const base = server.env["OPENAI_API_BASE"] ?? "";
    const config = `providers:\n  mine: { base_url: "${base}", api_key_env: LLM_TOKEN, models: [gpt-5-mini] }\n`;
    const folder = makeFolder({ "config/modullm/config.yaml": config });
    const outcome = await onboard(
      ["mine/gpt-5-mini", "key", KEY, "Read invoices", ...APPROVED],
      [],
      { folder },
    );
    expect(outcome.stderr).toContain("LLM_TOKEN can't stand in a .env");
  });

  test("an address from this folder's .env is not given a key until the folder is trusted", async () => {
    const server = serve();
    const folder = makeFolder({ ".env": `OPENAI_API_BASE=${server.env["OPENAI_API_BASE"]}\n` });
    const setting = { folder, env: { OPENAI_API_KEY: KEY } };
    const stopped = await onboard(["other", MODEL, "stop"], [], setting);
    expect(stopped.json()).toMatchObject({ error_code: "RLLM_014" });
    expect(server.asked).toEqual([]);
    expect(
      (await onboard(["other", MODEL, "trust", "Read invoices", ...APPROVED], [], setting)).exit,
    ).toBe(0);
  });

  test("a model of an unknown server is asked for its address", async () => {
    const server = serve();
    const base = server.env["OPENAI_API_BASE"] ?? "";
    const lines = [
      "other",
      "mine/gpt-5-mini",
      "address",
      base,
      "key",
      KEY,
      "user",
      "Read invoices",
      ...APPROVED,
    ];
    const folder = makeFolder();
    const result = resultOf(await onboard(lines, [], { folder }));
    expect(result).toMatchObject({ ok: true, provider: "mine", credential_written: true });
    expect(readFileSync(join(folder, "config/modullm/.env"), "utf8")).toBe(
      `MINE_API_BASE=${base}\nMINE_API_KEY=${KEY}\n`,
    );
  });

  test("another model can be chosen, and stopping says what is the matter", async () => {
    const stopped = await onboard([MODEL, "stop"]);
    expect(stopped).toMatchObject({ exit: 1 });
    expect(stopped.json()).toMatchObject({
      error_code: "RLLM_014",
      details: { missing_env_var: "OPENAI_API_KEY" },
    });
    const other = await onboard([
      MODEL,
      "model",
      "builtin/baseline",
      "",
      ...APPROVED.slice(1),
      "no",
    ]);
    expect(other.exit).toBe(1);
    expect(other.json()).toMatchObject({ error_code: "RLLM_016" });
  });
});

describe("onboard overwrites nothing without a yes:", () => {
  test("a program of that name", async () => {
    const folder = makeFolder({ "summarise_text_three.rllm": "mine", "other.yaml": "mine too" });
    const parts = [
      "builtin/baseline",
      "Summarise a text in three sentences.",
      ...Array.from({ length: 8 }, () => ""),
    ];
    const result = resultOf(
      await onboard([...parts, "no", "other", "no", "third", "", "no"], [], { folder }),
    );
    expect(result.generated_file).toBe(join(folder, "third.rllm"));
    expect(readFileSync(join(folder, "summarise_text_three.rllm"), "utf8")).toBe("mine");
    expect(readFileSync(join(folder, "other.yaml"), "utf8")).toBe("mine too");
    const yes = resultOf(await onboard([...parts, "yes", "", "no"], [], { folder }));
    expect(yes.generated_file).toBe(join(folder, "summarise_text_three.rllm"));
  });

  test("a program of its own that was edited since", async () => {
    const folder = makeFolder();
    const lines = ["builtin/baseline", "Sum up", ...Array.from({ length: 8 }, () => "")];
    await onboard(lines, [], { folder });
    // As it was written it is no obstacle.
    const again = await onboard([], ["--resume"], { folder });
    expect(again.json()).toMatchObject({ details: { question: "What shall be changed?" } });
    const file = join(folder, readdirSync(folder).find((name) => name.endsWith(".rllm")) ?? "");
    writeFileSync(file, readFileSync(file, "utf8").replace("Summarise", "Sum up, please,"));
    const edited = await onboard(["no", "other", "", "no"], ["--resume"], { folder });
    expect(resultOf(edited).generated_file).toBe(join(folder, "other.rllm"));
    expect(readFileSync(file, "utf8")).toContain("Sum up, please,");
  });

  test("--yes is the yes", async () => {
    const folder = makeFolder({ "summarise_text_three.rllm": "mine" });
    const result = resultOf(await onboard([], ["--yes"], { folder }));
    expect(readFileSync(result.generated_file, "utf8")).toContain("name: summarise_text_three");
  });

  test("a scaffold", async () => {
    const folder = makeFolder({ "mine.yaml": "mine" });
    const lines = [
      "builtin/baseline",
      "Sum up",
      ...Array.from({ length: 9 }, () => ""),
      "yes",
      "no",
    ];
    expect(
      resultOf(await onboard(lines, ["--scaffold-file", "mine.yaml"], { folder })).scaffold_file,
    ).toBeNull();
    expect(readFileSync(join(folder, "mine.yaml"), "utf8")).toBe("mine");
  });

  test("a session file that is none", async () => {
    const folder = makeFolder({ "package.json": "{}" });
    const { exit, stdout } = await onboard([], ["--yes", "--session-file", "package.json"], {
      folder,
    });
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error_code: "RLLM_018",
      details: { path: join(folder, "package.json") },
    });
    expect(readFileSync(join(folder, "package.json"), "utf8")).toBe("{}");
  });

  test("an unfinished session", async () => {
    const folder = makeFolder();
    await onboard(["builtin/baseline", "Sum up", ""], ["--session-file", "s.json"], { folder });
    const { stderr } = await onboard([], ["--session-file", "s.json"], { folder });
    expect(stderr).toContain("set aside");
    await onboard(["builtin/baseline", "Grade"], ["--session-file", "s.json"], { folder });
    await onboard([], ["--session-file", "s.json"], { folder });
    const aside = readdirSync(folder).filter((name) => /^s\.json\.\d+$/.test(name));
    expect(
      aside
        .map((name) => /Sum up|Grade/.exec(readFileSync(join(folder, name), "utf8"))?.[0])
        .join(),
    ).toMatch(/^(?:Grade,Sum up|Sum up,Grade)$/);
  });
});

test("onboard on the baseline offers no template in place of the template's own", async () => {
  const { stderr } = await onboard(["builtin/baseline", "Grade essays", "", "edit"]);
  const [, asked = ""] = stderr.split("? Input fields: is this right?");
  expect(asked).toContain("use  Use it");
  expect(asked).not.toContain("Take the template's");
});

test("onboard on the baseline takes the fields that the purpose names", async () => {
  const purpose = "Extract the sender, order number, amount and urgency from an e-mail";
  const result = resultOf(await onboard([purpose], ["--yes", "--no-save-scaffold"]));
  expect(Object.keys(result.sample_output ?? {})).toEqual([
    "sender",
    "order_number",
    "amount",
    "urgency",
  ]);
});

test("onboard says that a part came back as it was", async () => {
  const server = serve();
  const lines = ["", "Read invoices", "", "", "change", "do nothing", "use", ...APPROVED];
  const { stderr } = await onboard(lines, [], {
    env: { ...server.env, OPENAI_API_KEY: KEY },
  });
  expect(stderr).toContain("The model gave it back as it was");
});

test("onboard names a provider as it is listed", async () => {
  const server = serve();
  const env = { GEMINI_API_BASE: server.env["OPENAI_API_BASE"] ?? "", GEMINI_API_KEY: KEY };
  const args = ["--yes", "--model", "gemini/gemini-1.5-flash", "--no-save-scaffold"];
  const { stdout } = await onboard(["Read invoices"], args, { env });
  const { provider } = JSON.parse(stdout) as OnboardResult;
  expect(provider).toBe("google");
});

describe("onboard --resume", () => {
  test("goes on where the answers ended, and asks nothing twice", async () => {
    const folder = makeFolder();
    const first = await onboard(["builtin/baseline", "Grade essays", "", "", ""], [], { folder });
    expect(first.exit).toBe(1);
    const error = first.json() as {
      error_code: string;
      details: { session_file: string };
      recovery_hint: string;
    };
    expect(error).toMatchObject({
      error_code: "RLLM_016",
      details: { question: "Limits and parameters: is this right?" },
    });
    expect(error.recovery_hint).toContain("modullm onboard --resume");
    expect(statSync(error.details.session_file).mode & 0o777).toBe(0o600);
    const second = await onboard(
      Array.from({ length: 6 }, () => ""),
      ["--resume", "--no-save-scaffold"],
      { folder },
    );
    expect(second.stderr).toStartWith(
      'Kept from before: the model builtin/baseline, the purpose "Grade essays", 3 of 8 parts.\n',
    );
    expect(second.stderr).not.toContain("What shall your program do?");
    expect(resultOf(second)).toMatchObject({ ok: true, session_file: error.details.session_file });
  });

  test("asks for a typed key again, as it was kept nowhere", async () => {
    const server = serve();
    const folder = makeFolder();
    const setting = { folder, env: server.env };
    await onboard([MODEL, "key", KEY, "", "Read invoices", ""], [], setting);
    expect(filesWith(folder, KEY)).toEqual([]);
    const lines = ["key", KEY, "", ...APPROVED.slice(1)];
    expect(resultOf(await onboard(lines, ["--resume"], setting))).toMatchObject({ ok: true });
    expect(server.asked.filter((body) => body.includes("friendly sentence"))).toHaveLength(2);
  });

  test("asks for a server's address and key again, and has them prove themselves", async () => {
    const server = serve();
    const folder = makeFolder();
    const base = server.env["OPENAI_API_BASE"] ?? "";
    const typed = ["address", base, "key", KEY, "no"];
    await onboard(["mine/gpt-5-mini", ...typed, "Read invoices", ""], [], { folder });
    const outcome = await onboard([...typed, ...APPROVED.slice(1)], ["--resume"], { folder });
    expect(resultOf(outcome)).toMatchObject({ ok: true, provider: "mine" });
    expect(outcome.stderr).not.toContain("From the template");
  });

  test("without a session begins anew and says so", async () => {
    const { exit, stderr } = await onboard([], ["--yes", "--resume"]);
    expect(exit).toBe(0);
    expect(stderr).toContain("There is no session at");
  });

  test("a session that was tampered with is read as far as it holds", async () => {
    const folder = makeFolder();
    await onboard(["builtin/baseline", "Grade essays", "", "", ""], ["--session-file", "s.json"], {
      folder,
    });
    const session = JSON.parse(readFileSync(join(folder, "s.json"), "utf8")) as {
      draft: { inputs: { fields: unknown } };
    };
    session.draft.inputs.fields = "many";
    writeFileSync(join(folder, "s.json"), JSON.stringify(session));
    const { exit } = await onboard([], ["--yes", "--resume", "--session-file", "s.json"], {
      folder,
    });
    expect(exit).toBe(0);
  });
});

describe("onboard in lines", () => {
  test("a script whose lines end at the purpose has said too little", async () => {
    expect((await onboard(["builtin/baseline"])).json()).toMatchObject({
      error_code: "RLLM_016",
      details: { question: expect.stringContaining("What shall your program do?") as string },
      recovery_hint: expect.stringContaining("one answer a line") as string,
    });
  });

  test("the way back names the session file", async () => {
    const outcome = await onboard(["builtin/baseline"], ["--session-file", "my session.json"]);
    expect(outcome.stdout).toContain("modullm onboard --resume --session-file 'my session.json'");
  });

  test("an answer that is none ends it with the question and the reason", async () => {
    const { stdout } = await onboard(["gpt-5"]);
    expect(JSON.parse(stdout)).toMatchObject({
      error_code: "RLLM_016",
      details: { source: "stdin", question: expect.stringContaining("Which model") as string },
    });
    expect((await onboard(["other", "gpt-5"])).stdout).toContain("a provider, a slash and a name");
  });

  test("an interrupt ends it with RLLM_022, exit 130, the session kept", async () => {
    const stop = new AbortController();
    const folder = makeFolder();
    const running = modullm(["onboard"], {
      folder,
      stdin: "builtin/baseline\nGrade essays\n",
      silent: true,
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(), 1500);
    const { exit, stdout } = await running;
    expect(exit).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      error_code: "RLLM_022",
      details: { session_file: expect.any(String) as string },
    });
    expect((await onboard([], ["--yes", "--resume"], { folder })).exit).toBe(0);
  });

  test("--model is checked, and needs no question", async () => {
    expect((await onboard([], ["--model", "gpt-5"])).json()).toMatchObject({
      error_code: "RLLM_002",
    });
  });

  const asRoot = process.getuid?.() === 0;
  test.skipIf(asRoot)(
    "a state folder that can't be written warns, and goes on (root may write anywhere)",
    async () => {
      const folder = makeFolder();
      mkdirSync(join(folder, "state"));
      chmodSync(join(folder, "state"), 0o500);
      const { exit, stderr } = await onboard([], ["--yes"], { folder });
      expect(exit).toBe(0);
      expect(stderr).toContain("can't be resumed");
    },
  );
});
