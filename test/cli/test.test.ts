import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, type ModelServer, modullm, serveModel } from "./command-line.ts";

const PROGRAM = `---
name: due
description: Finds a date
version: 1.0.0
author: Test
max_context_window: 4000
input_schema:
  type: object
  properties: {text: {type: string}}
  required: [text]
output_schema:
  type: object
  properties: {due: {type: string}, tags: {type: array, items: {type: string}}}
  required: [due]
llm: {model: local/test}
llm_params: {}
retries: 0
tests:
  - name: a date
    input: {text: "by May 2nd"}
    expect:
      $.due: {matches: "^2026-05"}
      $.tags[0]: bill
      calls: 1
---
When? {{input.text}}
`;
const ANSWER = '{"due": "2026-05-02", "tags": ["bill", "home"]}';

const servers: ModelServer[] = [];
afterAll(() => {
  for (const server of servers) server.stop();
});

function setUp(files: Record<string, string> = {}, ...replies: string[]) {
  const folder = makeFolder({ "due.rllm": PROGRAM, ...files });
  const server = serveModel(replies.length > 0 ? replies : [ANSWER]);
  servers.push(server);
  const run = (...args: string[]) => modullm(["test", ...args], { folder, env: server.env });
  return { folder, asked: server.asked, run, file: (name: string) => join(folder, name) };
}

/** What did not hold, of each test. */
function unmetIn(report: unknown): unknown {
  const { results } = report as { results: { name: string; unmet: { subject: string }[] }[] };
  return Object.fromEntries(
    results.map(({ name, unmet }) => [name, unmet.map(({ subject }) => subject)]),
  );
}

