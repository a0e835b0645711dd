import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bunDriver, nodeDriver } from "../../src/store/driver.ts";
import { SqliteStore } from "../../src/store/sqlite-store.ts";
import { folder, neverWarn, run } from "./samples.ts";
import type { SqlDriver } from "../../src/store/driver.ts";
import type { RunRecord } from "../../src/store/store.ts";

const DRIVERS = [
  ["bun:sqlite", bunDriver],
  ["node:sqlite", nodeDriver],
] as const;

describe.each(DRIVERS)("a store on %s", (name, load) => {
  test("gives back what was recorded", async () => {
    using place = folder();
    const driver = await loaded(load);
    expect(driver.name).toBe(name);
    const options = { path: place.file("stats.db"), legacyPath: null, driver, warn: neverWarn };
    const writer = new SqliteStore(options);
    const runs = [
      run({ started: 1, path: "/a\0b.rllm" }),
      run({ started: 2, outputOk: null, attempts: [] }),
    ];
    for (const each of runs) writer.record(each);
    writer.close();
    const reader = new SqliteStore(options);
    expect(reader.runs({ path: null, model: null })).toEqual(runs);
    expect(reader.programs()).toEqual(["/a\0b.rllm", "/programs/a.rllm"]);
    reader.close();
  });

  test("names what is wrong with a file", async () => {
    using place = folder();
    const path = place.file("stats.db");
    writeFileSync(path, "garbage".repeat(1000));
    const warnings: string[] = [];
    const driver = await loaded(load);
    const store = new SqliteStore({
      path,
      legacyPath: null,
      driver,
      warn: (message) => warnings.push(message),
    });
    store.record(run());
    store.record(run());
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("the file is not a SQLite database");
    store.close();
  });
});

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
      expect(said.warnings[0]).toContain("Cannot record runs: this Node has no SQLite");
    },
  );

  test.skipIf(!hasSqlite)(`for Node with SQLite it records${noSqlite}`, () => {
    const said = outcome("node", [bundle, place.file("node.db")]);
    expect(said.driver).toBe("node:sqlite");
    expect(said.runs).toHaveLength(2);
    expect(said.programs).toEqual(["/programs/a.rllm"]);
    expect(said.warnings).toEqual([]);
  });

  test("for Node it also runs on Bun", () => {
    const said = outcome(process.execPath, [bundle, place.file("bun.db")]);
    expect(said.driver).toBe("bun:sqlite");
    expect(said.runs).toHaveLength(2);
    expect(said.programs).toEqual(["/programs/a.rllm"]);
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
  }, 30_000);
});

async function loaded(load: () => Promise<SqlDriver | null>): Promise<SqlDriver> {
  const driver = await load();
  if (driver === null) throw new Error("this runtime has no such driver");
  return driver;
}

interface Outcome {
  readonly driver: string | null;
  readonly runs: readonly RunRecord[];
  readonly programs: readonly string[];
  readonly warnings: readonly string[];
}

function outcome(command: string, words: readonly string[]): Outcome {
  const { stdout, stderr, status } = spawnSync(command, words);
  if (status !== 0) throw new Error(`${command} failed: ${String(stderr)}`);
  return JSON.parse(String(stdout));
}
