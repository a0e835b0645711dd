import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { basename, join } from "node:path";
import { templateProgram } from "../../src/authoring/template-program.ts";
import { loadTemplate, TEMPLATE_NAMES } from "../../src/authoring/templates.ts";
import { programOf } from "../../src/program/parse.ts";
import { KEY, MODEL, serveScript } from "../onboarding/model-server.ts";
import { makeFolder, modullm, programText } from "./command-line.ts";

const server = serveScript();
afterAll(() => server.stop());

interface Made {
  readonly path: string;
  readonly files: readonly string[];
  readonly template: string;
  readonly model: string;
  readonly warnings: readonly string[];
  readonly next_steps: readonly string[];
}

/** Makes a program, and sees that it passes the strictest check from where it was written. */
async function make(
  args: readonly string[],
  folder: string,
  env: Record<string, string> = {},
): Promise<Made> {
  const outcome = await modullm(["new", ...args], { folder, env: { USER: "ada", ...env } });
  expect({
    exit: outcome.exit,
    told: outcome.exit === 0 ? "" : outcome.stdout + outcome.stderr,
  }).toEqual({
    exit: 0,
    told: "",
  });
  const made = outcome.json() as Made;
  const valid = await modullm(["validate", "--strict", ...made.files], { folder });
  expect({ exit: valid.exit, told: valid.exit === 0 ? "" : valid.stdout }).toEqual({
    exit: 0,
    told: "",
  });
  return made;
}

/** As a shell parts them. */
function wordsOf(command: string): string[] {
  const { stdout } = spawnSync("sh", ["-c", `printf '%s\\0' ${command}`], { encoding: "utf8" });
  return stdout.split("\0").slice(0, -1);
}

describe("modullm new --template", () => {
  test.each([...TEMPLATE_NAMES])(
    "%s passes validate --strict and runs on the baseline",
    async (template) => {
      const folder = makeFolder();
      const made = await make(["mine", "--template", template], folder);
      expect(made).toMatchObject({ template, model: "builtin/baseline", warnings: [] });
      for (const step of made.next_steps) {
        const { exit } = await modullm(wordsOf(step).slice(1), { folder });
        expect({ step, exit }).toEqual({ step, exit: 0 });
      }
      const example = join(import.meta.dir, `../../examples/templates/${template}.yaml`);
      expect((await modullm(["run", "mine.rllm", "--input-file", example], { folder })).exit).toBe(
        0,
      );
    },
  );

  test("writes the template with another name, author and model, its comments and parts kept", async () => {
    const folder = makeFolder();
    const made = await make(
      ["pages", "--template", "map-reduce", "--model", "openai/gpt-5-mini"],
      folder,
    );
    expect(made.files).toEqual([join(folder, "pages.rllm"), join(folder, "pages_part.rllm")]);
    const [whole = "", part = ""] = made.files.map((file) => readFileSync(file, "utf8"));
    for (const line of [
      "name: pages",
      "author: ada",
      "llm: { model: openai/gpt-5-mini }",
      "path: ./pages_part.rllm",
      "# One call for each part",
    ])
      expect(whole).toContain(line);
    expect(part).toContain("name: pages_part\n");
  });

  test("names a part after its program, whatever is in the name", async () => {
    const { files } = await make(["my-pages", "--template", "map-reduce"], makeFolder());
    expect(files.map((file) => basename(file))).toEqual(["my-pages.rllm", "my-pages_part.rllm"]);
  });

  test("takes the model of the configuration", async () => {
    expect(
      (await make(["mine", "--template", "route"], makeFolder(), { MODULLM_MODEL: "local/any" }))
        .model,
    ).toBe("local/any");
  });

  test("writes where the path says", async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, "deep"));
    expect((await make(["deep/mine.rllm", "--template", "draft"], folder)).path).toBe(
      join(folder, "deep/mine.rllm"),
    );
  });
});