describe("modullm test", () => {
  test("answers from recordings, and opens no connection", async () => {
    const { run, asked, file } = setUp();
    const missed = await run();
    expect(missed.exit).toBe(1);
    expect(JSON.stringify(missed.json())).toContain("RLLM_023");
    expect(asked.length).toBe(0);
    const recorded = await run("--record");
    expect({ exit: recorded.exit, unmet: unmetIn(recorded.json()) }).toEqual({
      exit: 0,
      unmet: { "a date": [] },
    });
    expect(asked.length).toBe(1);
    const [first, second] = [await run(), await run()];
    expect(first.exit).toBe(0);
    expect(first.stdout).toBe(second.stdout);
    await run("--record");
    expect(asked.length).toBe(1);
    expect(readFileSync(file("due.recordings.jsonl"), "utf8").trimEnd().split("\n").length).toBe(1);
  });

  test("says how the nearest recording differs", async () => {
    const { run, file } = setUp();
    await run("--record");
    writeFileSync(file("due.rllm"), PROGRAM.replace("When?", "On which day?"));
    const { exit, json } = await run();
    expect(exit).toBe(1);
    const text = JSON.stringify(json());
    expect(text).toContain("RLLM_023");
    expect(text).toContain("When? by May 2nd");
    expect(text).toContain("On which day? by May 2nd");
  });

  test("asks anew with --live, and keeps nothing", async () => {
    const { run, asked, file } = setUp();
    expect((await run("--live")).exit).toBe(0);
    expect(asked.length).toBe(1);
    expect(existsSync(file("due.recordings.jsonl"))).toBe(false);
  });

  test("keeps no secret in a recording", async () => {
    const secret = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789";
    const { run, file } = setUp({
      "due.test.yaml": `- {name: b, input: {text: "${secret}"}, expect: {$.due: {length: 10}}}\n`,
    });
    expect((await run("--record")).exit).toBe(0);
    expect(readFileSync(file("due.recordings.jsonl"), "utf8")).not.toContain(secret);
    expect((await run()).exit).toBe(0);
  });

  test("runs a case for each row of a file", async () => {
    const { run } = setUp(
      {
        "due.test.yaml":
          'program: ./due.rllm\ntests:\n  - {name: many, cases: cases.csv, input: {text: "{{case.text}}"}, expect: {due: "{{case.due}}"}}\n',
        "cases.csv": "text,due\none,2026-05-02\ntwo,2027-01-01\n",
      },
      ANSWER,
    );
    const { exit, json } = await run("due.test.yaml", "--record");
    expect(exit).toBe(1);
    expect(unmetIn(json())).toEqual({ "many [1]": [], "many [2]": ["due"] });
  });

  test("expects failures by their codes", async () => {
    const { run } = setUp(
      { "due.test.yaml": "- {name: bad, input: {text: x}, expect: {error: RLLM_013}}\n" },
      "I do not know.",
    );
    const { json } = await run("due.test.yaml", "--record");
    expect(unmetIn(json())).toEqual({ bad: [] });
  });

  test("holds models side by side, and repeats", async () => {
    const { run, asked } = setUp({}, ANSWER, '{"due": "no"}', ANSWER, ANSWER);
    const models = "local/test,local/other";
    const args = ["--model", models, "--repeat", "2", "--concurrency", "1"];
    const { exit, json } = await run("--record", ...args);
    expect(exit).toBe(1);
    const rows = (json() as { models: { model: string; tests: number; passed: number }[] }).models;
    expect(rows.map(({ model, tests, passed }) => [model, tests, passed])).toEqual([
      ["local/test", 2, 1],
      ["local/other", 2, 2],
    ]);
    const again = await run(...args);
    expect(asked.length).toBe(4);
    expect((again.json() as { models: unknown }).models).toEqual(rows);
  });

  test("asks a judge", async () => {
    const judge = PROGRAM.replace("name: due", "name: judge")
      .replace("{text: {type: string}}", "{value: {type: string}, wanted: {type: string}}")
      .replace("required: [text]", "required: [value]")
      .replace(/properties: \{due.*/, "properties: {pass: {type: boolean}, reason: {type: string}}")
      .replace("required: [due]", "required: [pass]")
      .replace(/tests:[\s\S]*?---/, "---")
      .replace("When? {{input.text}}", "Is {{input.value}} {{input.wanted}}?");
    const { run, asked } = setUp(
      {
        "judge.rllm": judge,
        "due.test.yaml":
          "- {name: j, input: {text: x}, expect: {due: {judge: {program: ./judge.rllm, with: {wanted: near}}}}}\n",
      },
      ANSWER,
      '{"pass": false, "reason": "it is far"}',
    );
    const { exit, stdout } = await run("due.test.yaml", "--record");
    expect(exit).toBe(1);
    expect(stdout).toContain("the judge judge says no: it is far");
    expect(asked[1]?.messages.at(-1)?.content).toBe("Is 2026-05-02 near?");
  });

  test("writes a JUnit report, and text for people", async () => {
    const { run, file } = setUp({
      "due.test.yaml": "- {name: 'a < b', input: {text: x}, expect: {due: 'x & y'}}\n",
    });
    const { stdout } = await run("--record", "--junit", "r.xml", "--format", "text");
    expect(stdout).toContain("pass  due.rllm: a date");
    expect(stdout).toContain('due: it is "2026-05-02", and "x & y" is expected');
    const xml = readFileSync(file("r.xml"), "utf8");
    expect(xml).toContain('<testsuites name="modullm" tests="2" failures="1">');
    expect(xml).toContain("a &lt; b");
    expect(xml).toContain("&quot;x &amp; y&quot; is expected");
  });

  test("drafts tests that it can read", async () => {
    const cases = '{"cases": [{"name": "plain", "input": {"text": "by May"}}]}';
    const { run, file } = setUp({}, cases, ANSWER);
    const { exit, stdout } = await run("due.rllm", "--generate", "1");
    expect(exit).toBe(0);
    writeFileSync(file("due.test.yaml"), stdout);
    const { json } = await run("due.test.yaml", "--record");
    expect(unmetIn(json())).toEqual({ plain: [] });
  });

  test.each([
    ["- {name: a, input: {}, expect: {$.due: {matchs: x}}}", "is no check"],
    ["- {name: a, input: {}, expect: {$.due: {matches: '('}}}", "it is no pattern"],
    ["- {input: {}, expect: 1}", "tests.0.name"],
    ["program: ./due.rllm\ntest: []", 'the key "test" is not known. Did you mean "tests"?'],
  ])("refuses %j", async (text, reason) => {
    const { run } = setUp({ "due.test.yaml": `${text}\n` });
    const { exit, json } = await run("due.test.yaml");
    expect(exit).toBe(1);
    expect((json() as { message: string }).message).toContain(reason);
  });

  test("says where there are no tests", async () => {
    const { run, file } = setUp();
    writeFileSync(file("due.rllm"), PROGRAM.replace(/tests:[\s\S]*?---/, "---"));
    expect((await run()).json()).toMatchObject({ error_code: "RLLM_016" });
  });
});
