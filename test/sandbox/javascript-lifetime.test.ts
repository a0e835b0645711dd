import { expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createJavaScriptSandbox } from "../../src/sandbox/js/javascript.ts";
import { gone, processesBelow } from "./suite/processes.ts";

const never = new AbortController().signal;
const LINUX = process.platform === "linux";
const LONG_MS = 120_000;

/** Descriptors of this process. */
function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

/** MiB that this process holds. */
function resident(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
}

test(
  "fifty sessions at once finish, each with its own value",
  async () => {
    const sandbox = createJavaScriptSandbox();
    const runs = Array.from({ length: 50 }, async (_, n) => {
      const session = await sandbox.open({ limits: { timeoutMs: 30_000 } }, never);
      const outcome = await session.run(
        "let sum = 0; for (let i = 0; i <= n; i++) sum += i; result = sum",
        { n },
      );
      await session.close();
      return outcome.ok ? outcome.value : outcome.failure;
    });
    expect(await Promise.all(runs)).toEqual(
      Array.from({ length: 50 }, (_, n) => (n * (n + 1)) / 2),
    );
    await sandbox.close();
  },
  LONG_MS,
);

test.skipIf(!LINUX)(
  "three hundred sessions in a row leave no process, descriptor or memory (counted in /proc)",
  async () => {
    const before = processesBelow(process.pid);
    const sandbox = createJavaScriptSandbox({ warm: 1 });
    async function runs(count: number): Promise<void> {
      for (let n = 0; n < count; n++) {
        const session = await sandbox.open({}, never);
        const outcome = await session.run("result = { n, text: 'x'.repeat(10000) }", { n });
        expect(outcome.ok && outcome.value).toMatchObject({ n });
        await session.close();
      }
    }
    await runs(60);
    const [files, memory] = [descriptors(), resident()];
    await runs(240);
    expect(descriptors()).toBeLessThanOrEqual(files + 3);
    expect(resident()).toBeLessThan(memory + 40);
    await sandbox.close();
    expect(
      await gone(
        processesBelow(process.pid).filter(({ id }) => !before.some((old) => old.id === id)),
      ),
    ).toEqual([]);
  },
  LONG_MS,
);

test.skipIf(!LINUX).each([
  ["in a loop", "for (;;);"],
  ["in a built-in function", "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)"],
])(
  "no guest outlives a host that is killed while code is %s",
  async (_, code) => {
    const host = spawn(process.execPath, [join(import.meta.dir, "javascript-host.ts"), code], {
      stdio: "pipe",
    });
    await new Promise((resolve) => host.stdout.once("data", resolve));
    await Bun.sleep(300);
    const guests = processesBelow(host.pid ?? 0);
    expect(guests.length).toBeGreaterThanOrEqual(2);
    host.kill("SIGKILL");
    expect(await gone(guests)).toEqual([]);
  },
  LONG_MS,
);

test("a process kept warm keeps no program from ending", () => {
  const program = `
    import { createJavaScriptSandbox } from ${JSON.stringify(join(import.meta.dir, "../../src/sandbox/js/javascript.ts"))};
    const sandbox = createJavaScriptSandbox({ warm: 1 });
    sandbox.prepare();
    const session = await sandbox.open({}, new AbortController().signal);
    const outcome = await session.run("result = 6 * 7", {});
    await session.close();
    process.stdout.write(JSON.stringify(outcome.ok && outcome.value));
  `;
  const ended = spawnSync(process.execPath, ["-e", program], {
    encoding: "utf8",
    timeout: 120_000,
  });
  expect(ended).toMatchObject({ status: 0, stdout: "42" });
}, 180_000);

test("a session takes the process that was prepared", async () => {
  const sandbox = createJavaScriptSandbox();
  const before = processesBelow(process.pid);
  sandbox.prepare();
  sandbox.prepare();
  const started = processesBelow(process.pid).filter(
    ({ id }) => !before.some((old) => old.id === id),
  );
  if (LINUX) expect(started).toHaveLength(1);
  const session = await sandbox.open({}, never);
  const opened = processesBelow(process.pid).filter(
    ({ id }) => !before.some((old) => old.id === id),
  );
  expect(opened.map(({ id }) => id)).toEqual(started.map(({ id }) => id));
  await session.close();
  await sandbox.close();
}, 180_000);

test("a prepared process that has died is not taken", async () => {
  const sandbox = createJavaScriptSandbox();
  const before = processesBelow(process.pid);
  sandbox.prepare();
  const [started] = processesBelow(process.pid).filter(
    ({ id }) => !before.some((old) => old.id === id),
  );
  if (started) process.kill(started.pid, "SIGKILL");
  await Bun.sleep(100);
  const session = await sandbox.open({}, never);
  expect(await session.run("result = 1", {})).toMatchObject({ ok: true, value: 1 });
  await sandbox.close();
  expect(session.alive).toBe(false);
}, 180_000);
