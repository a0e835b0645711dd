import { afterAll, describe, expect, test } from "bun:test";
import { createBlockLinter } from "../../../src/sandbox/lint/linter.ts";
import { type BlockLint } from "../../../src/sandbox/lint/findings.ts";
import type { Sandboxes } from "../../../src/sandbox/sandboxes.ts";
import { sandboxesHere } from "../here.ts";
import { blockText, programWith } from "./subject.ts";
import { patience } from "../../patience.ts";

const { signal } = new AbortController();
const sandboxes = sandboxesHere();
const linter = createBlockLinter(sandboxes, { signal, permit() {} });
afterAll(async () => {
  await linter.close();
  await sandboxes.close();
});

async function lint(blocks: string): Promise<readonly BlockLint[]> {
  return await linter.lint(programWith(blocks));
}

function messages(lints: readonly BlockLint[]): string[] {
  return lints.flatMap(({ findings }) =>
    findings.map(({ severity, message }) => `${severity} ${message}`),
  );
}

describe("createBlockLinter()", () => {
  test("reads what pre gives before post is checked", async () => {
    const post = blockText("result = {'out': context['input']['other']}", { when: "post" });
    const [first] = await lint(post + blockText("result = {'words': 1}"));
    expect(first?.block.when).toBe("post");
    expect(messages(first ? [first] : [])[0]).toContain(
      'warning context["input"]["other"] is never there',
    );
    expect(messages(await lint(post + blockText("result = {'input': {'other': 1}}")))).toEqual([]);
    expect(messages(await lint(post + blockText("result = dict(zip('ab', 'cd'))")))).toEqual([]);
  });

  test("tells what a block reads, with the places in the file", async () => {
    const [pre] = await lint(
      blockText("given = context['input']\nresult = {'a': given['items'][0]['name']}"),
    );
    const line = pre?.block.line ?? 0;
    expect(pre?.reads).toEqual([
      { path: ["input"], line, column: 9 },
      { path: ["input", "items", "0", "name"], line: line + 1, column: 16 },
    ]);
  });

  test("tells what out= names and the block never gives on the line that opens it", async () => {
    const [pre] = await lint(blockText("result = {'a': 1}", { options: " out=b:integer" }));
    const opening = (pre?.block.line ?? 0) - 1;
    expect(pre?.findings).toMatchObject([
      {
        line: opening,
        column: 1,
        message: expect.stringContaining('out= names "b", which the block never gives'),
      },
      {
        line: opening,
        column: 1,
        message: 'The block gives "a", which out= does not name: it is not taken',
      },
    ]);
  });

  test("finds syntax errors of JavaScript with their line", async () => {
    const code = "const a = 1;\nresult = { a: a +, };\n";
    const [pre] = await lint(blockText(code, { language: "js" }));
    expect(pre?.findings).toMatchObject([
      {
        severity: "error",
        exception: "SyntaxError",
        line: (pre?.block.line ?? 0) + 1,
        block: "pre",
      },
    ]);
    expect(
      messages(
        await lint(blockText("result = { a: context.input.text.length };", { language: "js" })),
      ),
    ).toEqual([]);
  });

  test("warns of JavaScript that never names result", async () => {
    const found = await lint(blockText("const a = 1;", { language: "js", when: "post" }));
    expect(messages(found)).toEqual([
      "warning The post block gives nothing: it never assigns result",
    ]);
    expect(
      messages(
        await lint(
          blockText("if (!context.input.text) throw new Error('empty');", { language: "js" }),
        ),
      ),
    ).toEqual([]);
  });

  test("never runs the code", async () => {
    const python = "while True:\n    print('running')\nresult = {}";
    const javascript = "for (;;) console.log('running');\nresult = {};";
    const start = performance.now();
    expect(
      messages(
        await lint(blockText(python) + blockText(javascript, { language: "js", when: "post" })),
      ),
    ).toEqual([]);
    expect(performance.now() - start).toBeLessThan(patience(5000));
  });

  test("asks for one session for all Python, also for programs at the same time", async () => {
    let opened = 0;
    const counted = {
      ...sandboxes,
      open: async (...given: Parameters<Sandboxes["open"]>) => {
        opened++;
        return await sandboxes.open(...given);
      },
    };
    const own = createBlockLinter(counted, { signal, permit() {} });
    const programs = Array.from({ length: 20 }, (_, index) =>
      programWith(blockText(`result = {'a${index}': 1}`)),
    );
    const found = await Promise.all(programs.map((program) => own.lint(program)));
    await own.close();
    expect(found.map(([first]) => first?.gives)).toEqual(programs.map((_, index) => [`a${index}`]));
    expect(opened).toBe(1);
  });

  test("a program without blocks starts nothing", async () => {
    const none = sandboxesHere({ python: "/nowhere/python3" });
    expect(await createBlockLinter(none, { signal, permit() {} }).lint(programWith(""))).toEqual(
      [],
    );
  });

  test("says that Python was not checked where there is none", async () => {
    const none = sandboxesHere({ python: "/nowhere/python3" });
    const own = createBlockLinter(none, { signal, permit() {} });
    const [pre] = await own.lint(programWith(blockText("result = (")));
    await own.close();
    expect(pre).toMatchObject({ gives: null, reads: [] });
    expect(messages(pre ? [pre] : [])[0]).toContain("warning The pre block was not checked: ");
    expect(messages(pre ? [pre] : [])[0]).toContain("/nowhere/python3");
  });

  test("cancelling is an error, not a finding", async () => {
    const controller = new AbortController();
    const own = createBlockLinter(sandboxes, { signal: controller.signal, permit() {} });
    controller.abort(new Error("enough"));
    const failed = await own
      .lint(programWith(blockText("result = {}")))
      .catch((thrown: unknown) => thrown);
    expect(failed).toMatchObject({ message: "enough" });
    await own.close();
  });
});

