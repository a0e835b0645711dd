import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, type ModelServer, modullm, programText, serveModel } from "./command-line.ts";
import { patience } from "../patience.ts";

const servers: ModelServer[] = [];
afterAll(() => {
  for (const server of servers) server.stop();
});

function serve(...replies: string[]): ModelServer {
  const server = serveModel(replies);
  servers.push(server);
  return server;
}

const GOOD = '{"out": "ok"}';

describe("modullm run", () => {
  test("prints the output object on one line", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    const server = serve(GOOD);
    const { exit, stdout, stderr } = await modullm(["run", "a.rllm", "--input", '{"text": "hi"}'], {
      folder,
      env: server.env,
    });
    expect({ exit, stdout, stderr }).toEqual({ exit: 0, stdout: '{"out":"ok"}\n', stderr: "" });
    expect(server.asked).toEqual([
      { model: "test", messages: [{ role: "user", content: "Say hi" }] },
    ]);
  });

  test.each([
    [["--input", "plain"], "plain"],
    [["--text", "{not json"], "{not json"],
    [["--input", "{text: yaml}"], "yaml"],
    [["--input-file", "in.yaml", "--input", '{"text": "no"}'], "file"],
    [["--input-file", "in.json"], "json"],
    [["--", "text=pair=1"], "pair=1"],
    [["--input", '{"text": "no"}', "--", "text=over"], "over"],
  ])("takes its input from %j", async (args, text) => {
    const folder = makeFolder({
      "a.rllm": programText(),
      "in.yaml": "text: file\n",
      "in.json": '\uFEFF{"text": "json"}',
    });
    const server = serve(GOOD);
    expect((await modullm(["run", "a.rllm", ...args], { folder, env: server.env })).exit).toBe(0);
    expect(server.asked[0]?.messages[0]?.content).toBe(`Say ${text}`);
  });

  test.each([
    ["text from a pipe", "some text"],
    ["an object from a pipe", '{"text": "some text"}'],
  ])("reads %s with --input -", async (_, stdin) => {
    const folder = makeFolder({ "a.rllm": programText() });
    const server = serve(GOOD);
    await modullm(["run", "a.rllm", "--input", "-"], { folder, env: server.env, stdin });
    expect(server.asked[0]?.messages[0]?.content).toBe("Say some text");
  });

  test.each([
    [["--input", "[1]"], "RLLM_016"],
    [["--input", "{"], "RLLM_016"],
    [["--input-file", "none.json"], "RLLM_016"],
    [["--input-file", "."], "RLLM_016"],
    [["--", "text"], "RLLM_016"],
    [["--input", '{"text": 5}'], "RLLM_004"],
    [["--max-retries", "-1"], "RLLM_002"],
    [["--python-memory-limit-mb", "-1"], "RLLM_002"],
    [["--model", "nowhere/x"], "RLLM_002"],
    [["--model", "openai/x"], "RLLM_014"],
  ])("%j is %s, exit 1, nothing called", async (args, code) => {
    const folder = makeFolder({ "a.rllm": programText() });
    const server = serve(GOOD);
    const { exit, json, stderr } = await modullm(["run", "a.rllm", ...args], {
      folder,
      env: server.env,
    });
    expect({ exit, code: (json() as { error_code: string }).error_code, stderr }).toEqual({
      exit: 1,
      code,
      stderr: expect.stringMatching(new RegExp(`^error ${code}: .+\n$`)) as string,
    });
    expect(server.asked).toEqual([]);
  });

  test("shows streamed text on stderr and the checked object on stdout", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    const { stdout, stderr } = await modullm(["run", "a.rllm", "--text", "hi", "--stream"], {
      folder,
      env: serve(GOOD).env,
    });
    expect(stdout).toBe('{"out":"ok"}\n');
    expect(stderr).toBe(`${GOOD}\n`);
  });

  test("--trace writes the events as JSON lines", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    await modullm(["run", "a.rllm", "--text", "hi", "--trace", "t.jsonl"], {
      folder,
      env: serve("bad", GOOD).env,
    });
    const events = readFileSync(join(folder, "t.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; error?: string | null });
    expect(events[0]?.type).toBe("run-start");
    expect(events.at(-1)?.type).toBe("run-end");
    expect(
      events.filter((event) => event.type === "attempt-end").map((event) => event.error),
    ).toEqual(["RLLM_006", null]);
  });

  test("--verbose tells the events on stderr", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    const { stderr } = await modullm(["run", "a.rllm", "--text", "hi", "--verbose"], {
      folder,
      env: serve("bad", GOOD).env,
    });
    expect(stderr).toContain("attempt 1 failed with RLLM_006");
    expect(stderr).toContain("run ok");
  });

  test("--dry-run prints the request and calls nothing", async () => {
    const folder = makeFolder({
      "a.rllm": programText({
        llm: "{model: openai/gpt-4o-mini}",
        llm_params: "{max_tokens: 100}",
      }),
    });
    const { exit, json } = await modullm(["run", "a.rllm", "--text", "hi", "--dry-run"], {
      folder,
    });
    expect(exit).toBe(0);
    expect(json()).toMatchObject({
      request: {
        model: "openai/gpt-4o-mini",
        messages: [{ role: "user", content: "Say hi" }],
        params: { max_tokens: 100 },
      },
      prompt_tokens: 2,
      max_completion_tokens: 100,
    });
    const { cost_usd: cost } = json() as { cost_usd: { prompt: number; at_most: number } };
    expect(cost.at_most).toBeGreaterThan(cost.prompt);
    expect(existsSync(join(folder, "data"))).toBe(false);
  });

  test("an interrupted run is RLLM_022 and exits 130", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    const interrupt = new AbortController();
    const hanging = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch() {
        interrupt.abort();
        return new Promise<Response>(() => {});
      },
    });
    const env = { LOCAL_API_BASE: `http://127.0.0.1:${hanging.port}/v1` };
    const { exit, json } = await modullm(["run", "a.rllm", "--text", "hi"], {
      folder,
      env,
      signal: interrupt.signal,
    });
    void hanging.stop(true);
    expect(exit).toBe(130);
    expect(json()).toMatchObject({ error_code: "RLLM_022", details: { reason: "interrupted" } });
  });

  test("warnings go to stderr and don't stop the run", async () => {
    const folder = makeFolder({ "a.rllm": programText({ test: "[]" }) });
    const { exit, stdout, stderr } = await modullm(["run", "a.rllm", "--text", "hi"], {
      folder,
      env: serve(GOOD).env,
    });
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '{"out":"ok"}\n' });
    expect(stderr).toContain(`a.rllm:11:1: The frontmatter key "test" is not known`);
  });

  test("an error at a terminal is told once, with its source line and a caret", async () => {
    const folder = makeFolder({ "a.rllm": programText({ llm_params: "{temprature: 1}" }) });
    const { stdout, stderr } = await modullm(["run", "a.rllm"], {
      folder,
      tty: true,
      env: { NO_COLOR: "1" },
    });
    expect(stdout).toBe("");
    expect(stderr).toContain("error RLLM_003 (LLMParamValidationError)");
    expect(stderr).toContain("10 | llm_params: {temprature: 1}");
    expect(stderr).toContain(`\n   | ${" ".repeat(13)}^\n`);
    expect(stderr).not.toContain("\u001B");
  });

  test.skipIf(process.getuid?.() === 0)(
    "a home that can't be written to never fails a run",
    async () => {
      const folder = makeFolder({ "a.rllm": programText() });
      chmodSync(folder, 0o500);
      const { exit, stderr } = await modullm(["run", "a.rllm", "--text", "hi"], {
        folder,
        env: serve(GOOD).env,
      });
      expect(exit).toBe(0);
      expect(stderr).toContain("warning:");
    },
  );

  test("50 MB of input arrive whole", async () => {
    const folder = makeFolder({ "a.rllm": programText({ max_context_window: "100000000" }) });
    const server = serve(GOOD);
    const { exit } = await modullm(["run", "a.rllm", "--input", "-"], {
      folder,
      env: server.env,
      stdin: "x".repeat(50_000_000),
    });
    expect(exit).toBe(0);
    expect(server.asked[0]?.messages[0]?.content.length).toBe(50_000_004);
  });

  test("deep nesting and NUL bytes in the input are data", async () => {
    const folder = makeFolder({ "a.rllm": programText({ input_schema: "{type: object}" }, "Hi") });
    const env = serve(GOOD).env;
    const deep = `{"a": ${"[".repeat(900)}${"]".repeat(900)}}`;
    expect((await modullm(["run", "a.rllm", "--input", deep], { folder, env })).exit).toBe(0);
    expect(
      (await modullm(["run", "a.rllm", "--input", '{"a": "\\u0000"}'], { folder, env })).exit,
    ).toBe(0);
  });
});

