import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm, programText } from "./command-line.ts";

const BASELINE = programText({ llm: "{model: builtin/baseline}" });

test("stats tells the runs that runllm 0.1 recorded, where it recorded them", async () => {
  const folder = makeFolder({ "a.rllm": BASELINE });
  recordWithRunllm(folder, 3);
  const { total_runs: runs } = (await modullm(["stats", "a.rllm"], { folder })).json() as Stats;
  expect(runs).toBe(3);
});

test("stats tells them in a home whose new statistics were opened before", async () => {
  const folder = makeFolder({ "a.rllm": BASELINE });
  await modullm(["run", "a.rllm", "--text", "x"], { folder });
  recordWithRunllm(folder, 2);
  for (let time = 0; time < 2; time++) {
    const { total_runs: runs } = (await modullm(["stats", "a.rllm"], { folder })).json() as Stats;
    expect(runs).toBe(3);
  }
});

test("a pipe in the place of the old statistics is said, and waited for by nobody", async () => {
  const folder = makeFolder({ "a.rllm": BASELINE });
  mkdirSync(join(folder, "config/runllm"), { recursive: true });
  spawnSync("mkfifo", [join(folder, "config/runllm/stats.db")]);
  const stats = await modullm(["stats", "a.rllm"], { folder });
  expect(stats.exit).toBe(0);
  expect(stats.stderr).toContain("it is no regular file");
});

interface Stats {
  readonly total_runs: number;
}

/** A file as 0.1 leaves it, with so many runs of `a.rllm`. */
function recordWithRunllm(folder: string, runs: number): void {
  const home = join(folder, "config/runllm");
  mkdirSync(home, { recursive: true });
  const database = new Database(join(home, "stats.db"));
  const texts = ["app_path", "app_name", "model"];
  const flags = ["success", "output_schema_ok", "input_schema_ok"];
  const counts = ["latency_ms", "prompt_tokens", "completion_tokens", "total_tokens"];
  const numbers = [...flags, ...counts];
  const columns = [
    ...texts.map((name) => `${name} TEXT`),
    ...numbers.map((name) => `${name} REAL`),
  ];
  database.run(
    `CREATE TABLE runs (id INTEGER PRIMARY KEY, ${columns.join(", ")},
     created_at DATETIME DEFAULT CURRENT_TIMESTAMP)`,
  );
  database.run("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)");
  const insert = database.prepare(
    `INSERT INTO runs (${[...texts, ...numbers].join(", ")})
     VALUES (?, 'a', 'local/test', 1, 1, 1, 120.5, 10, 6, 16)`,
  );
  for (let run = 0; run < runs; run++) insert.run(join(folder, "a.rllm"));
  database.close();
}