/**
 * Texts at which parsers run out of stack, memory or time, and those meant to upset whoever shows
 * what is found.
 */
const HOSTILE: Readonly<Record<string, string>> = {
  "deep brackets": `result = ${"[".repeat(100_000)}`,
  "deep calls": `result = ${"f(".repeat(190)}${")".repeat(190)}`,
  "deep attributes": `result = {}\nx = ${"a.".repeat(200_000)}a`,
  "deep subscripts": `x = context${"['a']".repeat(50_000)}`,
  "many signs": `result = ${"-".repeat(200_000)}1`,
  "many nots": `result = ${"not ".repeat(200_000)}1`,
  "a long sum": `result = ${"1+".repeat(100_000)}1`,
  "many elements": `result = [${"1,".repeat(2_000_000)}]`,
  "many names": Array.from({ length: 20_000 }, (_, index) => `a${index} = b${index}`).join("\n"),
  "a chain of variables": Array.from(
    { length: 20_000 },
    (_, index) => `a${index + 1} = a${index}`,
  ).join("\n"),
  "variables of themselves": "x = x['a']\ny = z\nz = y\nresult = x\nx['b'] = result",
  "global of itself": "global result\nresult = {}",
  "a long name": `result = {'a': ${"x".repeat(1_000_000)}}`,
  "a long key": `result = {'${"x".repeat(100_000)}': 1}`,
  "many keys": `result = {${Array.from({ length: 5000 }, (_, index) => `'k${index}': 1`).join(", ")}}`,
  "a power": "result = {'a': 9 ** 9 ** 9 ** 9, 'b': 'a' * 10 ** 10}",
  "a big number": `result = {'a': ${"9".repeat(1_000_000)}}`,
  "many errors": "x = ß$\n".repeat(10_000),
  "the channel": 'print("0" * 24 + \' {"is":"done","value":{}}\')\nresult = {}',
};

describe("hostile blocks", () => {
  for (const [name, code] of Object.entries(HOSTILE)) {
    test(`${name} is read, or is a finding`, async () => {
      const [pre] = await lint(blockText(code));
      const last = (pre?.block.line ?? 0) + code.split("\n").length;
      for (const { line, column, message } of pre?.findings ?? []) {
        expect(line).toBeLessThanOrEqual(last);
        expect(column).toBeGreaterThan(0);
        expect(message.length).toBeLessThan(1000);
      }
      expect(pre?.findings.length).toBeLessThanOrEqual(51);
      expect(messages(await lint(blockText("result = {'a': nope}")))).toEqual([
        'warning "nope" is never defined',
      ]);
    }, 180_000);
  }

  test("deep JavaScript is a finding", async () => {
    const found = await lint(blockText(`result = ${"(".repeat(200_000)}`, { language: "js" }));
    expect(found[0]?.findings).toHaveLength(1);
    expect(messages(await lint(blockText("result = {};", { language: "js" })))).toEqual([]);
  });
});
