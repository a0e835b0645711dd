import { expect, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPythonSandbox } from "../../src/sandbox/python/python.ts";
import { pythonHere, signal } from "./python-here.ts";

const interpreter = await pythonHere("kernel");

test.skipIf(typeof interpreter === "string")(
  "a session whose private folder is gone ends, and the host goes on",
  async () => {
    if (typeof interpreter === "string") return;
    const session = await createPythonSandbox({ interpreter, level: "kernel" }).open(
      { builtins: "all" },
      signal,
    );
    const where = await session.run("import os\nresult = os.getcwd()", {});
    if (!where.ok || typeof where.value !== "string") throw new Error("it has no private folder");
    rmSync(where.value, { recursive: true });
    const outcome = await session.run("while True: pass", {});
    expect(outcome).toMatchObject({ ok: false, failure: { exception: "LimitError" } });
    await session.close();
  },
);

test.skipIf(typeof interpreter === "string")(
  "what a killed program left is removed, and nothing of other users",
  async () => {
    if (typeof interpreter === "string") return;
    const root = process.getuid?.() === 0;
    // No process has this number.
    const [left, other] = ["a", "b"].map((name) =>
      join(tmpdir(), `modullm-python-4194303-${name}${process.pid}`),
    );
    if (left === undefined || other === undefined) throw new Error("there are two");
    mkdirSync(left);
    // As root, code runs as nobody: a folder of root's own is another's.
    if (root) chownSync(left, 65_534, 65_534);
    if (root) mkdirSync(other);
    const session = await createPythonSandbox({ interpreter, level: "kernel" }).open(
      { builtins: "all" },
      signal,
    );
    await session.close();
    expect([existsSync(left), existsSync(other)]).toEqual([false, root]);
    rmSync(other, { recursive: true, force: true });
  },
);
