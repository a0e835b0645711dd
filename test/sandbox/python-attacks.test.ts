import { describe, expect, test } from "bun:test";
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findPython } from "../../src/sandbox/python/find.ts";
import { ownTemporary } from "./own-temporary.ts";
import { brokenAttacks } from "./python-attackers.ts";
import { pythonCache, pythonHere } from "./python-here.ts";
import { gone, processesBelow } from "./suite/processes.ts";

/** Milliseconds for the whole corpus: what runs without end takes its 2 s each. */
const PATIENCE_MS = 300_000;
const versions = join(homedir(), ".pyenv/versions");
const confined = typeof (await pythonHere("kernel")) !== "string";

async function leavesNothing(
  folder: string,
  work: () => Promise<readonly string[]>,
): Promise<void> {
  const before = processesBelow(process.pid);
  expect(await work()).toEqual([]);
  const started = processesBelow(process.pid).filter(
    (found) => !before.some(({ id }) => id === found.id),
  );
  expect(await gone(started)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
}

for (const level of ["kernel", "namespaces"] as const) {
  const interpreter = await pythonHere(level);
  describe.skipIf(typeof interpreter === "string")(`attacks on Python at level ${level}`, () => {
    if (typeof interpreter === "string") return;
    const folder = ownTemporary();
    // `modullm sandbox check` runs all of them in every way; here the whole corpus runs once, where
    // most could go wrong.
    const quick = level !== "kernel";
    test(
      "hold with all of Python at hand",
      () =>
        leavesNothing(folder.path, () =>
          brokenAttacks(interpreter, { level, builtins: "all", quick }),
        ),
      PATIENCE_MS,
    );
  });
}

describe.skipIf(!confined)("attacks on other versions of Python", () => {
  const folder = ownTemporary();
  const others = existsSync(versions)
    ? readdirSync(versions).filter((name) => /^3\.(?:9|1\d)\./.test(name))
    : [];
  // The oldest, which is the farthest from the one that all else runs on.
  const ordered = others.toSorted((a, b) => Number(a.split(".")[1]) - Number(b.split(".")[1]));
  for (const version of ordered.slice(0, 1))
    test(
      `hold in ${version}`,
      async () => {
        const setting = join(versions, version, "bin/python3");
        const interpreter = await findPython({ setting, env: process.env, cache: pythonCache });
        expect(interpreter.version).toBe(version);
        const work = () =>
          brokenAttacks(interpreter, { level: "kernel", builtins: "all", quick: true });
        await leavesNothing(folder.path, work);
      },
      PATIENCE_MS,
    );
});

/** Of root's tests: run by anyone else, the others are those of an ordinary user. */
const canBecome =
  process.getuid?.() === 0 && existsSync("/usr/bin/setpriv") && existsSync("/usr/bin/python3");

describe.skipIf(!confined || !canBecome)("attacks on Python by an ordinary user", () => {
  const folder = ownTemporary();
  for (const level of ["kernel", "namespaces"] as const)
    test(
      `hold at level ${level}`,
      async () => {
        if (typeof (await pythonHere(level)) === "string") return;
        const script = join(import.meta.dir, "python-attackers.ts");
        const user = ["--reuid", "23456", "--regid", "23456", "--clear-groups"];
        const env = { PATH: "/usr/bin:/bin", TMPDIR: folder.path, HOME: folder.path };
        const run = promisify(execFile)(
          "/usr/bin/setpriv",
          [...user, process.execPath, script, level],
          { env },
        );
        expect(JSON.parse((await run).stdout)).toEqual({ user: 23_456, broken: [] });
      },
      PATIENCE_MS,
    );
});
