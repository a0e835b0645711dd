import { beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { GUEST_ARGUMENT } from "../../src/sandbox/js/command.ts";
import { createJavaScriptSandbox, javaScriptLevel } from "../../src/sandbox/js/javascript.ts";

const DIST = join(import.meta.dir, "../../dist");
const BINARY = join(DIST, "modullm");
const LIBRARY_GUEST = join(DIST, "lib/javascript-guest.js");
const never = new AbortController().signal;

beforeAll(() => {
  for (const file of [BINARY, LIBRARY_GUEST]) {
    if (!existsSync(file)) throw new Error(`there is no ${file}: run npm run build first`);
  }
});

test.each([
  ["the binary", "kernel", [BINARY, GUEST_ARGUMENT]],
  ["the library under Node", "wasm", ["node", LIBRARY_GUEST]],
  ["the library under Bun", "kernel", [process.execPath, LIBRARY_GUEST]],
] as const)(
  "%s runs JavaScript in a process of its own",
  async (_, level, command) => {
    const reached = javaScriptLevel() === "kernel" ? level : "wasm";
    const sandbox = createJavaScriptSandbox({ command, level: reached, warm: 1 });
    for (let n = 0; n < 2; n++) {
      const session = await sandbox.open(
        { functions: { twice: ([x = 0]) => Promise.resolve(Number(x) * 2) } },
        never,
      );
      expect(session.level).toBe(reached);
      const code =
        "console.log('in', n, { n });\nclass Thing { n = twice(n) }\nresult = { list: [new Thing()] }";
      const outcome = await session.run(code, { n });
      expect(outcome).toMatchObject({
        ok: true,
        value: { list: [{ n: n * 2 }] },
        printed: `in ${n} {"n": ${n}}\n`,
      });
      expect(await session.run("result = new Map()", {})).toMatchObject({
        failure: { reason: "result is a Map" },
      });
      expect(await session.run("f('", {})).toMatchObject({
        failure: { exception: "SyntaxError", line: 1 },
      });
      const stuck = await session.run("for (;;);", {});
      expect(stuck).toMatchObject({ ok: false, failure: { exception: "TimeoutError" } });
      await session.close();
    }
    await sandbox.close();
  },
  60_000,
);

test("a guest whose host says nothing ends, and prints nothing", () => {
  const ended = spawnSync(BINARY, [GUEST_ARGUMENT], {
    input: "",
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(ended).toMatchObject({ status: 0, stdout: "", stderr: "" });
});

test("where the kernel is required and can't be had, a session is refused, not weakened", async () => {
  const lacking = createJavaScriptSandbox({
    command: ["node", LIBRARY_GUEST],
    level: "kernel",
  });
  const refusal = await lacking
    .open({}, new AbortController().signal)
    .catch((thrown: unknown) => thrown);
  expect(refusal).toMatchObject({
    code: "RLLM_009",
    details: {
      exception: "SandboxUnavailable",
      reason: expect.stringContaining("from Node") as string,
    },
  });
});
