import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModullmError } from "../../src/core/error.ts";
import { validateProgram, type ValidateTools } from "../../src/library/validate.ts";
import { createBlockLinter } from "../../src/sandbox/lint/linter.ts";
import { sandboxesHere } from "../sandbox/here.ts";

const sandboxes = sandboxesHere();
const linter = createBlockLinter(sandboxes, {
  signal: new AbortController().signal,
  permit() {},
});
const tools: ValidateTools = { lint: (program) => linter.lint(program) };
afterAll(async () => {
  await linter.close();
  await sandboxes.close();
});

const INPUT = "{type: object, properties: {text: {type: string}}, additionalProperties: false}";
const OUTPUT = "{type: object, properties: {out: {type: string}}, additionalProperties: false}";

function text(name: string, body: string, uses = "[]"): string {
  const front = `name: ${name}\ndescription: d\nversion: 1.0.0\nauthor: a\nmax_context_window: 100`;
  const rest = `input_schema: ${INPUT}\noutput_schema: ${OUTPUT}\nllm: {model: a/m}\nllm_params: {}\nuses: ${uses}`;
  return `---\n${front}\n${rest}\n---\n${body}`;
}

function python(code: string, when = "pre"): string {
  return `\`\`\`rllm-python ${when}\n${code}\n\`\`\`\n`;
}

function pathOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "validate-blocks-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return join(folder, Object.keys(files)[0] ?? "");
}

async function failure(promise: Promise<unknown>): Promise<ModullmError> {
  return (await promise.then(
    () => expect.unreachable("it passed"),
    (thrown: unknown) => thrown,
  )) as ModullmError;
}

describe("validateProgram() on blocks", () => {
  test("a block that can't be parsed is an error at its place", async () => {
    const path = pathOf({ "a.rllm": text("a", `${python("x = 1\nreturn x")}Hi`) });
    const error = await failure(validateProgram(path, tools));
    expect(error).toMatchObject({
      code: "RLLM_009",
      details: {
        exception: "SyntaxError",
        line: 15,
        column: 1,
        source: "return x",
        path,
        block: "pre",
      },
      place: { path, line: 15, column: 1, text: "return x" },
    });
    expect(error.message).toBe(
      `The pre block of "a" can't be parsed at line 15: SyntaxError: 'return' outside function; assign what the block gives to result`,
    );
  });

  test("JavaScript that can't be parsed is an error as well", async () => {
    const path = pathOf({ "a.rllm": text("a", "```rllm-js post\nresult = {\n```\nHi") });
    expect(await failure(validateProgram(path, tools))).toMatchObject({
      code: "RLLM_009",
      details: { exception: "SyntaxError", block: "post" },
    });
  });

  test("an error in a program that is used says which", async () => {
    const path = pathOf({
      "a.rllm": text("a", "{{uses.b.out}}", "[{name: b, path: ./b.rllm, with: {text: x}}]"),
      "b.rllm": text("b", `${python("x = (")}Hi`),
    });
    expect(await failure(validateProgram(path, tools))).toMatchObject({
      code: "RLLM_009",
      details: { chain: [{ name: "b" }], exception: "SyntaxError" },
    });
    expect(await validateProgram(path, { ...tools, shallow: true })).toMatchObject({
      ok: true,
      warnings: [],
    });
  });

  test("what is found in blocks is a warning with its place, which strict refuses", async () => {
    const path = pathOf({ "a.rllm": text("a", `${python("import os\nresult = {'a': nope}")}Hi`) });
    const { warnings } = await validateProgram(path, tools);
    expect(warnings).toMatchObject([
      { path, line: 14, message: expect.stringContaining('Import of "os" will be refused') },
      { path, line: 15, column: 16, message: '"nope" is never defined' },
    ]);
    expect(await failure(validateProgram(path, { ...tools, strict: true }))).toMatchObject({
      code: "RLLM_002",
    });
  });

  test("templates are compared with what pre gives", async () => {
    const body = `${python("result = {'count': 1}")}Say {{count}}, {{cuont}} and\n  {{input.txt}}`;
    const path = pathOf({ "a.rllm": text("a", body) });
    const { warnings } = await validateProgram(path, tools);
    expect(warnings).toMatchObject([
      {
        line: 16,
        column: 16,
        message: expect.stringContaining('{{cuont}} renders as nothing: "cuont" is not one of'),
      },
      { line: 17, column: 3, message: expect.stringContaining("{{input.txt}} renders as nothing") },
    ]);
    const replaced = `${python("result = {'input': {'txt': 1}}")}Say {{input.txt}}`;
    expect(
      (await validateProgram(pathOf({ "a.rllm": text("a", replaced) }), tools)).warnings,
    ).toEqual([]);
    const hidden = `${python("result = dict(zip('a', 'b'))")}Say {{anything}}`;
    expect(
      (await validateProgram(pathOf({ "a.rllm": text("a", hidden) }), tools)).warnings,
    ).toEqual([]);
  });

  test("what a block reads of used programs is compared with their outputs", async () => {
    const path = pathOf({
      "a.rllm": text(
        "a",
        `${python("result = {'a': context['uses']['b']['ot'], 'b': context['uses']['b']['out']}")}{{a}}{{b}}`,
        "[{name: b, path: ./b.rllm, with: {text: x}}]",
      ),
      "b.rllm": text("b", "Hi {{input.text}}"),
    });
    expect((await validateProgram(path, tools)).warnings).toMatchObject([
      {
        path,
        line: 14,
        column: 16,
        message: expect.stringContaining('context["uses"]["b"] has no ot'),
      },
    ]);
  });

  test("blocks that nothing reads are said to be unchecked", async () => {
    const path = pathOf({ "a.rllm": text("a", `${python("x = (")}Hi`) });
    expect((await validateProgram(path)).warnings).toMatchObject([
      { line: 14, message: "The pre block was not checked" },
    ]);
  });
});
