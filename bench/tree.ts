/**
 * A tree of 1,111 programs (each uses ten, three levels down): validating it against reading each file alone, and running it
 * on an instant model with statistics on, a node, against the single run of one program.
 *   bun bench/tree.ts
 * Exits 1 when a target is missed.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineTools } from "../src/engine/engine.ts";
import { runProgram } from "../src/engine/run.ts";
import { loadProgram } from "../src/library/load.ts";
import { readProgram } from "../src/library/read.ts";
import { validateProgram } from "../src/library/validate.ts";
import type { Model } from "../src/model/model.ts";
import { createSandboxes } from "../src/sandbox/sandboxes.ts";
import { openStore } from "../src/store/open.ts";
import { createRecorder } from "../src/store/recorder.ts";

const WIDTH = 10;
const DEPTH = 3;
const ROUNDS = 30;
const TARGETS = { validate: 2, run: 1.5 };

const folder = mkdtempSync(join(tmpdir(), "tree-bench-"));
const files: string[] = [];
write("p", 0);
const root = join(folder, "p.rllm");
const single = join(folder, "p0000.rllm".replace("0000", "0".repeat(DEPTH)));

const model: Model = {
  id: "instant/model",
  window: null,
  async ready() {},
  async *call() {
    yield { type: "text", text: '{"out":"x"}' };
    yield { type: "finish", reason: "stop", usage: { prompt_tokens: 1, completion_tokens: 1 }, served: null };
  },
};
let id = 0;
const tools: EngineTools = {
  model: async () => model,
  catalog: { facts: async () => null },
  tokens: { bound: (text) => text.length, count: async (text) => text.length },
  clock: { now: () => Date.now(), ticks: () => performance.now(), after: () => () => {} },
  sandboxes: createSandboxes({
    settings: { require: null, experimental: false, trustedPython: true, python: null, image: null },
    env: process.env,
    cache: tmpdir(),
  }),
  answers: null,
  proved: new WeakSet(),
  newId: () => `run-${++id}`,
  sketch: () => "",
};

const [reading, validating, aNode, alone]: number[][] = [[], [], [], []];
for (let round = 0; round < 3; round++) {
  reading?.push(await timed(async () => void (await Promise.all(files.map((file) => readProgram(file))))));
  validating?.push(await timed(async () => void (await validateProgram(root))));
}
const store = await openStore({ path: join(folder, "stats.db"), warn: (message) => console.error(message) });
const options = { listener: createRecorder(store) };
const tree = await loadProgram(root);
const leaf = await loadProgram(single);
for (let round = 0; round < ROUNDS; round++) {
  aNode?.push(await timed(async () => void (await runProgram(tree, { text: "x" }, tools, options))));
  alone?.push(
    await timed(async () => {
      for (let run = 0; run < files.length; run++) await runProgram(leaf, { text: "x" }, tools, options);
    }),
  );
}

let missed = false;
report("validate the tree", median(validating), "read each file alone", median(reading), TARGETS.validate, "ms");
report(
  "run, a node",
  (median(aNode) / files.length) * 1000,
  "run one program",
  (median(alone) / files.length) * 1000,
  TARGETS.run,
  "µs",
);
store.close();
process.exit(missed ? 1 : 0);

function write(name: string, depth: number): void {
  const children = depth === DEPTH ? [] : Array.from({ length: WIDTH }, (_, index) => `${name}${index}`);
  const uses = children.map(
    (child) => `  - { name: ${child}, path: ./${child}.rllm, with: { text: "{{input.text}}" } }`,
  );
  const lines = [
    `name: ${name}`,
    "description: one of many",
    "version: 0.1.0",
    "author: bench",
    "max_context_window: 10000",
    "input_schema: { type: object, properties: { text: { type: string } }, required: [text], additionalProperties: false }",
    "output_schema: { type: object, properties: { out: { type: string } }, required: [out], additionalProperties: false }",
    "llm: { model: instant/model }",
    "llm_params: {}",
    ...(uses.length > 0 ? ["uses:", ...uses] : []),
  ];
  const file = join(folder, `${name}.rllm`);
  writeFileSync(
    file,
    `---\n${lines.join("\n")}\n---\n{{input.text}} ${children.map((child) => `{{uses.${child}.out}}`).join(" ")}`,
  );
  files.push(file);
  for (const child of children) write(child, depth + 1);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function report(what: string, own: number, than: string, base: number, target: number, unit: string): void {
  const ratio = own / base;
  missed ||= ratio > target;
  const verdict = ratio > target ? "  MISSED" : "";
  console.log(
    `${what}: ${own.toFixed(1)} ${unit}, ${than}: ${base.toFixed(1)} ${unit}, ${ratio.toFixed(2)}x (target ${target}x)${verdict}`,
  );
}

function median(values: readonly number[] | undefined): number {
  return (values ?? []).toSorted((a, b) => a - b)[Math.floor((values ?? []).length / 2)] ?? Number.NaN;
}
