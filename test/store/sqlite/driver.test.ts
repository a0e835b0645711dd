import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bunDriver, nodeDriver } from "../../../src/store/sqlite/driver.ts";
import { SqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { folder, neverWarn, run } from "../samples.ts";
import { testStore } from "../suite.ts";
import type { RunRecord } from "../../../src/store/runs.ts";

const DRIVERS = [
  ["bun:sqlite", bunDriver],
  ["node:sqlite", nodeDriver],
] as const;

for (const [name, load] of DRIVERS) {
  const driver = await load();
  if (driver === null) throw new Error("this runtime has no such driver");
  testStore(`SQLite by ${name}`, () => {
    const { file, [Symbol.dispose]: dispose } = folder();
    const retention = { age: null, bytes: null };
    const options = { legacyPath: null, retention, stays: false, warn: neverWarn };
    return {
      open: async () => new SqliteStore({ ...options, path: file("stats.db"), driver }),
      [Symbol.dispose]: dispose,
    };
  });

  test(`${name} names what is wrong with a file`, async () => {
    using place = folder();
    const path = place.file("stats.db");
    writeFileSync(path, "garbage".repeat(1000));
    const warnings: string[] = [];
    const store = new SqliteStore({
      path,
      legacyPath: null,
      retention: { age: null, bytes: null },
      stays: false,
      driver,
      warn: (message) => warnings.push(message),
    });
    store.runs.append(run());
    await store.close();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("the file is not a SQLite database");
  });
}

describe("bundled", () => {
  const place = folder();
  const bundle = place.file("library.mjs");

  beforeAll(async () => {
    const built = await Bun.build({
      entrypoints: [join(import.meta.dir, "process/library.ts")],
      target: "node",
    });
    const [output] = built.outputs;
    writeFileSync(bundle, (await output?.text()) ?? "");
  });

  afterAll(() => place[Symbol.dispose]());

  const node = spawnSync("node", ["-p", "process.versions.node"]);
  const [major = 0, minor = 0] = String(node.stdout ?? "")
    .split(".")
    .map(Number);
  const hasSqlite = major > 22 || (major === 22 && minor >= 13);
  const noNode = node.status === 0 ? "" : " (skipped: no node here)";
  const noSqlite = hasSqlite ? "" : " (skipped: this node has no node:sqlite)";

  test.skipIf(noNode !== "")(
    `for Node without SQLite it records nothing and says so once${noNode}`,
    () => {
      // The flag takes node:sqlite away from those that have it.
      const words = hasSqlite ? ["--no-experimental-sqlite", bundle] : [bundle];
      const said = outcome("node", [...words, place.file("none.db")]);
      expect(said.driver).toBe(null);
      expect(said.runs).toEqual([]);
      expect(said.warnings).toHaveLength(1);
      expect(said.warnings[0]).toContain("Nothing is remembered: this Node has no SQLite");
    },
  );

  test.skipIf(!hasSqlite)(`for Node with SQLite it records${noSqlite}`, () => {
    const said = outcome("node", [bundle, place.file("node.db")]);
    expect(said.driver).toBe("node:sqlite");
    expect(said.runs).toHaveLength(2);
    expect(said.warnings).toEqual([]);
  });

  test("for Node it also runs on Bun", () => {
    const said = outcome(process.execPath, [bundle, place.file("bun.db")]);
    expect(said.driver).toBe("bun:sqlite");
    expect(said.runs).toHaveLength(2);
  });

  test("into a binary it records", async () => {
    const binary = place.file("binary");
    const entry = join(import.meta.dir, "process/library.ts");
    const words = ["build", "--compile", entry, `--outfile=${binary}`];
    const built = spawnSync(process.execPath, words, { cwd: place.path });
    expect(String(built.stderr)).not.toContain("error");
    const said = outcome(binary, [place.file("binary.db")]);
    expect(said.driver).toBe("bun:sqlite");
    expect(said.runs).toHaveLength(2);
  }, 180_000);
});

interface Outcome {
  readonly driver: string | null;
  readonly runs: readonly RunRecord[];
  readonly warnings: readonly string[];
}

function outcome(command: string, words: readonly string[]): Outcome {
  const { stdout, stderr, status } = spawnSync(command, words);
  if (status !== 0) throw new Error(`${command} failed: ${String(stderr)}`);
  return JSON.parse(String(stdout));
}