describe("hostile input", () => {
  test.each([
    ["a cycle of aliases", "{text: a, x: &x [*x]}", "RLLM_016"],
    ["50,000 levels", `{"text": ${"[".repeat(50_000)}${"]".repeat(50_000)}}`, "RLLM_016"],
    ["3,000 levels of YAML", `{text: ${"[".repeat(3000)}`, "RLLM_016"],
    ["a number beyond all bounds", '{"text": "a", "n": 1e999}', "RLLM_016"],
    ["a duplicate key", "{text: a, text: b}", "RLLM_016"],
  ])("%s is %s at once, as JSON", async (_, input, code) => {
    const folder = makeFolder({ "a.rllm": programText() });
    const start = performance.now();
    const { exit, json } = await modullm(["run", "a.rllm", "--input", input], { folder });
    expect({ exit, code: (json() as { error_code: string }).error_code }).toEqual({
      exit: 1,
      code,
    });
    expect(performance.now() - start).toBeLessThan(patience(1000));
  });

  test("an answer that JSON can't carry is asked for again", async () => {
    const open = "{type: object, properties: {out: {type: string}}, required: [out]}";
    const folder = makeFolder({ "a.rllm": programText({ output_schema: open }) });
    const server = serve(
      '{"out": "x", "more": 1e999}',
      `{"out": "x", "more": ${"[".repeat(2000)}${"]".repeat(2000)}}`,
      GOOD,
    );
    expect(
      (await modullm(["run", "a.rllm", "--text", "hi"], { folder, env: server.env })).json(),
    ).toEqual({
      out: "ok",
    });
    expect(server.asked).toHaveLength(3);
  });

  test("an option's value is its value, whatever it looks like", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    const server = serve(GOOD);
    await modullm(["run", "a.rllm", "--text", "--help"], { folder, env: server.env });
    expect(server.asked[0]?.messages[0]?.content).toBe("Say --help");
    expect((await modullm(["run", "a.rllm", "--version"], { folder })).stdout).toBe("0.1.0\n");
    expect((await modullm(["run", "a.rllm", "--stream=xyz"], { folder })).exit).toBe(2);
    expect(
      (await modullm(["run", "a.rllm", "--model", "nonsense", "--dry-run"], { folder })).json(),
    ).toMatchObject({
      error_code: "RLLM_002",
      details: { field: "model" },
    });
  });
});

describe("a terminal", () => {
  test("is not steered by what a model or a file says", async () => {
    const escape = "\u001B[2J\u009B31m\u202Eevil";
    const folder = makeFolder({ "a.rllm": programText({ name: JSON.stringify(`n${escape}`) }) });
    const env = { ...serve(`bad ${escape}`).env, NO_COLOR: "1" };
    const run = async (...args: string[]) =>
      (
        await modullm(["run", "a.rllm", "--text", "hi", "--max-retries", "0", ...args], {
          folder,
          env,
          tty: true,
        })
      ).stderr;
    for (const stderr of [await run(), await run("--stream"), await run("--verbose")]) {
      expect(stderr).toContain("evil");
      const told = stderr.replaceAll("\r\u001B[2K", "");
      for (const character of ["\u001B", "\u009B", "\u202E"]) expect(told).not.toContain(character);
    }
  });
});