describe("modullm new with examples", () => {
  test("makes both contracts of them", async () => {
    const folder = makeFolder({ "out.yaml": "due: 2026-05-08\n" });
    const args = [
      "due",
      "--input-example",
      '{"note": "Pay", "n": 1}',
      "--input-example",
      "{note: Pay}",
      "--output-example",
      "out.yaml",
    ];
    const { path } = await make(args, folder);
    const program = programOf(readFileSync(path, "utf8"));
    expect(program.input.schema).toEqual({
      type: "object",
      properties: { note: { type: "string" }, n: { type: "integer" } },
      required: ["note"],
      additionalProperties: false,
    });
    expect(program.output.schema["properties"]).toEqual({
      due: { type: "string", format: "date" },
    });
    expect(program.description).toBe("From note, n to due.");
    for (const name of ["note", "n"]) expect(program.prompt?.text).toContain(`{{input.${name}}}`);
    expect(
      (await modullm(["run", "due.rllm", "--", "note=Pay by 8 May 2026"], { folder })).json(),
    ).toEqual({
      due: "2026-05-08",
    });
  });

  test("one side replaces that of the template, whose prompt no longer fits", async () => {
    const folder = makeFolder();
    const { path } = await make(
      ["j", "--template", "judge", "--input-example", '{"essay": "x"}'],
      folder,
    );
    const program = programOf(readFileSync(path, "utf8"));
    expect(program.blocks).toEqual([]);
    expect(program.prompt?.text).toContain("{{input.essay}}");
    expect(Object.keys(program.output.schema["properties"] as object)).toEqual([
      "marks",
      "mean",
      "passed",
    ]);
  });

  test.each([
    ["[1]", "but an object is wanted"],
    ["{broken", "RLLM_016"],
    ["nowhere.json", "there is no such file"],
    [".", "it is a folder"],
  ])("%s is RLLM_016", async (example, reason) => {
    const folder = makeFolder();
    const { exit, stdout } = await modullm(["new", "x", "--output-example", example], { folder });
    expect({ exit, stdout }).toMatchObject({
      exit: 1,
      stdout: expect.stringContaining(reason) as string,
    });
    expect(JSON.parse(stdout)).toMatchObject({ error_code: "RLLM_016" });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("modullm new --scaffold", () => {
  const SCAFFOLD = [
    "description: Finds what is due.",
    "author: Bea",
    "retries: 1",
    "max_context_window: 9000",
    "llm: { model: openai/gpt-5-mini, fallbacks: [ollama/llama3.2] }",
    "llm_params: { temperature: 0.1, seed: 7 }",
    'input_fields: [{ name: note, type: string, description: "A note", required: true }]',
    'output_schema: { type: object, properties: { due: { type: [string, "null"], format: date } }, required: [due] }',
    "tags: [dates]",
    "prompt: |",
    "  When?",
    "  {{input.note}}",
  ].join("\n");

  test.each([
    ["by name", "dates", "config/modullm/scaffolds/dates.yaml"],
    ["by path", "./mine.yaml", "mine.yaml"],
  ])("%s: takes every key that it has", async (_, named, file) => {
    const { path, model } = await make(
      ["due", "--scaffold", named],
      makeFolder({ [file]: SCAFFOLD }),
    );
    expect(model).toBe("openai/gpt-5-mini");
    const program = programOf(readFileSync(path, "utf8"));
    expect(program).toMatchObject({
      name: "due",
      description: "Finds what is due.",
      author: "Bea",
      retries: 1,
      maxContextWindow: 9000,
      model: "openai/gpt-5-mini",
      fallbacks: ["ollama/llama3.2"],
      params: { temperature: 0.1, seed: 7 },
      tags: ["dates"],
    });
    expect(program.prompt?.text).toBe("When?\n{{input.note}}");
  });

  test("--model wins, and a template comes along with its block", async () => {
    const folder = makeFolder({ "s.yaml": "template: judge\nauthor: Bea\nretries: 0\n" });
    const { path, template } = await make(
      ["j", "--scaffold", "s.yaml", "--model", "local/any"],
      folder,
    );
    expect(template).toBe("judge");
    const program = programOf(readFileSync(path, "utf8"));
    expect(program).toMatchObject({ author: "Bea", model: "local/any", retries: 0 });
    expect(program.blocks).toHaveLength(1);
  });

  test.each([
    ["promt: x", 'Did you mean "prompt"?'],
    ["- a", "it is no mapping"],
    ["template: poem", "the template is not one of"],
    ["input_fields: [{name: a, type: blob}]", '"blob" is not one of'],
    ["prompt: 'Say {{input.nothing}}'", "stands for nothing"],
    ["max_context_window: many", "must be a whole number"],
  ])("%s is RLLM_018", async (text, reason) => {
    const folder = makeFolder({ "s.yaml": text });
    const { exit, stdout } = await modullm(["new", "x", "--scaffold", "s.yaml"], { folder });
    expect({ exit, stdout }).toMatchObject({
      exit: 1,
      stdout: expect.stringContaining(reason.replaceAll('"', '\\"')) as string,
    });
    expect(JSON.parse(stdout)).toMatchObject({ error_code: "RLLM_018" });
  });

  test("one that is missing says where scaffolds are", async () => {
    const { stdout } = await modullm(["new", "x", "--scaffold", "nothing"]);
    expect(JSON.parse(stdout)).toMatchObject({
      error_code: "RLLM_018",
      recovery_hint: expect.stringContaining("config/modullm/scaffolds") as string,
    });
  });
});

describe("modullm new --describe", () => {
  const env = { ...server.env, OPENAI_API_KEY: KEY };

  test("has the model draft it", async () => {
    const folder = makeFolder();
    const made = await make(
      ["bills", "--describe", "Read invoices", "--model", MODEL],
      folder,
      env,
    );
    expect(made).toMatchObject({ template: "extract", model: MODEL, warnings: [] });
    const program = programOf(readFileSync(made.path, "utf8"));
    expect(program).toMatchObject({ name: "bills", model: MODEL, tags: ["invoice"] });
    expect(
      (await modullm(["run", "bills.rllm", "--text", "Northwind"], { folder, env })).json(),
    ).toEqual({
      supplier: "Northwind Ltd.",
      due: "2026-05-31",
    });
  });

  test("without a model takes the first that can be called, and says so", async () => {
    const outcome = await modullm(["new", "bills", "--describe", "Read invoices"], { env });
    expect(outcome.stderr).toContain(`drafted by ${MODEL}`);
    const baseline = await modullm([
      "new",
      "bills",
      "--describe",
      "Extract the due date of an invoice",
    ]);
    expect(baseline.json()).toMatchObject({ model: "builtin/baseline", template: "extract" });
    expect((baseline.json() as Made).warnings).toHaveLength(7);
  });

  test("keeps contracts that examples give", async () => {
    const args = [
      "bills",
      "--describe",
      "Read invoices",
      "--model",
      MODEL,
      "--output-example",
      '{"supplier": "x"}',
    ];
    const { path } = await make(args, makeFolder(), env);
    expect(
      Object.keys(programOf(readFileSync(path, "utf8")).output.schema["properties"] as object),
    ).toEqual(["supplier"]);
  });

  test("a model without its key is RLLM_014, and nothing is written", async () => {
    const folder = makeFolder();
    const { exit, stdout } = await modullm(["new", "x", "--describe", "y", "--model", MODEL], {
      folder,
    });
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error_code: "RLLM_014" });
    expect(readdirSync(folder)).not.toContain("x.rllm");
  });
});

test("modullm new takes a model that is none, and a place that can't be written, for errors with a code", async () => {
  expect((await modullm(["new", "a", "--model", "gpt-5"])).json()).toMatchObject({
    error_code: "RLLM_002",
  });
  const folder = makeFolder({ file: "x" });
  expect((await modullm(["new", "file/a"], { folder })).json()).toMatchObject({
    error_code: "RLLM_018",
    details: { path: join(folder, "file/a.rllm") },
  });
});

describe("modullm new says what it leaves out:", () => {
  test("the template's prompt and blocks, where the contracts are not its own", async () => {
    const { warnings } = await make(
      ["j", "--template", "judge", "--input-example", '{"essay": "x"}'],
      makeFolder(),
    );
    expect(warnings).toEqual([
      expect.stringContaining('The prompt, blocks and uses of "judge" are left out'),
    ]);
  });

  test("a scaffold's prompt that speaks of other fields", async () => {
    const folder = makeFolder({
      "s.yaml": "input_fields: [{name: a, type: string}]\nprompt: 'Say {{input.a}}'",
    });
    const { warnings } = await make(
      ["x", "--scaffold", "s.yaml", "--input-example", '{"b": "x"}'],
      folder,
    );
    expect(warnings).toEqual([
      expect.stringContaining("Prompt: written anew, since {{input.a}} stands for nothing"),
    ]);
  });

  test("an input to try it with, where none is known that it takes", async () => {
    const schema =
      "input_schema: {type: object, properties: {a: {type: string, pattern: '^x+$'}}, required: [a]}";
    const made = await make(["x", "--scaffold", "s.yaml"], makeFolder({ "s.yaml": schema }));
    expect(made.next_steps.some((step) => step.includes(" run "))).toBe(false);
  });
});

test("modullm new tells what it was not told, and tries the example that it was given", async () => {
  expect((await make(["x"], makeFolder())).warnings).toEqual([
    'No template was named: this is "extract", to be changed.',
  ]);
  const made = await make(["due", "--input-example", '{"note": "Pay by 8 May"}'], makeFolder());
  expect(made.next_steps.join()).toContain("Pay by 8 May");
  expect(made.warnings).toEqual([expect.stringContaining("Say in the description")]);
});

test("modullm new quotes a name that YAML would read as something else", async () => {
  const { path } = await make(["yes", "--template", "draft"], makeFolder());
  expect(programOf(readFileSync(path, "utf8")).name).toBe("yes");
  expect((await modullm(["new", "con"])).exit).toBe(2);
});

test.each([
  ["names that a template can't say", '{"first-name": "Ann", "größe": 1}'],
  [
    "objects and lists of them",
    '{"a": {"first-name": 1}, "l": [{"a": 1}, null], "e": {}, "text": "html"}',
  ],
])("modullm new makes contracts of %s that take the example", async (_, example) => {
  const folder = makeFolder();
  const { path } = await make(["x", "--input-example", example], folder);
  const program = programOf(readFileSync(path, "utf8"));
  expect(program.input.check(JSON.parse(example)).ok).toBe(true);
  const dry = await modullm(["run", "x.rllm", "--input", example, "--dry-run"], { folder });
  expect(dry.stdout).toContain("first-name");
});

test("modullm new --scaffold takes a system message alone, and the version", async () => {
  const folder = makeFolder({ "s.yaml": "template: route\nsystem: Be brief.\nversion: 2.0.0\n" });
  const program = programOf(
    readFileSync((await make(["x", "--scaffold", "s.yaml"], folder)).path, "utf8"),
  );
  expect(program).toMatchObject({ version: "2.0.0", system: { text: "Be brief." } });
  // The template's own schema is kept, line breaks of descriptions and all.
  expect(program.prompt?.text).toContain("{{input.message}}");
  expect(program.output.schema).toEqual(templateProgram(await loadTemplate("route")).output.schema);
});

describe("modullm new overwrites nothing without a yes:", () => {
  test("a link stays one, and a file keeps its mode", async () => {
    const folder = makeFolder({ "real.rllm": "x" });
    chmodSync(join(folder, "real.rllm"), 0o600);
    symlinkSync("real.rllm", join(folder, "a.rllm"));
    await make(["a", "--force"], folder);
    expect(lstatSync(join(folder, "a.rllm")).isSymbolicLink()).toBe(true);
    expect(statSync(join(folder, "real.rllm")).mode & 0o777).toBe(0o600);
  });

  test("before a model is paid for a draft", async () => {
    const asked = server.asked.length;
    const folder = makeFolder({ "a.rllm": "x" });
    const env = { ...server.env, OPENAI_API_KEY: KEY };
    expect(
      (
        await modullm(["new", "a", "--describe", "Read invoices", "--model", MODEL], {
          folder,
          env,
        })
      ).exit,
    ).toBe(2);
    expect(server.asked.length).toBe(asked);
  });

  test("in a pipe it is wrong usage, and --force replaces", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    expect(await modullm(["new", "a"], { folder })).toMatchObject({ exit: 2, stdout: "" });
    expect(readFileSync(join(folder, "a.rllm"), "utf8")).toBe(programText());
    await make(["a", "--force"], folder);
    expect(readFileSync(join(folder, "a.rllm"), "utf8")).not.toBe(programText());
  });

  test.each([
    ["y", 0],
    ["n", 2],
  ])("at a terminal it asks: %s", async (typed, exit) => {
    const folder = makeFolder({ "a.rllm": programText() });
    expect((await modullm(["new", "a"], { folder, typed: `${typed}\n` })).exit).toBe(exit);
    expect(readFileSync(join(folder, "a.rllm"), "utf8") === programText()).toBe(exit === 2);
  });

  test.each([
    [["1a"], "can't be a program's name"],
    [["a b"], "can't be a program's name"],
    [["a", "--template", "poem"], "one of summarise"],
    [["a", "--describe", "x", "--template", "route"], "goes with examples only"],
    [["a", "--describe", "  "], "--describe is empty"],
    [[], "NAME is missing"],
  ])("%j is wrong usage", async (args, told) => {
    const { exit, stderr } = await modullm(["new", ...args]);
    expect({ exit, stderr }).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining(told) as string,
    });
  });
});
