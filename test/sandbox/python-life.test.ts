import { describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createPythonSandbox } from "../../src/sandbox/python/python.ts";
import type { Outcome, SessionOptions } from "../../src/sandbox/sandbox.ts";
import { ownTemporary } from "./own-temporary.ts";
import { pythonHere, signal } from "./python-here.ts";
import { gone, processesBelow } from "./suite/processes.ts";
import { patience } from "../patience.ts";

/** Sessions in a row; `SANDBOX_MANY=1000` is what a release is tried with. */
const MANY = Number(process.env["SANDBOX_MANY"] ?? 60);
const AT_ONCE = 50;
const LEAST_MIB = 2 ** 20;

for (const level of ["kernel", "namespaces"] as const) {
  const interpreter = await pythonHere(level);
  describe.skipIf(typeof interpreter === "string")(`a life of Python at level ${level}`, () => {
    if (typeof interpreter === "string") return;
    const sandbox = createPythonSandbox({ interpreter, level });
    const folder = ownTemporary();

    async function run(code: string, options: SessionOptions = {}): Promise<Outcome> {
      const session = await sandbox.open(options, signal);
      try {
        return await session.run(code, {});
      } finally {
        await session.close();
      }
    }

    test(
      `${MANY} in a row leave nothing`,
      async () => {
        const cycle = () => run("result = 1", { builtins: "all" });
        for (let n = 0; n < 10; n++) await cycle();
        Bun.gc(true);
        const before = {
          files: readdirSync("/proc/self/fd").length,
          memory: process.memoryUsage.rss(),
        };
        for (let n = 0; n < MANY; n++) expect(await cycle()).toMatchObject({ ok: true, value: 1 });
        Bun.gc(true);
        expect(readdirSync("/proc/self/fd").length).toBeLessThan(before.files + 5);
        expect(process.memoryUsage.rss() - before.memory).toBeLessThan(64 * LEAST_MIB);
        expect(
          await gone(
            processesBelow(process.pid).filter(({ command }) => /python|bwrap/.test(command)),
          ),
        ).toEqual([]);
        expect(readdirSync(folder.path)).toEqual([]);
      },
      5000 + MANY * 500,
    );

    test(`${AT_ONCE} at once finish`, async () => {
      const code =
        "import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()\nresult = 6 * 7";
      const limits = { timeoutMs: 60_000 };
      const all = await Promise.all(
        Array.from({ length: AT_ONCE }, () => run(code, { builtins: "all", limits })),
      );
      expect(all.map((outcome) => outcome.ok && outcome.value)).toEqual(all.map(() => 42));
    }, 180_000);

    test("none outlives a host that is killed", async () => {
      const host = spawn(process.execPath, [join(import.meta.dir, "python-host.ts"), level], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await new Promise<void>((resolve) => host.stdout.once("data", () => resolve()));
      const guests = processesBelow(host.pid ?? 0);
      expect(guests.length).toBeGreaterThan(0);
      host.kill("SIGKILL");
      expect(await gone(guests)).toEqual([]);
    }, 180_000);

    test("keeps its files few and small", async () => {
      const many =
        "n = 0\nwhile True:\n    open(f'file{n}', 'wb').write(bytes(1 << 20))\n    n += 1";
      const outcome = await run(many, { builtins: "all", limits: { timeoutMs: 10_000 } });
      expect(outcome).toMatchObject({ ok: false });
      expect(!outcome.ok && outcome.failure.exception).toBe(
        level === "kernel" ? "LimitError" : "OSError",
      );
      const folders = "import os\nos.mkdir('folder')\nresult = 'made'";
      if (level === "kernel")
        expect(await run(folders, { builtins: "all" })).toMatchObject({ ok: false });
    }, 180_000);

    test("has threads, but not without end", async () => {
      const code = [
        "import threading, time",
        "threading.stack_size(32768)",
        "n = 0",
        "try:",
        "    while n < 20000:",
        "        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "        n += 1",
        "except RuntimeError:",
        "    pass",
        "result = n",
      ].join("\n");
      const outcome = await run(code, {
        builtins: "all",
        limits: { timeoutMs: 10_000, memoryMb: 0 },
      });
      const count = outcome.ok ? Number(outcome.value) : -1;
      expect(count).toBeGreaterThan(4);
      expect(count).toBeLessThan(5000);
    }, 180_000);

    test("ends at its limit of processor time", async () => {
      const outcome = await run(
        "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
        {
          builtins: "all",
          limits: { timeoutMs: 10_000, cpuMs: 1000 },
        },
      );
      expect(outcome).toMatchObject({ ok: false });
      expect(outcome.ms).toBeLessThan(patience(9000));
    }, 180_000);
  });
}
