import { createPythonSandbox } from "../../src/sandbox/python/python.ts";
import { pythonHere } from "./python-here.ts";
import { testSandbox } from "./sandbox-suite.ts";

for (const level of ["kernel", "namespaces", "none"] as const) {
  const interpreter = await pythonHere(level);
  const unconfined = "code that is trusted may do that";
  testSandbox(`python, ${level}`, {
    language: "python",
    create: () => {
      if (typeof interpreter === "string") throw new Error(interpreter);
      return createPythonSandbox({ interpreter, level });
    },
    skipAll: typeof interpreter === "string" ? interpreter : null,
    skip:
      level === "none"
        ? {
            "refuses an allocation over the memory limit": unconfined,
            "ends code that takes more and more memory, at no cost to the host": unconfined,
            "shows nothing of the host's environment": unconfined,
            "reaches no server of this machine": unconfined,
            "reads and writes no file of this machine": unconfined,
            "leaves no process that the code started": unconfined,
          }
        : {},
  });
}
