/**
 * A tree of 1,111 programs (each uses ten, three levels down): validating it against reading each
 * file alone, validating each of its files against the root alone, and running it on an instant
 * model, a node, against single runs of its leaves, with statistics and without.
 *   bun bench/tree.ts
 * Exits 1 when a target is missed.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instantModel, instantTools } from "./instant.ts";
import { type AloneOptions, runAlone } from "../test/engine/alone.ts";
import { type LoadedProgram, loadProgram } from "../src/library/load.ts";
import { readProgram } from "../src/library/read.ts";
import { createValidator, validateProgram } from "../src/library/validate.ts";
import { openStore } from "../src/store/open.ts";
import { createRecorder } from "../src/store/recorder.ts";

const WIDTH = 10;
const DEPTH = 3;
const ROUNDS = 30;
const TARGETS = { validate: 2, all: 1.3, run: 1.5 };

const folder = mkdtempSync(join(tmpdir(), "tree-bench-"));
const files: string[] = [];
write("p", 0);
const root = join(folder, "p.rllm");

const model = instantModel("instant/model", '{"out":"x"}');
const tools = instantTools(async () => model);

const [reading, validating, all]: number[][] = [[], [], []];
for (let round = 0; round < 3; round++) {
  reading?.push(
    await timed(async () => void (await Promise.all(files.map((file) => readProgram(file))))),
  );
  validating?.push(await timed(async () => void (await validateProgram(root))));
  all?.push(
    await timed(async () => {
      const validator = createValidator({}, new Set(files));
      for (const file of files) await validator.validate(file);
    }),
  );
}
const store = await openStore({
  path: join(folder, "stats.db"),
  warn: (message) => console.error(message),
});
const tree = await loadProgram(root);
const leaves = leavesOf(tree);
const [leaf] = leaves;
if (!leaf) throw new Error("the tree has no leaves");
const recorded = await runs({ listener: createRecorder(store) }, leaf);
const bare = await runs({}, leaf);

let missed = false;
report(
  "validate the tree",
  median(validating),
  "read each file alone",
  median(reading),
  TARGETS.validate,
  "ms",
);
report(
  "validate each of its files",
  median(all),
  "validate the tree",
  median(validating),
  TARGETS.all,
  "ms",
);
report("run, a node", recorded.node, "run each leaf alone", recorded.alone, TARGETS.run, "µs");
for (const [what, { node, alone, repeated }] of [
  ["with statistics", recorded],
  ["without", bare],
] as const) {
  const [toAlone, toRepeated] = [alone, repeated].map((base) => (node / base).toFixed(2));
  console.log(
    `  for scale, ${what}: a node ${node.toFixed(1)} µs, each leaf alone ${alone.toFixed(1)} ` +
      `µs (${toAlone}x), one leaf again and again ${repeated.toFixed(1)} µs (${toRepeated}x)`,
  );
}
await store.close();
process.exit(missed ? 1 : 0);

function write(name: string, depth: number): void {
  const children =
    depth === DEPTH ? [] : Array.from({ length: WIDTH }, (_, index) => `${name}${index}`);
  const uses = children.map(
    (child) => `  - { name: ${child}, path: ./${child}.rllm, with: { text: "{{input.text}}" } }`,
  );
  const lines = [
    `name: ${name}`,
    "description: one of many",
    "version: 0.1.0",
    "author: bench",
    "max_context_window: 10000",
    "input_schema: { type: object, properties: { text: { type: string } }, required: [text], " +
      "additionalProperties: false }",
    "output_schema: { type: object, properties: { out: { type: string } }, required: [out], " +
      "additionalProperties: false }",
    "llm: { model: instant/model }",
    "llm_params: {}",
    ...(uses.length > 0 ? ["uses:", ...uses] : []),
  ];
  const file = join(folder, `${name}.rllm`);
  writeFileSync(
    file,
    `---\n${lines.join("\n")}\n---\n{{input.text}} ` +
      children.map((child) => `{{uses.${child}.out}}`).join(" "),
  );
  files.push(file);
  for (const child of children) write(child, depth + 1);
}

/**
 * Microseconds a program: in the tree, alone, and one program repeated. What holds is each leaf
 * alone: as many different programs, with as many places in the statistics. One program repeated
 * has its code, its data and its page of the database in the processor's cache; different ones run
 * one by one take half as long again, without any tree. So it is shown for scale.
 */
async function runs(
  options: AloneOptions,
  one: LoadedProgram,
): Promise<Record<"node" | "alone" | "repeated", number>> {
  const [node, alone, repeated]: [number[], number[], number[]] = [[], [], []];
  async function runAll(programs: readonly LoadedProgram[]): Promise<number> {
    const time = await timed(async () => {
      for (const program of programs) await runAlone(program, { text: "x" }, tools, options);
    });
    return (time / programs.length) * 1000;
  }
  const same = leaves.map(() => one);
  for (let round = 0; round < ROUNDS; round++) {
    node.push((await runAll([tree])) / files.length);
    alone.push(await runAll(leaves));
    repeated.push(await runAll(same));
  }
  return { node: median(node), alone: median(alone), repeated: median(repeated) };
}

function leavesOf(loaded: LoadedProgram): readonly LoadedProgram[] {
  return loaded.uses.length === 0 ? [loaded] : loaded.uses.flatMap(({ child }) => leavesOf(child));
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function report(
  what: string,
  own: number,
  than: string,
  base: number,
  target: number,
  unit: string,
): void {
  const ratio = own / base;
  missed ||= ratio > target;
  const verdict = ratio > target ? "  MISSED" : "";
  console.log(
    `${what}: ${own.toFixed(1)} ${unit}, ${than}: ${base.toFixed(1)} ${unit}, ` +
      `${ratio.toFixed(2)}x (target ${target}x)${verdict}`,
  );
}

function median(values: readonly number[] | undefined): number {
  return (
    (values ?? []).toSorted((a, b) => a - b)[Math.floor((values ?? []).length / 2)] ?? Number.NaN
  );
}
