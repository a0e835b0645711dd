import { beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../src/plugin/conformance/report.ts";
import { makeFolder, worldOf } from "../cli/command-line.ts";

const BINARY = join(import.meta.dir, "../../dist/modullm");

beforeAll(() => {
  if (!existsSync(BINARY)) throw new Error(`there is no ${BINARY}: run npm run build first`);
});

test("the binary writes a TypeScript plugin, tests it and runs its test where there is no other program", () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "nothing"));
  const env = { ...worldOf(folder), PATH: join(folder, "nothing") };
  const made = spawnSync(BINARY, ["plugins", "new", "--lang", "ts", "acme"], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  expect({ status: made.status, stderr: made.stderr }).toEqual({ status: 0, stderr: "" });

  const tested = spawnSync(BINARY, ["plugins", "test", "./acme"], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  const report = JSON.parse(tested.stdout) as Report;
  expect(report.checks.filter(({ status }) => status === "failed")).toEqual([]);
  expect(report).toMatchObject({ ok: true, plugin: { name: "acme" } });

  const at = {
    cwd: join(folder, "acme"),
    env: { ...env, BUN_BE_BUN: "1" },
    encoding: "utf8",
  } as const;
  const own = spawnSync(BINARY, ["test"], at);
  expect({ status: own.status, passed: /\b1 pass\b/.test(own.stderr) }).toEqual({
    status: 0,
    passed: true,
  });
  rmSync(folder, { recursive: true });
}, 180_000);
