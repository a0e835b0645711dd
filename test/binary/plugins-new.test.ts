import { beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../src/plugin/conformance/report.ts";
import { makeFolder, programText, worldOf } from "../cli/command-line.ts";
import { serveTurns } from "../plugin/tool-server.ts";

const BINARY = join(import.meta.dir, "../../dist/modullm");

beforeAll(() => {
  if (!existsSync(BINARY)) throw new Error(`there is no ${BINARY}: run npm run build first`);
});

test("the binary writes a TypeScript plugin, tests it and runs its test where there is no other program", () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "nothing"));
  const env = { ...worldOf(folder), PATH: join(folder, "nothing") };
  const made = spawnSync(BINARY, ["plugins", "new", "--lang", "ts", "acme"], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  expect({ status: made.status, stderr: made.stderr }).toEqual({ status: 0, stderr: "" });

  const tested = spawnSync(BINARY, ["plugins", "test", "./acme"], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  const report = JSON.parse(tested.stdout) as Report;
  expect(report.checks.filter(({ status }) => status === "failed")).toEqual([]);
  expect(report).toMatchObject({ ok: true, plugin: { name: "acme" } });

  const at = {
    cwd: join(folder, "acme"),
    env: { ...env, BUN_BE_BUN: "1" },
    encoding: "utf8",
  } as const;
  const own = spawnSync(BINARY, ["test"], at);
  expect({ status: own.status, passed: /\b1 pass\b/.test(own.stderr) }).toEqual({
    status: 0,
    passed: true,
  });
  rmSync(folder, { recursive: true });
}, 180_000);

test("a program of the binary calls the tool of a plugin of ours, and its answer meets the contract", async () => {
  const tools = "[{plugin: calculator, only: [calculate], version: ^1}]";
  const folder = makeFolder({
    "a.rllm": programText(
      {
        llm: "{model: local/m}",
        max_context_window: "9000",
        tools,
        output_schema: "{type: object, properties: {total: {type: number}}, required: [total]}",
      },
      "Add up: {{input.text}}",
    ),
  });
  const server = serveTurns([
    [{ name: "calculate", arguments: { expression: "0.1 + 0.2" } }],
    '{"total": 0.3}',
  ]);
  const env = { ...worldOf(folder), ...server.env };
  const run = async (...args: readonly string[]) => {
    const child = Bun.spawn([BINARY, ...args], { cwd: folder, env, stderr: "pipe" });
    const [stdout, status] = await Promise.all([new Response(child.stdout).text(), child.exited]);
    return { status, result: JSON.parse(stdout) as unknown };
  };
  const calculator = join(import.meta.dir, "../../plugins/calculator");
  expect(await run("plugins", "install", calculator, "--yes")).toMatchObject({
    status: 0,
    result: { tools: expect.arrayContaining(["calculate"]), trusted: true },
  });
  expect(await run("run", "a.rllm", "--text", "0.1 and 0.2")).toEqual({
    status: 0,
    result: { total: 0.3 },
  });
  const [result] = server.asked[1]?.messages.filter(({ role }) => role === "tool") ?? [];
  expect(result?.content).toContain('"result":"0.3"');
  server.stop();
  rmSync(folder, { recursive: true });
}, 180_000);
