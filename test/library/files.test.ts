import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { inspectProgram } from "../../src/library/inspect.ts";
import { loadProgram } from "../../src/library/load.ts";
import { inspectTree } from "../../src/library/tree.ts";
import { ModullmError } from "../../src/core/error.ts";

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "modullm-files-")));
  spawnSync("mkfifo", [join(folder, "pipe.rllm")]);
  symlinkSync("/dev/zero", join(folder, "zero.rllm"));
  symlinkSync("/dev/random", join(folder, "random.rllm"));
  symlinkSync("round.rllm", join(folder, "round.rllm"));
  mkdirSync(join(folder, "folder.rllm"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "large.rllm"), "x".repeat(17 * 1024 * 1024));
  writeFileSync(join(folder, "leaf.rllm"), program(""));
  writeFileSync(join(folder, "uses.rllm"), program("uses: [{ name: leaf, path: ./leaf.rllm }]\n"));
  for (const name of ["zero", "random", "pipe"]) {
    const uses = `uses: [{ name: c, path: ./${name}.rllm }]\n`;
    writeFileSync(join(folder, `uses-${name}.rllm`), program(uses));
  }
  symlinkSync("../uses.rllm", join(folder, "bin/linked.rllm"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["zero.rllm", "it is not a regular file"],
  ["random.rllm", "it is not a regular file"],
  ["pipe.rllm", "it is not a regular file"],
  ["folder.rllm", "it is a folder"],
  ["none.rllm", "there is no such file"],
  ["round.rllm", "its links form a loop"],
  ["large.rllm", "it is larger than 16 MiB"],
])("loadProgram() refuses %s: %s", async (name, reason) => {
  const error = await failureOf(name);
  expect(error).toMatchObject({ code: "RLLM_001" });
  expect(error.message).toBe(`Cannot read program "${join(folder, name)}": ${reason}`);
});

test.each(["zero", "random", "pipe"])(
  "loadProgram() refuses a program that uses %s, with the chain",
  async (name) => {
    const error = await failureOf(`uses-${name}.rllm`);
    expect(error.code).toBe("RLLM_001");
    expect(error.message).toEndWith("it is not a regular file");
    expect(error.details["chain"]).toEqual([{ name: "c", path: join(folder, `${name}.rllm`) }]);
  },
);

test("a program that a link leads to is where its file is, and so is what it uses", async () => {
  const linked = join(folder, "bin/linked.rllm");
  const loaded = await loadProgram(linked);
  expect(loaded.path).toBe(join(folder, "uses.rllm"));
  expect(loaded.uses[0]?.child.path).toBe(join(folder, "leaf.rllm"));
  expect((await inspectProgram(linked)).uses[0]).toMatchObject({ missing: null });
  expect((await inspectTree(linked)).nodes.map((node) => node.missing)).toEqual([null, null]);
});

async function failureOf(name: string): Promise<ModullmError> {
  const failed = await loadProgram(join(folder, name)).catch((thrown: unknown) => thrown);
  if (failed instanceof ModullmError) return failed;
  throw new Error(`${name} was read`);
}

function program(uses: string): string {
  return `---
name: p
description: d
version: 0.1.0
author: a
max_context_window: 1000
input_schema: { type: object }
output_schema: { type: object }
llm: { model: local/test }
llm_params: {}
${uses}---
Hi
`;
}
