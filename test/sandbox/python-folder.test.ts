import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { createPythonSandbox } from "../../src/sandbox/python/python.ts";
import { pythonHere, signal } from "./python-here.ts";

const interpreter = await pythonHere("kernel");

test.skipIf(typeof interpreter === "string")(
  "a session whose private folder is gone ends, and the host goes on",
  async () => {
    if (typeof interpreter === "string") return;
    const session = await createPythonSandbox({ interpreter, level: "kernel" }).open({ builtins: "all" }, signal);
    const where = await session.run("import os\nresult = os.getcwd()", {});
    if (!where.ok || typeof where.value !== "string") throw new Error("it has no private folder");
    rmSync(where.value, { recursive: true });
    const outcome = await session.run("while True: pass", {});
    expect(outcome).toMatchObject({ ok: false, failure: { exception: "LimitError" } });
    await session.close();
  },
);
