import { createPythonSandbox, type PythonLevel } from "../../src/sandbox/python/python.ts";
import { pythonHere, signal } from "./python-here.ts";

/** A host to be killed: it opens sessions of a level, some of them busy, says so, and waits. */
const level = process.argv[2] as PythonLevel;
const interpreter = await pythonHere(level);
if (typeof interpreter === "string") throw new Error(interpreter);
const sandbox = createPythonSandbox({ interpreter, level });
const limits = { timeoutMs: 60_000 };
for (const code of ["result = 1", "import time\ntime.sleep(60)", "while True: pass"]) {
  const session = await sandbox.open({ builtins: "all", limits }, signal);
  void session.run(code, {});
}
process.stdout.write("ready\n");
setInterval(() => {}, 60_000);
