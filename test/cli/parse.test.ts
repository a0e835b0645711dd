import { describe, expect, test } from "bun:test";
import { makeFolder, modullm, programText, serveModel } from "./command-line.ts";

const PERSON =
  '{"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["name"]}';

describe("modullm parse", () => {
  const folder = makeFolder({ "person.json": PERSON, "a.rllm": programText() });
  const parse = async (stdin: string, ...args: string[]) =>
    await modullm(["parse", ...args], { folder, stdin });

  test("finds and repairs a value in prose", async () => {
    const { exit, stdout } = await parse(
      "Here it is:\n```json\n{'name': 'Ada', \"age\": \"36\",}\n```\nAnything else?",
      "--schema",
      "person.json",
    );
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '{"name":"Ada","age":36}\n' });
  });

  test("takes the output contract of a program", async () => {
    expect((await parse('{"out": "x"}', "--schema", "a.rllm")).json()).toEqual({ out: "x" });
  });

  test("--trace shows every edit with its place", async () => {
    const traced = (
      await parse("{'name': 'Ada'}", "--schema", "person.json", "--trace")
    ).json() as {
      value: unknown;
      edits: { rule: string; position: number | null }[];
    };
    expect(traced.value).toEqual({ name: "Ada" });
    expect(traced.edits.length).toBeGreaterThan(0);
  });

  test.each([
    ["no data at all", [], "RLLM_006"],
    ['{"name": 5.5, "age": "old"}', ["--repair", "off"], "RLLM_005"],
  ])("%s is refused with its code", async (text, args, code) => {
    const { exit, json } = await parse(text, "--schema", "person.json", ...args);
    expect({ exit, code: (json() as { error_code: string }).error_code }).toEqual({
      exit: 1,
      code,
    });
  });

  test("--jsonl answers each line in order, bad ones too", async () => {
    const lines = [
      JSON.stringify({ id: 1, text: "{'name': 'Ada'}", schema: JSON.parse(PERSON) as unknown }),
      "not json",
      JSON.stringify({ id: "two", text: "[1, 2", schema: {}, mode: "partial" }),
      JSON.stringify({ id: 3, text: "{}", schema: { type: "objekt" } }),
      JSON.stringify({ id: 4, text: "{}", schema: JSON.parse(PERSON) as unknown }),
    ];
    const { exit, stdout } = await parse(lines.join("\n"), "--jsonl", "--repair", "full");
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: unknown; ok: boolean });
    expect(exit).toBe(0);
    expect(answers.map(({ id, ok }) => [id, ok])).toEqual([
      [1, true],
      [null, false],
      ["two", true],
      [3, false],
      [4, false],
    ]);
    expect(answers[2]).toEqual({ id: "two", ok: true, value: [1, 2] } as never);
  });
});

describe("modullm run", () => {
  test("--format ndjson gives growing objects, then the output", async () => {
    const server = serveModel(['{"out": "a longer answer"}']);
    const folder = makeFolder({ "a.rllm": programText() });
    const { stdout, stderr } = await modullm(
      ["run", "a.rllm", "--text", "hi", "--stream", "--format", "ndjson"],
      {
        folder,
        env: server.env,
      },
    );
    server.stop();
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; value: { out?: string } });
    expect(stderr).toBe("");
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.slice(0, -1).every(({ type }) => type === "partial")).toBe(true);
    expect(lines.at(-1)).toEqual({ type: "output", value: { out: "a longer answer" } });
    const grown = lines.slice(0, -1).map(({ value }) => value.out ?? "");
    expect(grown.every((text, index) => text.startsWith(grown[index - 1] ?? ""))).toBe(true);
  });

  test.each([
    [["--repair", "off"], {}, 2],
    [[], {}, 1],
    [[], { repair: "off" }, 2],
    [["--repair", "safe"], { repair: "off" }, 1],
  ])("%j over a file's %j asks %i times", async (args, front, times) => {
    const server = serveModel(["{'out': 'single'}", '{"out": "ok"}']);
    const folder = makeFolder({ "a.rllm": programText(front) });
    const { exit, stderr } = await modullm(["run", "a.rllm", "--text", "hi", ...args], {
      folder,
      env: server.env,
    });
    server.stop();
    expect({ exit, stderr, times: server.asked.length }).toEqual({ exit: 0, stderr: "", times });
  });
});
