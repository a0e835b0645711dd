/**
 * What an editor waits for while somebody writes a program of 300 lines with ten uses: from each
 * change to its diagnostics, and from each question to its answer, over stdio. Every answer must
 * hold something.
 *   bun bench/lsp.ts [ROUNDS] [BINARY]
 * Exits 1 when the median of any kind is over the target.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Editor, positionOf } from "../test/server/lsp/editor.ts";

const rounds = Number(process.argv[2] ?? 100);
const binary = process.argv[3];
/** Milliseconds, at the median. */
const TARGET = 20;
const WARM_UP = 20;
const USES = 10;
const FIELDS = 45;

function child(index: number): string {
  return `---
name: child_${index}
description: Does a part of the work.
version: 1.0.0
author: bench
max_context_window: 4000
input_schema:
  type: object
  properties:
    text: { type: string, minLength: 1, description: What to read }
    limit: { type: integer, minimum: 1 }
  required: [text]
  additionalProperties: false
output_schema:
  type: object
  properties:
    title: { type: string, description: A title }
    score: { type: number, minimum: 0, maximum: 10 }
    items:
      type: array
      items: { type: object, properties: { label: { type: string }, due: { type: string, format: date } } }
  required: [title, score, items]
  additionalProperties: false
llm: { model: builtin/baseline }
llm_params: {}
---
Say {{input.text}}
`;
}

function parent(): string {
  const fields = Array.from(
    { length: FIELDS },
    (_, at) =>
      `    field_${at}:\n      type: string\n      minLength: 1\n      description: Field ${at}`,
  );
  const uses = Array.from({ length: USES }, (_, at) => {
    const before = at === 0 ? "" : ` {{uses.step_${at - 1}.title}}`;
    return `  - name: step_${at}
    path: ./child_${at}.rllm
    with:
      text: "{{input.field_${at}}}${before}"
      limit: ${at + 1}`;
  });
  const lines = Array.from({ length: 50 }, (_, at) => {
    const step = `uses.step_${at % USES}`;
    return `- ${at}: {{input.field_${at % FIELDS}}}, {{${step}.title}}, {{${step}.items.0.due}}`;
  });
  return `---
name: parent
description: Puts ten programs together.
version: 1.0.0
author: bench
max_context_window: 64000
input_schema:
  type: object
  properties:
${fields.join("\n")}
  required: [field_0]
output_schema:
  type: object
  properties:
    answer: { type: string }
  required: [answer]
llm: { model: builtin/baseline }
llm_params: {}
uses:
${uses.join("\n")}
---
${lines.join("\n")}
`;
}

const folder = mkdtempSync(join(tmpdir(), "lsp-bench-"));
for (let at = 0; at < USES; at++) writeFileSync(join(folder, `child_${at}.rllm`), child(at));
const name = "parent.rllm";
const text = parent();
writeFileSync(join(folder, name), text);
const editor = await Editor.start(
  folder,
  binary === undefined ? {} : { command: [resolve(binary)] },
);
await editor.open(name, text);
await editor.diagnostics(name);

const last = positionOf(text, "- 49: |");
const edge = positionOf(text, "limit: |3");

/** A letter comes, and goes again. */
async function type(at: { line: number; character: number }, letter: string): Promise<void> {
  await editor.change(name, { range: { start: at, end: at }, text: letter });
  await editor.diagnostics(name);
  const end = { ...at, character: at.character + letter.length };
  await editor.change(name, { range: { start: at, end }, text: "" });
  await editor.diagnostics(name);
}

async function ask(method: string, piece: string, more: object = {}): Promise<void> {
  const position = positionOf(text, piece);
  const answer = await editor.ask<unknown>(`textDocument/${method}`, name, { position, ...more });
  const size = JSON.stringify(answer)?.length ?? 0;
  if (size < 40)
    throw new Error(`${method} at ${piece} is answered with ${JSON.stringify(answer)}`);
}

/** Each with how many answers it takes. */
const KINDS: Readonly<Record<string, readonly [() => Promise<void>, number]>> = {
  "diagnostics, text": [() => type(last, "a"), 2],
  "diagnostics, with": [() => type(edge, "1"), 2],
  "hover, path": [() => ask("hover", "{{uses.step_9.tit|le}}"), 1],
  "hover, key": [() => ask("hover", "max_con|text"), 1],
  "completion, path": [() => ask("completion", "- 49: {{input.|field"), 1],
  "completion, with": [() => ask("completion", "limit: 10|"), 1],
  "completion, model": [() => ask("completion", "model: |builtin"), 1],
  "completion, uses": [() => ask("completion", "path: |./child_3"), 1],
  definition: [() => ask("definition", "{{uses.step_9.items.0.du|e}}"), 1],
  references: [
    () => ask("references", "{{uses.step_9.tit|le}}", { context: { includeDeclaration: true } }),
    1,
  ],
  "prepare rename": [() => ask("prepareRename", "{{uses.step_9.tit|le}}"), 1],
  symbols: [() => ask("documentSymbol", "---"), 1],
  lenses: [() => ask("codeLens", "---"), 1],
};

const times = new Map(Object.keys(KINDS).map((kind) => [kind, [] as number[]]));
for (let round = -WARM_UP; round < rounds; round++) {
  for (const [kind, [run, answers]] of Object.entries(KINDS)) {
    const start = performance.now();
    await run();
    if (round >= 0) times.get(kind)?.push((performance.now() - start) / answers);
  }
}
await editor.quit();

console.log(`${text.split("\n").length} lines, ${USES} uses, ${rounds} rounds; milliseconds`);
let missed = 0;
for (const [kind, all] of times) {
  const sorted = all.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  const isMissed = !(at(0.5) <= TARGET);
  if (isMissed) missed++;
  const shown = `p50 ${at(0.5).toFixed(1).padStart(6)}  p95 ${at(0.95).toFixed(1).padStart(6)}`;
  console.log(`${kind.padEnd(20)}${shown}${isMissed ? `  over ${TARGET}` : ""}`);
}
process.exit(missed === 0 ? 0 : 1);
