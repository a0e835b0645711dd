import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createJavaScriptSandbox, javaScriptLevel } from "../../src/sandbox/js/javascript.ts";
import { processesBelow } from "./suite/processes.ts";

const KERNEL = javaScriptLevel() === "kernel";

test.skipIf(!KERNEL)(
  "the process of a guest can do nothing to the machine (only where the kernel confines it)",
  () => {
    // Its output has to be a pipe: it can write no files.
    const script = join(import.meta.dir, "javascript-confinement.ts");
    const { stdout } = spawnSync(process.execPath, [script], {
      encoding: "utf8",
      timeout: 120_000,
    });
    const { came, user } = JSON.parse(stdout) as { came: Record<string, string>; user: number };
    expect(Object.entries(came).filter(([, what]) => what === "done")).toEqual([]);
    expect(Object.keys(came)).toHaveLength(7);
    expect(user).not.toBe(0);
    expect(existsSync("/tmp/modullm-pwn-guest")).toBe(false);
  },
);

test.skipIf(!KERNEL)(
  "every thread of a guest is under the filter, with no privileges, no core and no descriptor of the host",
  async () => {
    const sandbox = createJavaScriptSandbox();
    const before = processesBelow(process.pid);
    const session = await sandbox.open({}, new AbortController().signal);
    const [guest] = processesBelow(process.pid).filter(
      ({ id }) => !before.some((old) => old.id === id),
    );
    const pid = guest?.pid ?? 0;
    for (const task of new Bun.Glob("*").scanSync({ cwd: `/proc/${pid}/task`, onlyFiles: false })) {
      const status = readFileSync(`/proc/${pid}/task/${task}/status`, "utf8");
      expect(status).toMatch(/Seccomp:\s+2/);
      expect(status).toMatch(/NoNewPrivs:\s+1/);
      expect(status).toMatch(/CapEff:\s+0+\n/);
    }
    const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
    expect(limits).toMatch(/Max core file size\s+0\s+0/);
    expect(limits).toMatch(/Max file size\s+0\s+0/);
    expect(limits).toMatch(/Max cpu time\s+6\d\s+6\d/);
    await session.close();
    await sandbox.close();
  },
);
