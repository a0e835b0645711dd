import { expect, test } from "bun:test";
import { join } from "node:path";
import { memoryOf } from "../../src/process/memory.ts";
import { chat, isAlive, startFaulty, until } from "./faulty.ts";

const PROGRAM = join(import.meta.dir, "host-program.ts");
const MIB = 1024 * 1024;

test.each(["SIGKILL", "SIGTERM", "SIGHUP"] as const)(
  "a host that dies of %s leaves no plugin running",
  async (signal) => {
    const host = Bun.spawn([process.execPath, "run", PROGRAM], {
      stdout: "pipe",
      env: { ...process.env, BUN_BE_BUN: "1" },
    });
    const reader = host.stdout.getReader();
    const { value } = await reader.read();
    const pids: number[] = JSON.parse(new TextDecoder().decode(value));
    expect(pids).toHaveLength(4);
    expect(pids.map(isAlive)).toEqual([true, true, true, true]);
    host.kill(signal);
    await host.exited;
    expect(await until(() => !pids.some(isAlive))).toBe(true);
  },
);

test("1,000 chats leave memory as it was, the host's and the plugin's", async () => {
  const { host } = startFaulty("none");
  async function chats(count: number): Promise<void> {
    for (let n = 0; n < count; n += 10)
      await Promise.all(Array.from({ length: 10 }, () => chat(host)));
  }
  const look = async () => {
    Bun.gc(true);
    return { host: process.memoryUsage.rss(), plugin: (await memoryOf(host.pid ?? 0)) ?? 0 };
  };
  await chats(1000);
  const before = await look();
  const { pid } = host;
  await chats(1000);
  const after = await look();
  expect(host.pid).toBe(pid);
  expect(after.host - before.host).toBeLessThan(16 * MIB);
  if (process.platform === "linux") expect(before.plugin).toBeGreaterThan(5 * MIB);
  expect(after.plugin - before.plugin).toBeLessThan(16 * MIB);
  await host.close();
});
