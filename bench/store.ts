/**
 * What a long history costs: commands of the built binary on a file of a million runs (times SCALE)
 * against one of a thousand, interleaved; `stats` of all against one GROUP BY over the file; what
 * bringing a file of version 2 up to date takes.
 *   bun scripts/build.ts --binary && bun bench/store.ts [ROUNDS]
 * Exits 1 when a target is missed.
 */
import { Database } from "bun:sqlite";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../src/store/open.ts";
import { MIGRATIONS } from "../src/store/sqlite/migrate.ts";

const root = join(import.meta.dir, "..");
const binary = join(root, "dist/modullm");
const manyRuns = Math.round(1_000_000 * Number(process.env["SCALE"] ?? 1));
const rounds = Number(process.argv[2] ?? 9);
const program = join(root, "examples/summary.rllm");
const input = join(root, "examples/summary.yaml");
/** Of a command on the long file to the same on the short one: what noise leaves open. */
const TARGET = 1.3;
const TARGET_OF_ALL = 1.5;
const MOST_MEMORY_MB = 150;

const place = mkdtempSync(join(tmpdir(), "store-bench-"));
process.on("exit", () => rmSync(place, { recursive: true, force: true }));
let missed = false;

const short = await makeHome("short", 1000);
const long = await makeHome("long", manyRuns);
await compareCommands();
await compareAll();
process.exit(missed ? 1 : 0);

/** A home with a file of version 2, brought up to date by the first look at it. */
async function makeHome(name: string, runs: number): Promise<string> {
  const home = join(place, name);
  mkdirSync(join(home, "modullm"), { recursive: true });
  const path = join(home, "modullm/stats.db");
  fill(path, runs);
  const start = performance.now();
  const store = await openStore({ path, warn: (message) => console.error(message) });
  await store.runs.find("none");
  await store.close();
  const seconds = (performance.now() - start) / 1000;
  const size = (Bun.file(path).size / 2 ** 20).toFixed(0);
  console.log(`${runs} runs brought up to date in ${seconds.toFixed(1)} s (${size} MiB)`);
  return home;
}

function fill(file: string, runs: number): void {
  const database = new Database(file, { create: true });
  database.run("PRAGMA journal_mode = WAL");
  for (const { sql } of MIGRATIONS.slice(0, 2)) database.run(sql);
  database.run("PRAGMA user_version = 2");
  const insert = database.prepare(
    "INSERT INTO run VALUES (?, ?, ?, NULL, 'a', '1.0.0', ?, ?, ?, ?, 1, ?, ?)",
  );
  database.transaction(() => {
    for (let index = 0; index < runs; index++) {
      const path = index % 5 < 3 ? program : `/programs/${index % 97}.rllm`;
      const model = index % 8 === 0 ? "builtin/baseline" : "openai/gpt-4o-mini";
      const ms = 200 + ((index * 7919) % 5000);
      const ok = index % 50 > 0;
      const attempts = [
        {
          model,
          ms,
          promptTokens: 500 + (index % 300),
          completionTokens: 100 + (index % 200),
          usd: index % 8 === 0 ? 0 : 0.0004,
          error: ok ? null : "RLLM_013",
          edits: index % 7 === 0 ? ["trailing-comma"] : [],
        },
      ];
      const at = 1_700_000_000_000 + index * 1000;
      const error = ok ? null : "RLLM_013";
      const json = JSON.stringify(attempts);
      insert.run(path, at, crypto.randomUUID(), model, ms, ok ? 1 : 0, error, ok ? 1 : 0, json);
    }
  })();
  database.close();
}

async function compareCommands(): Promise<void> {
  const commands: Record<string, string[]> = {
    run: ["run", program, "--input-file", input],
    "stats FILE": ["stats", program],
    "stats FILE --model": ["stats", program, "--model", "openai/gpt-4o-mini"],
    exectime: ["exectime", program, "--model", "openai/gpt-4o-mini"],
    "runs list": ["runs", "list", "--json"],
    "runs list --status": ["runs", "list", "--status", "failed", "--json"],
    "runs list --program": ["runs", "list", "--program", program, "--json"],
  };
  for (const [name, words] of Object.entries(commands)) {
    const times: Record<string, number[]> = { [short]: [], [long]: [] };
    for (let round = 0; round < rounds; round++)
      for (const home of [short, long]) times[home]?.push((await take(home, words)).ms);
    const [few, many] = [median(times[short] ?? []), median(times[long] ?? [])];
    say(name, many, many / few, TARGET);
  }
}

async function compareAll(): Promise<void> {
  const [own, grouped]: [number[], number[]] = [[], []];
  let memory = 0;
  for (let round = 0; round < rounds; round++) {
    const taken = await take(long, ["stats"]);
    own.push(taken.ms);
    memory = Math.max(memory, taken.memory);
    const start = performance.now();
    const database = new Database(join(long, "modullm/stats.db"), { readonly: true });
    database
      .query("SELECT path, model, count(*), sum(ok), sum(ms) FROM run GROUP BY path, model")
      .all();
    database.close();
    grouped.push(performance.now() - start);
  }
  say("stats of all, to GROUP BY", median(own), median(own) / median(grouped), TARGET_OF_ALL);
  const over = memory > MOST_MEMORY_MB;
  missed ||= over;
  console.log(
    `memory of it         ${memory.toFixed(0)} MB  (target ${MOST_MEMORY_MB} ` +
      `MB)${over ? "  MISSED" : ""}`,
  );
}

async function take(
  home: string,
  words: readonly string[],
): Promise<{ ms: number; memory: number }> {
  const start = performance.now();
  const child = Bun.spawn([binary, ...words], {
    env: { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const exit = await child.exited;
  const ms = performance.now() - start;
  if (exit !== 0)
    throw new Error(`${words.join(" ")} exits ${exit}: ${await new Response(child.stderr).text()}`);
  return { ms, memory: (child.resourceUsage()?.maxRSS ?? 0) / 1e6 };
}

function say(name: string, ms: number, ratio: number, target: number): void {
  missed ||= ratio > target;
  console.log(
    `${name.padEnd(28)} ${ms.toFixed(1).padStart(7)} ms  ${ratio.toFixed(2)}x  (target ` +
      `${target}x)${ratio > target ? "  MISSED" : ""}`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
