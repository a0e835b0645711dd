import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm } from "./command-line.ts";

const PROGRAM = `---
name: label
description: Labels a text
version: 1.0.0
author: Test
max_context_window: 4000
input_schema:
  type: object
  properties: {text: {type: string}, n: {type: integer}}
  required: [text]
output_schema:
  type: object
  properties: {label: {type: string}}
  required: [label]
llm: {model: openai/gpt-4o-mini}
llm_params: {}
retries: 0
---
<{{input.text}}>
`;

const stops: (() => void)[] = [];
afterAll(() => {
  for (const stop of stops) stop();
});

/** Answers a text with itself as label; texts that begin with "bad" with no JSON. */
function serve() {
  const asked: string[] = [];
  const fixed = new Set<string>();
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      const text = /<([^<>]*)>/.exec(await request.text())?.[1] ?? "";
      asked.push(text);
      if (text.startsWith("slow")) await Bun.sleep(30);
      const isBad = text.startsWith("bad") && !fixed.has(text);
      const content = isBad ? "I do not know." : JSON.stringify({ label: text });
      return Response.json({
        choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      });
    },
  });
  stops.push(() => void server.stop(true));
  const env = { OPENAI_API_KEY: "sk-1", OPENAI_BASE_URL: `http://127.0.0.1:${server.port}/v1` };
  return { asked, fixed, env };
}

const ROWS = ["slow a", "b", "bad c", "d"].map((text) => JSON.stringify({ text })).join("\n");

function setUp(rows = ROWS) {
  const folder = makeFolder({ "label.rllm": PROGRAM, "rows.jsonl": `${rows}\n` });
  const server = serve();
  const map = (...args: string[]) =>
    modullm(["map", "label.rllm", ...args], { folder, env: server.env });
  const file = (name: string): string => readFileSync(join(folder, name), "utf8");
  return { folder, ...server, map, file };
}

const lines = (text: string): unknown[] =>
  text.trimEnd() === ""
    ? []
    : text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));

