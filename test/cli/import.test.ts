import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm } from "./command-line.ts";

test("import writes a program beside its source, which validates; and writes over nothing", async () => {
  const folder = makeFolder({
    "p/hello.prompt": "---\nmodel: openai/gpt-4o\n---\nHello {{name}} {{> more}}",
    "p/system.md": "You greet.",
    "broken.prompt": "---\n- a\n---\n",
  });
  const run = (...args: string[]) => modullm(args, { folder });
  const { exit, json } = await run("import", "p/hello.prompt", "p/system.md", "broken.prompt");
  expect(exit).toBe(1);
  expect(json()).toMatchObject([
    { source: "p/hello.prompt", path: "p/hello.rllm", error: null },
    { source: "p/system.md", path: "p/p.rllm" },
    { source: "broken.prompt", path: null, error: { error_code: "RLLM_016" } },
  ]);
  expect((json() as { lost: string[] }[])[0]?.lost).toContain("a part of another file: {{> more}}");
  expect((await run("validate", "p/hello.rllm")).exit).toBe(0);
  writeFileSync(join(folder, "p/hello.rllm"), "mine");
  expect((await run("import", "p/hello.prompt")).exit).toBe(1);
  expect(readFileSync(join(folder, "p/hello.rllm"), "utf8")).toBe("mine");
  expect((await run("import", "p/hello.bin")).exit).toBe(2);
});
