/**
 * `modullm map` of the built binary over a million rows (times SCALE) on the model that is built
 * in, statistics on, beside a loop of the library over the same rows in a process of its own.
 *   npx bun scripts/build.ts --binary && npx bun bench/map.ts
 * Exits 1 when a target is missed: 0.8x of the loop's rate, 150 MB.
 */
import { createReadStream, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { open } from "../src/index.ts";

const SCALE = Number(process.env["SCALE"] ?? 1);
const ROWS = Math.max(1000, Math.round(1_000_000 * SCALE));
const OF_LOOP = 0.8;
const MOST_MEMORY = 150;
const CONCURRENCY = 4;
const binary = join(import.meta.dir, "../dist/modullm");

const PROGRAM = `---
name: copy
description: Copies a text
version: 1.0.0
author: ModuLLM
max_context_window: 1000
input_schema:
  type: object
  properties: {text: {type: string}}
  required: [text]
output_schema:
  type: object
  properties: {ok: {const: true}}
  required: [ok]
llm: {model: builtin/baseline}
llm_params: {}
---
{{input.text}}
`;

async function compare(): Promise<number> {
  if (!existsSync(binary)) throw new Error("dist/modullm is not there: npm run build");
  const folder = mkdtempSync(join(tmpdir(), "bench-map-"));
  const path = (name: string): string => join(folder, name);
  writeFileSync(path("copy.rllm"), PROGRAM);
  const rows = Array.from({ length: ROWS }, (_, at) => JSON.stringify({ text: `row ${at}` }));
  writeFileSync(path("rows.jsonl"), `${rows.join("\n")}\n`);
  const loop = await measure(folder, [process.execPath, import.meta.path, "--loop"]);
  const words = `map copy.rllm rows.jsonl --output out.jsonl --concurrency ${CONCURRENCY}`;
  const map = await measure(folder, [binary, ...words.split(" ")]);
  rmSync(folder, { recursive: true, force: true });
  const ratio = loop.seconds / map.seconds;
  console.log(`${ROWS} rows: the library's loop ${rate(loop)}, ${loop.megabytes.toFixed(0)} MB`);
  console.log(`  map ${rate(map)}, ${map.megabytes.toFixed(0)} MB: ${ratio.toFixed(2)}x`);
  const missed = ratio < OF_LOOP || map.megabytes > MOST_MEMORY;
  console.log(`wanted: ${OF_LOOP}x, ${MOST_MEMORY} MB: ${missed ? "MISSED" : "held"}`);
  return missed ? 1 : 0;
}

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

async function measure(cwd: string, words: readonly string[]): Promise<Measured> {
  const start = performance.now();
  const child = Bun.spawn([...words], {
    cwd,
    env: { PATH: process.env["PATH"], HOME: join(cwd, words.at(-1) ?? "") },
    stdout: "ignore",
    stderr: "inherit",
  });
  const status = await child.exited;
  if (status !== 0) throw new Error(`status ${status} of ${words.join(" ")}`);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, megabytes: (child.resourceUsage()?.maxRSS ?? 0) / 1e6 };
}

function rate({ seconds }: Measured): string {
  return `${(ROWS / seconds).toFixed(0)} rows a second`;
}

/** What somebody writes who has the library and no `map`. */
async function runLoop(): Promise<void> {
  const app = await open();
  const loaded = await app.load("copy.rllm");
  const lines = createInterface({ input: createReadStream("rows.jsonl") })[Symbol.asyncIterator]();
  async function work(): Promise<void> {
    for (let next = await lines.next(); !next.done; next = await lines.next())
      await app.run(loaded, JSON.parse(next.value));
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  await app.close();
}

if (process.argv.includes("--loop")) await runLoop();
else process.exit(await compare());
