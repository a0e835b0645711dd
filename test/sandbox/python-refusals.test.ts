import { describe, expect, test } from "bun:test";
import { ModullmError } from "../../src/core/error.ts";
import { findPython, type PythonInterpreter } from "../../src/sandbox/python/find.ts";
import { createPythonSandbox } from "../../src/sandbox/python/python.ts";
import { pythonCache, pythonHere, signal } from "./python-here.ts";

const confined = typeof (await pythonHere("kernel")) !== "string";

describe.skipIf(!confined)("a Python that can't be confined", () => {
  async function refusal(
    change: Partial<PythonInterpreter>,
    memoryMb = 256,
  ): Promise<ModullmError> {
    const interpreter = await findPython({ setting: null, env: process.env, cache: pythonCache });
    try {
      const sandbox = createPythonSandbox({
        interpreter: { ...interpreter, ...change },
        level: "kernel",
      });
      await (await sandbox.open({ builtins: "all", limits: { memoryMb } }, signal)).close();
    } catch (thrown) {
      if (thrown instanceof ModullmError) return thrown;
      throw thrown;
    }
    throw new Error("it was started");
  }

  test("is refused, with the reason", async () => {
    const gone = await refusal({ executable: "/nowhere/python3" });
    expect(gone).toMatchObject({
      code: "RLLM_009",
      details: { exception: "SandboxUnavailable", level: "kernel" },
    });
    expect(gone.message).toContain('"/nowhere/python3" can\'t be started');
    expect((await refusal({ library: ["/nowhere/lib"] })).message).toContain("/nowhere/lib");
    // It can't be confined where it may list the root.
    expect((await refusal({ library: ["/"] })).message).toContain(
      "it is confined, but can read '/'",
    );
    expect((await refusal({}, 8)).message).toContain(
      "8 MiB of memory is too little for Python itself",
    );
  });
});
