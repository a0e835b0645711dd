/**
 * Maps 10,000 rows (times SCALE) on a faulty server, kills the process at 40 random moments and
 * goes on each time. Exits 1 when a row is not exactly once in the output, when a row was asked for
 * again whose answer the journal had, or when the costs are not what the server counted.
 *   bun scripts/soak-map.ts [SEED]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCALE = Number(process.env["SCALE"] ?? 1);
const ROWS = Math.max(200, Math.round(10_000 * SCALE));
const KILLS = Math.max(4, Math.round(40 * Math.min(1, SCALE * 5)));
const CONCURRENCY = 16;
const seed = Number(process.argv[2] ?? 1);
const MAIN = join(import.meta.dir, "../src/main.ts");

const PROGRAM = `---
name: label
description: Labels a text
version: 1.0.0
author: ModuLLM
max_context_window: 4000
input_schema:
  type: object
  properties: {id: {type: integer}, text: {type: string}}
  required: [id, text]
output_schema:
  type: object
  properties: {id: {type: integer}, label: {type: string}}
  required: [id, label]
llm: {model: openai/gpt-4o-mini}
llm_params: {}
---
Row <{{input.id}}>: {{input.text}}
`;

let state = seed >>> 0;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

/** Of each row, how often it was answered well; and all that was counted. */
const answered = new Map<number, number>();
let promptTokens = 0;
let completionTokens = 0;

const server = Bun.serve({
  port: 0,
  async fetch(request) {
    const body = JSON.stringify(await request.json());
    const id = Number(/Row <(\d+)>/.exec(body)?.[1]);
    await Bun.sleep(random() * 10);
    const luck = random();
    if (luck < 0.05) return new Response("busy", { status: 503, headers: { "retry-after": "0" } });
    if (luck < 0.07) return Response.json({ error: { message: "no" } }, { status: 500 });
    const isGood = luck > 0.12;
    const content = isGood ? JSON.stringify({ id, label: `row ${id}` }) : "I do not know.";
    if (isGood) answered.set(id, (answered.get(id) ?? 0) + 1);
    promptTokens += 20;
    completionTokens += 7;
    return Response.json({
      model: "gpt-4o-mini",
      choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
      usage: { prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 },
    });
  },
});

const folder = mkdtempSync(join(tmpdir(), "soak-map-"));
const path = (name: string): string => join(folder, name);
writeFileSync(path("label.rllm"), PROGRAM);
const rows = Array.from({ length: ROWS }, (_, at) =>
  JSON.stringify({ id: at + 1, text: "a text" }),
);
writeFileSync(path("rows.jsonl"), `${rows.join("\n")}\n`);

function start(...more: readonly string[]) {
  return Bun.spawn(
    [process.execPath, MAIN, "map", "label.rllm", "rows.jsonl", "--output", "out.jsonl"].concat(
      ["--concurrency", String(CONCURRENCY), "--max-retries", "6"],
      more,
    ),
    {
      cwd: folder,
      env: {
        PATH: process.env["PATH"],
        HOME: folder,
        OPENAI_API_KEY: "sk-none",
        OPENAI_BASE_URL: `http://127.0.0.1:${server.port}/v1`,
      },
      stdout: "pipe",
      stderr: "ignore",
    },
  );
}

const faults: string[] = [];
/** The rows whose answers the journal had when a process ended, and how often each was answered. */
let known = new Map<number, number>();

/** What the journal has is never asked for again. */
function checkJournal(): void {
  for (const [id, count] of known)
    if (answered.get(id) !== count) faults.push(`row ${id} was asked for again`);
  known = new Map();
  for (const line of readFileSync(path("out.jsonl.journal"), "utf8").split("\n").slice(1, -1)) {
    const { row, ok } = JSON.parse(line);
    if (ok) known.set(row, answered.get(row) ?? 0);
  }
}

// Each process does its share of the rows before it is killed, so that every part is reached.
for (let kill = 0; kill < KILLS; kill++) {
  const child = start();
  const goal = answered.size + (ROWS - answered.size) / (KILLS - kill + 1);
  while (answered.size < goal && child.exitCode === null) await Bun.sleep(random() * 20);
  await Bun.sleep(random() * 30);
  child.kill("SIGKILL");
  await child.exited;
  // What it had sent is counted before it is held against the journal.
  await Bun.sleep(50);
  checkJournal();
}
await start().exited;
checkJournal();
await start("--retry-failed").exited;
checkJournal();
const finish = start();
const report = JSON.parse(await new Response(finish.stdout).text());
const status = await finish.exited;
checkJournal();
const lines = readFileSync(path("out.jsonl"), "utf8").split("\n").slice(0, -1);
const failed = report.failed as number;
if (lines.length + failed !== ROWS) faults.push(`${lines.length} lines and ${failed} failed`);
const ids = lines.map((line) => JSON.parse(line).id as number);
if (new Set(ids).size !== ids.length) faults.push("a row stands in the output twice");
if (ids.some((id, at) => at > 0 && id <= (ids[at - 1] ?? 0))) faults.push("the order is wrong");
const most = KILLS * CONCURRENCY;
const doubled = [...answered.values()].reduce((sum, count) => sum + count - 1, 0);
if (doubled > most) faults.push(`${doubled} answers were asked for again, ${most} were under way`);
// What was under way when a process was killed was counted by the server alone.
const missing = (promptTokens - report.prompt_tokens) / 20;
if (missing < 0 || missing > most) faults.push(`${missing} calls are not in the sum`);
if (report.completion_tokens * 20 !== report.prompt_tokens * 7) faults.push("the sums don't match");
console.log(
  `${ROWS} rows, ${KILLS} kills: ${ids.length} answered, ${failed} failed, status ${status}; ` +
    `${doubled} answers under way at a kill were asked for again, ${missing} calls of ` +
    `${promptTokens / 20} uncounted`,
);
await server.stop(true);
rmSync(folder, { recursive: true, force: true });
for (const fault of faults) console.log(`WRONG: ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
