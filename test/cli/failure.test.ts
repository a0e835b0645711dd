import { describe, expect, test } from "bun:test";
import { makeFolder, modullm, programText, serveModel } from "./command-line.ts";

const FILES = { "a.rllm": programText(), "broken.rllm": programText({ llm_params: "{x: 1}" }) };
const LINE = /^error RLLM_003: .+\n$/;
const TEXT =
  /^error RLLM_003 \(LLMParamValidationError\) [^]+\nhint: .+\nmore: modullm help RLLM_003\n$/;

describe("a command that fails", () => {
  test.each([
    ["into pipes", {}, [], true, LINE],
    ["into one pipe", { oneStream: true }, [], true, /^$/],
    ["at a terminal", { tty: true }, [], false, TEXT],
    ["at a terminal that wants JSON", { tty: true }, ["--json"], true, /^$/],
    ["at a terminal that wants JSON by format", { tty: true }, ["--format", "json"], true, /^$/],
    ["at a terminal that wants lines", { tty: true }, ["--format=ndjson"], true, /^$/],
    ["with stdout in a file", { tty: true, stdoutTty: false }, [], true, TEXT],
    ["with stderr in a file", { tty: false, stdoutTty: true }, [], true, LINE],
  ] as const)("%s tells it where it is seen", async (_, streams, args, json, stderr) => {
    const folder = makeFolder(FILES);
    const ended = await modullm(["run", "broken.rllm", ...args], {
      folder,
      env: { NO_COLOR: "1" },
      ...streams,
    });
    expect(ended).toMatchObject({ exit: 1, stderr: expect.stringMatching(stderr) as string });
    if (json) expect(ended.json()).toMatchObject({ error_code: "RLLM_003" });
    else expect(ended.stdout).toBe("");
  });

  test("says it on one line, whatever the message quotes", async () => {
    const folder = makeFolder(FILES);
    const { stderr } = await modullm(["run", "a.rllm", "--", "te\n xt\u001b[2J"], { folder });
    expect(stderr).toMatch(/^error RLLM_016: .*te xt\[2J.*\n$/);
  });

  test("shows no secret in that line", async () => {
    const folder = makeFolder(FILES);
    const env = { OPENAI_API_KEY: "sk-abcdefghijklmnop123" };
    const args = ["run", "a.rllm", "--model", "openai/sk-abcdefghijklmnop123", "--input", "["];
    const { stderr, stdout } = await modullm(args, { folder, env });
    expect(stderr + stdout).not.toContain("abcdefghijklmnop");
  });

  test("names each of several programs that are not valid", async () => {
    const folder = makeFolder(FILES);
    const args = ["validate", "a.rllm", "broken.rllm", "gone.rllm"];
    const { exit, stderr } = await modullm(args, { folder });
    expect(exit).toBe(1);
    expect(stderr.split("\n").map((line) => line.slice(0, 15))).toEqual([
      "error RLLM_003:",
      "error RLLM_001:",
      "",
    ]);
  });

  test("that was stopped at a question says so once", async () => {
    const stop = AbortSignal.timeout(100);
    const { exit, stdout, stderr } = await modullm(["new", "a"], {
      folder: makeFolder(FILES),
      typed: "",
      silent: true,
      signal: stop,
    });
    expect({ exit, stdout, told: stderr.split("error RLLM_022").length - 1 }).toEqual({
      exit: 130,
      stdout: "",
      told: 1,
    });
  });
});

test("--json is --format json, and another format beside it is wrong usage", async () => {
  const folder = makeFolder(FILES);
  for (const [args, tty] of [
    [["inspect", "a.rllm"], true],
    [["stats"], true],
    [["stats", "a.rllm"], true],
    [["help", "rllm"], true],
    [["exectime", "a.rllm"], true],
    [["doctor"], false],
  ] as const) {
    const asked = await modullm([...args, "--json"], { folder, tty });
    expect(asked.json()).toBeObject();
  }
  const { exit, stderr } = await modullm(["inspect", "a.rllm", "--json", "--format", "svg"]);
  expect({ exit, stderr }).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining("--json and --format svg can't be used together") as string,
  });
});

test("a trace that can't be written any more costs one warning, not the result", async () => {
  const server = serveModel(['{"out": "ok"}']);
  const args = ["run", "a.rllm", "--text", "hi", "--trace", "/dev/full"];
  const ended = await modullm(args, { folder: makeFolder(FILES), env: server.env });
  server.stop();
  expect(ended).toMatchObject({
    exit: 0,
    stdout: '{"out":"ok"}\n',
    stderr: 'warning: The trace "/dev/full" is cut off: the disk is full\n',
  });
});

test("a trace into /dev/stdout comes before the result, and overwrites nothing", async () => {
  const server = serveModel(['{"out": "ok"}']);
  const args = ["run", "a.rllm", "--text", "hi", "--trace", "/dev/stdout"];
  const { stdout } = await modullm(args, { folder: makeFolder(FILES), env: server.env });
  server.stop();
  const lines = stdout.trimEnd().split("\n");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ type: "run-start" });
  expect(lines.at(-1)).toBe('{"out":"ok"}');
});
