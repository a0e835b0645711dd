import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm, programText } from "./command-line.ts";

const UNTIDY = programText({ tags: "[ a,b ]" });

function setUp() {
  const folder = makeFolder({ "a.rllm": UNTIDY, "sub/b.rllm": UNTIDY, "broken.rllm": "no" });
  const run = (...args: string[]) => modullm(["fmt", ...args], { folder });
  return { folder, run, file: (name: string) => readFileSync(join(folder, name), "utf8") };
}

test("fmt formats files in place, once, and names what it can't read", async () => {
  const { run, file } = setUp();
  const first = await run();
  expect(first.exit).toBe(1);
  expect(first.json()).toMatchObject({
    changed: ["a.rllm", "sub/b.rllm"],
    failed: [{ path: "broken.rllm", error: { error_code: "RLLM_001" } }],
  });
  expect(file("a.rllm")).toContain("tags: [a, b]\n");
  expect(file("broken.rllm")).toBe("no");
  expect((await run("a.rllm", "sub")).json()).toMatchObject({ changed: [], unchanged: 2 });
});

test("fmt --check changes nothing and says by its status what it would do", async () => {
  const { run, file } = setUp();
  const { exit, json } = await run("--check", "a.rllm");
  expect(exit).toBe(1);
  expect(json()).toMatchObject({ changed: ["a.rllm"] });
  expect(file("a.rllm")).toBe(UNTIDY);
  await run("a.rllm");
  expect((await run("--check", "a.rllm")).exit).toBe(0);
});

test("fmt - goes from stdin to stdout", async () => {
  const folder = makeFolder();
  const { exit, stdout } = await modullm(["fmt", "-"], { folder, stdin: UNTIDY });
  expect(exit).toBe(0);
  expect(stdout).toContain("tags: [a, b]\n");
  expect((await modullm(["fmt", "-", "--check"], { folder, stdin: stdout })).exit).toBe(0);
  expect((await modullm(["fmt", "-", "a.rllm"], { folder })).exit).toBe(2);
});

test("schema prints a JSON Schema", async () => {
  const { exit, json } = await modullm(["schema"]);
  expect(exit).toBe(0);
  expect(json()).toMatchObject({ type: "object", required: expect.arrayContaining(["name"]) });
});
