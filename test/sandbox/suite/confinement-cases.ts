import { expect } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { type Case, type Ground, valueOf } from "./case.ts";
import { gone, processesBelow } from "./processes.ts";

/**
 * What no code may do, however it was opened: what the level promises is shown in full by the
 * attack corpus.
 */
export const CONFINEMENT_CASES = {
  "shows nothing of the host's environment": {
    async check(ground) {
      process.env["SANDBOX_SUITE_SECRET"] = "swordfish";
      try {
        expect(await reach(ground, ground.snippets.environment("SANDBOX_SUITE_SECRET"))).toBe(
          "none",
        );
      } finally {
        delete process.env["SANDBOX_SUITE_SECRET"];
      }
    },
  },
  "reaches no server of this machine": {
    async check(ground) {
      let connections = 0;
      const server = createServer((socket) => {
        connections++;
        socket.destroy();
      });
      await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      expect(await reach(ground, ground.snippets.connects(port))).not.toBe("reached");
      expect(connections).toBe(0);
      await new Promise((resolve) => void server.close(resolve));
    },
  },
  "reads and writes no file of this machine": {
    async check(ground) {
      // Not in the temporary folder: that is where its own files may be.
      const folder = mkdtempSync("/var/tmp/sandbox-suite-");
      try {
        const secret = join(folder, "secret");
        writeFileSync(secret, "swordfish");
        expect(await reach(ground, ground.snippets.reads(secret))).not.toBe("read");
        await reach(ground, ground.snippets.writes(join(folder, "new")));
        expect(existsSync(join(folder, "new"))).toBe(false);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
  "leaves no process that the code started": {
    only: "python",
    async check(ground) {
      const forks = [
        "import os, time",
        "try:",
        "    if os.fork() == 0:",
        "        os.setsid()",
        "        time.sleep(60)",
      ];
      const code = [
        ...forks,
        "    result = 'forked'",
        "except Exception as error:",
        "    result = repr(error)",
      ].join("\n");
      const session = await ground.open({ builtins: "all" });
      const before = processesBelow(process.pid);
      expect(valueOf(await session.run(code, {}))).toBeString();
      const started = processesBelow(process.pid).filter(
        ({ id }) => !before.some((old) => old.id === id),
      );
      await session.close();
      expect(await gone(started)).toEqual([]);
    },
  },
} satisfies Record<string, Case>;

/** What code with all that its language has makes of it. */
async function reach({ run }: Ground, code: string): Promise<unknown> {
  return valueOf(await run(code, { builtins: "all" }));
}
