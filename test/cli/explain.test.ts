import { expect, test } from "bun:test";
import { makeFolder, modullm, programText } from "./command-line.ts";

const FILES = {
  "main.rllm": programText({
    llm: "{model: openai/gpt-4o-mini, fallbacks: [local/small]}",
    uses: '[{name: part, path: ./part.rllm, with: {text: "{{input.text}}"}}]',
    tools: "[{program: ./tool.rllm, max_calls: 2}]",
    cache: "10m",
  }),
  "part.rllm": programText(
    { name: "part", llm: "{model: anthropic/claude-haiku-4-5}" },
    "```rllm-js pre\nresult = {}\n```\nSay it",
  ),
  "tool.rllm": programText({ name: "tool", llm: "{model: builtin/baseline}" }),
};
const ENV = {
  OPENAI_API_KEY: "sk-1",
  ANTHROPIC_API_KEY: "sk-2",
  LOCAL_API_BASE: "http://127.0.0.1:9/v1",
};

test("explain says what a run would do, and does none of it", async () => {
  const folder = makeFolder(FILES);
  const { exit, json } = await modullm(["explain", "main.rllm"], { folder, env: ENV });
  expect(exit).toBe(0);
  expect(json()).toMatchObject({
    name: "base",
    programs: [{ name: "base" }, { name: "part" }, { name: "tool" }],
    models: [
      { model: "openai/gpt-4o-mini", host: "api.openai.com", fallback: false, programs: ["base"] },
      { model: "local/small", host: null, fallback: true },
      { model: "anthropic/claude-haiku-4-5", host: "api.anthropic.com", programs: ["part"] },
      { model: "builtin/baseline", host: null, programs: ["tool"] },
    ],
    tools: [{ program: "base", name: "tool", max_calls: 2 }],
    blocks: [{ program: "part", when: "pre", language: "js", fault: null }],
    leaves: [
      { to: "api.openai.com", what: "prompts", programs: ["base"] },
      { to: "api.anthropic.com", programs: ["part"] },
    ],
    keeps_answers: ["base"],
  });
  // What is kept may answer for the program itself, but not for what it uses.
  expect((json() as { calls: { least: number } }).calls.least).toBe(1);
});

test("explain follows --model, and says when nothing leaves", async () => {
  const folder = makeFolder(FILES);
  const { stdout } = await modullm(
    ["explain", "main.rllm", "--model", "builtin/baseline", "--format", "text"],
    { folder, env: ENV },
  );
  expect(stdout).toContain("What leaves this machine\n  Nothing");
  expect(stdout).toContain("part, line");
});

test("explain names pictures that go along, and what it can't read", async () => {
  const input = "{type: object, properties: {text: {type: string, contentMediaType: image/png}}}";
  const folder = makeFolder({
    "a.rllm": programText({ llm: "{model: openai/gpt-4o}", input_schema: input }),
  });
  const { json } = await modullm(["explain", "a.rllm"], { folder, env: ENV });
  expect(json()).toMatchObject({
    opens_files: true,
    leaves: [{ what: "prompts, with the files of the input" }],
  });
  expect((await modullm(["explain", "no.rllm"], { folder })).exit).toBe(1);
});