describe("modullm map", () => {
  test("prints a line a row, in order, and says what failed by its status", async () => {
    const { map } = setUp();
    const { exit, stdout, stderr } = await map("rows.jsonl");
    expect(lines(stdout)).toEqual([{ label: "slow a" }, { label: "b" }, { label: "d" }]);
    expect(exit).toBe(1);
    expect(stderr).toContain("3 answered, 1 failed, 60 tokens, $");
  });

  test("writes results, failures and a summary", async () => {
    const { map, file } = setUp();
    const { exit, json } = await map("rows.jsonl", "--output", "out.jsonl", "--join");
    expect(exit).toBe(1);
    expect(lines(file("out.jsonl"))[1]).toEqual({ input: { text: "b" }, output: { label: "b" } });
    expect(lines(file("out.jsonl.failed.jsonl"))).toEqual([
      {
        row: 3,
        input: { text: "bad c" },
        error: expect.objectContaining({ error_code: "RLLM_013" }),
      },
    ]);
    expect(json()).toMatchObject({ answered: 3, failed: 1, calls: 4, prompt_tokens: 40 });
  });

  test("asks for nothing again that was answered, and runs failed rows again alone", async () => {
    const { map, file, asked, fixed } = setUp();
    await map("rows.jsonl", "--output", "out.jsonl");
    asked.length = 0;
    expect((await map("rows.jsonl", "--output", "out.jsonl")).exit).toBe(1);
    expect(asked).toEqual([]);
    fixed.add("bad c");
    const { exit, json } = await map("rows.jsonl", "--output", "out.jsonl", "--retry-failed");
    expect({ exit, asked }).toEqual({ exit: 0, asked: ["bad c"] });
    expect(json()).toMatchObject({ answered: 4, failed: 0, calls: 5 });
    expect(lines(file("out.jsonl"))).toEqual(
      ["slow a", "b", "bad c", "d"].map((label) => ({ label })),
    );
    expect(() => file("out.jsonl.failed.jsonl")).toThrow();
  });

  test("gives the whole output again on stdout, from its journal", async () => {
    const { map, asked } = setUp();
    const first = await map("rows.jsonl", "--journal", "j");
    asked.length = 0;
    const second = await map("rows.jsonl", "--journal", "j");
    expect(second.stdout).toBe(first.stdout);
    expect(asked).toEqual([]);
  });

  test("does not go on with another program, or with other rows", async () => {
    const { folder, map, asked } = setUp();
    await map("rows.jsonl", "--output", "out.jsonl");
    asked.length = 0;
    writeFileSync(join(folder, "rows.jsonl"), `{"text":"x"}\n${ROWS}\n`);
    const changed = await map("rows.jsonl", "--output", "out.jsonl");
    expect(changed.json()).toMatchObject({ error_code: "RLLM_016", details: { row: 1 } });
    writeFileSync(join(folder, "rows.jsonl"), `${ROWS}\n`);
    writeFileSync(join(folder, "label.rllm"), `${PROGRAM}more\n`);
    const other = await map("rows.jsonl", "--output", "out.jsonl");
    expect(other.json()).toMatchObject({ error_code: "RLLM_016" });
    expect(asked).toEqual([]);
    expect((await map("rows.jsonl", "--output", "out.jsonl", "--keep-answers")).exit).toBe(1);
    expect(asked).toEqual([]);
    await map("rows.jsonl", "--output", "out.jsonl", "--restart");
    expect(asked.length).toBe(4);
  });

  test("knows a change of a shared schema, and of a tool's program", async () => {
    const { folder, map, asked } = setUp();
    const withTypes = PROGRAM.replace(
      "label: {type: string}",
      "label: {$ref: ./t.json#/L}",
    ).replace("retries: 0", "retries: 0\ntools: [{program: ./t.rllm}]");
    writeFileSync(join(folder, "label.rllm"), withTypes);
    writeFileSync(join(folder, "t.json"), '{"L": {"type": "string"}}');
    writeFileSync(join(folder, "t.rllm"), PROGRAM.replace("name: label", "name: other"));
    await map("rows.jsonl", "--output", "out.jsonl");
    asked.length = 0;
    writeFileSync(join(folder, "t.json"), '{"L": {"type": "string", "minLength": 1}}');
    const shared = await map("rows.jsonl", "--output", "out.jsonl");
    expect(shared.json()).toMatchObject({ error_code: "RLLM_016" });
    writeFileSync(join(folder, "t.json"), '{"L": {"type": "string"}}');
    writeFileSync(join(folder, "t.rllm"), `${PROGRAM.replace("name: label", "name: other")}more`);
    const tool = await map("rows.jsonl", "--output", "out.jsonl");
    expect(tool.json()).toMatchObject({ error_code: "RLLM_016" });
    expect(asked).toEqual([]);
  });

  test("does not write over a file that is none of its own", async () => {
    const { folder, map, file, asked } = setUp();
    writeFileSync(join(folder, "out.jsonl"), "mine\n");
    expect((await map("rows.jsonl", "--output", "out.jsonl")).json()).toMatchObject({
      error_code: "RLLM_016",
    });
    expect(file("out.jsonl")).toBe("mine\n");
    expect(asked).toEqual([]);
  });

  test("holds the budget for all rows together, and goes on with a larger one", async () => {
    const { map, asked } = setUp();
    const args = ["rows.jsonl", "--output", "out.jsonl", "--concurrency", "1"];
    const first = await map(...args, "--budget", "calls=2");
    expect(first.exit).toBe(1);
    expect(first.json()).toMatchObject({
      answered: 2,
      stopped: expect.stringContaining("RLLM_020"),
    });
    expect(asked.length).toBe(2);
    const second = await map(...args, "--budget", "calls=3");
    expect(second.json()).toMatchObject({ answered: 2, failed: 1 });
    expect(asked.length).toBe(3);
  });

  test("ends after so many failures", async () => {
    const rows = Array.from({ length: 20 }, (_, at) => JSON.stringify({ text: `bad ${at}` }));
    const { map, asked } = setUp(rows.join("\n"));
    const args = ["rows.jsonl", "--stop-after-failures", "2", "--concurrency", "1"];
    const { exit, stderr } = await map(...args);
    expect(exit).toBe(1);
    expect(asked.length).toBe(2);
    expect(stderr).toContain("Ended after the failures");
  });

  test("stops at Ctrl-C with its own status, and goes on from there", async () => {
    const rows = Array.from({ length: 40 }, (_, at) => JSON.stringify({ text: `slow ${at}` }));
    const { folder, env, file, map, asked } = setUp(rows.join("\n"));
    const interrupt = new AbortController();
    const running = modullm(["map", "label.rllm", "rows.jsonl", "--output", "out.jsonl"], {
      folder,
      env,
      signal: interrupt.signal,
    });
    while (asked.length < 10) await Bun.sleep(5);
    interrupt.abort();
    const { exit, stderr } = await running;
    expect(exit).toBe(130);
    expect(stderr).toContain("Interrupted; the same command goes on from here");
    const had = file("out.jsonl.journal").trimEnd().split("\n").length - 1;
    asked.length = 0;
    expect((await map("rows.jsonl", "--output", "out.jsonl")).exit).toBe(0);
    expect(asked.length).toBe(40 - had);
    expect(lines(file("out.jsonl")).length).toBe(40);
  });

  test("leaves rows alone where none could be answered", async () => {
    const { folder } = setUp();
    const { exit, json } = await modullm(
      ["map", "label.rllm", "rows.jsonl", "--output", "out.jsonl"],
      { folder },
    );
    expect(exit).toBe(1);
    expect(json()).toMatchObject({
      answered: 0,
      failed: 0,
      stopped: expect.stringContaining("RLLM_014"),
    });
  });

  test("takes tables, files and samples", async () => {
    const { folder, map } = setUp();
    writeFileSync(join(folder, "t.csv"), "body;n\nx;1\ny;2\n");
    const table = await map("t.csv", "--delimiter", ";", "--map", "text=body", "--output", "o.csv");
    expect(table.exit).toBe(0);
    expect(readFileSync(join(folder, "o.csv"), "utf8")).toBe("label\r\nx\r\ny\r\n");
    writeFileSync(join(folder, "one.eml"), "a mail");
    expect(lines((await map("--each-file", "*.eml", "--as", "text")).stdout)).toEqual([
      { label: "a mail" },
    ]);
    const drawn = await map("rows.jsonl", "--sample", "2", "--seed", "3");
    expect(drawn.stdout).toBe((await map("rows.jsonl", "--sample", "2", "--seed", "3")).stdout);
    expect(lines((await map("rows.jsonl", "--limit", "1")).stdout).length).toBe(1);
  });

  test("says beforehand what it would take, and calls nothing", async () => {
    const { map, asked } = setUp(`${ROWS}\n{"n": 1}`);
    const { exit, json } = await map("rows.jsonl", "--dry-run");
    expect(exit).toBe(0);
    expect(json()).toMatchObject({ rows: 5, unfit: 1, sampled: 4, first_fault: { row: 5 } });
    expect(asked).toEqual([]);
  });

  test.each([
    ["--rate", "fast"],
    ["--limit", "-1"],
    ["--map", "text"],
    ["--retry-failed", undefined],
    ["--stop-after-failures", "0"],
  ])("refuses %s %s", async (option: string, value: string | undefined) => {
    const { map, asked } = setUp();
    const args = value === undefined ? [option] : [option, value];
    expect((await map("rows.jsonl", ...args)).exit).toBe(2);
    expect(asked).toEqual([]);
  });

  test("reads rows from a pipe", async () => {
    const { folder, env } = setUp();
    const { stdout } = await modullm(["map", "label.rllm"], { folder, env, stdin: `${ROWS}\n` });
    expect(lines(stdout).length).toBe(3);
    expect(existsSync(join(folder, "out.jsonl"))).toBe(false);
  });
});
