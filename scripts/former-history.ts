/**
 * Takes over a history of runllm 0.1 of a million runs (times SCALE), as the first look at the
 * history does, and holds what is there behind it against what was.
 *   bun scripts/former-history.ts
 * Exits 1 when anything is lost.
 */
import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../src/store/open.ts";

const count = Math.round(1_000_000 * Number(process.env["SCALE"] ?? 1));
const folder = mkdtempSync(join(tmpdir(), "former-history-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const legacyPath = join(folder, "old.db");
const before = fill(legacyPath, count);
const start = performance.now();
const warn = (message: string): void => console.error(message);
const store = await openStore({ path: join(folder, "stats.db"), legacyPath, warn });
const rows = await store.runs.summaries({ path: null, model: null });
await store.close();
const seconds = ((performance.now() - start) / 1000).toFixed(1);
const after = {
  runs: sum(rows.map((row) => row.runs)),
  ok: sum(rows.map((row) => row.ok)),
  ms: sum(rows.map((row) => row.ms)),
  prompt: sum(rows.map((row) => row.prompt.sum)),
  completion: sum(rows.map((row) => row.completion.sum)),
};
const lost = JSON.stringify(after) !== JSON.stringify(before);
const memory = (process.resourceUsage().maxRSS / 1024).toFixed(0);
console.log(`${count} runs of 0.1 taken over in ${seconds} s, ${memory} MB of memory`);
if (lost) console.log(`MISSED: ${JSON.stringify(before)} became ${JSON.stringify(after)}`);
process.exit(lost ? 1 : 0);

/** @returns sums over all runs */
function fill(file: string, runs: number): typeof after {
  const database = new Database(file, { create: true });
  database.run(
    `CREATE TABLE executions (id INTEGER PRIMARY KEY, app_path TEXT, model TEXT, latency_ms REAL,
      prompt_tokens INTEGER, completion_tokens INTEGER, success INTEGER, error_code TEXT, created_at TEXT)`,
  );
  const insert = database.prepare("INSERT INTO executions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const sums = { runs, ok: 0, ms: 0, prompt: 0, completion: 0 };
  database.transaction(() => {
    for (let index = 0; index < runs; index++) {
      const path = `/programs/${index % 97}.rllm`;
      const model = index % 8 === 0 ? "ollama/llama3" : "openai/gpt-4o-mini";
      const [ms, prompt, completion] = [
        200 + ((index * 7919) % 5000),
        500 + (index % 300),
        index % 200,
      ];
      const [ok, error] = index % 50 > 0 ? [1, null] : [0, "RLLM_013"];
      const at = new Date(1_700_000_000_000 + index * 1000).toISOString();
      insert.run(index, path, model, ms, prompt, completion, ok, error, at);
      sums.ok += ok;
      sums.ms += ms;
      sums.prompt += prompt;
      sums.completion += completion;
    }
  })();
  database.close();
  return sums;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
