/**
 * Feeds the reader of answers with damaged JSON and noise: `bun scripts/fuzz-answers.ts [N]
 * [SEED]`. Fails on the first exception, and when memory grows without bound. Prints how many
 * inputs were read, refused, and how long the slowest took.
 */
import { readAnswer } from "../src/answer/read.ts";
import { readPartial } from "../src/answer/partial.ts";
import { compileContract } from "../src/contract/compile.ts";
import type { Contract, JsonSchema } from "../src/contract/contract.ts";

const SCHEMAS: readonly JsonSchema[] = [
  {},
  {
    type: "object",
    properties: { a: { type: "string" }, n: { type: "integer" } },
    required: ["a"],
    additionalProperties: false,
  },
  { type: "array", items: { type: "number" } },
  { enum: ["RED", "GREEN"], "x-aliases": { RED: "rouge" } },
  { type: "boolean" },
  {
    $ref: "#/$defs/T",
    $defs: {
      T: {
        type: "object",
        properties: {
          v: { type: ["integer", "null"] },
          kids: { type: "array", items: { $ref: "#/$defs/T" } },
        },
      },
    },
  },
  {
    anyOf: [
      { type: "string", format: "date" },
      { type: "object", properties: { d: { type: "string" } }, required: ["d"] },
    ],
  },
];

const PIECES = [
  ..."{}[](),:;\"'`\\/.-+#*<>= \n\t0123456789abntruefalsnul",
  "```",
  "```json\n",
  '"""',
  "//",
  "/*",
  "*/",
  "...",
  "\\u",
  "\\u00e9",
  '\\"',
  "\ud83d",
  "“",
  "”",
  "‘",
  "’",
  "\u00a0",
  "\0",
  "true",
  "None",
  "<think>",
  "</think>",
  "<a>",
  "</a>",
  "__proto__",
  '"a": ',
  "kids: [",
  "- ",
  "a: ",
  "1,234.5",
  "RED",
  "é",
  "文",
];

/** Small, quick and repeatable. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    state = (state ^ (state >>> 12)) >>> 0;
    return state / 2 ** 32;
  };
}

function value(random: () => number, depth: number): unknown {
  const pick = random();
  if (depth > 3 || pick < 0.35)
    return ["text", 'say "hi", you', -1.5, 12, true, null, "", "2024-05-01", "x\ny"][
      Math.floor(random() * 9)
    ];
  const size = Math.floor(random() * 4);
  if (pick < 0.6) return Array.from({ length: size }, () => value(random, depth + 1));
  return Object.fromEntries(
    Array.from({ length: size }, () => [
      ["a", "n", "v", "kids", "d"][Math.floor(random() * 5)] ?? "a",
      value(random, depth + 1),
    ]),
  );
}

function damaged(random: () => number): string {
  let text = random() < 0.7 ? JSON.stringify(value(random, 0), null, random() < 0.5 ? 2 : 0) : "";
  for (let left = Math.floor(random() * 12); left > 0; left--) {
    const at = Math.floor(random() * (text.length + 1));
    const piece = PIECES[Math.floor(random() * PIECES.length)] ?? "";
    const action = random();
    if (action < 0.5) text = text.slice(0, at) + piece + text.slice(at);
    else if (action < 0.75)
      text = text.slice(0, at) + text.slice(at + 1 + Math.floor(random() * 3));
    else if (action < 0.85) text = text.slice(0, at);
    else text += piece.repeat(1 + Math.floor(random() * 4));
  }
  return text;
}

function main(): void {
  const count = Number(process.argv[2] ?? 100_000);
  const seed = Number(process.argv[3] ?? 1);
  const random = randomFrom(seed);
  const contracts: Contract[] = SCHEMAS.map((schema) => {
    const compiled = compileContract(schema);
    if (!compiled.ok) throw new Error("Cannot compile a schema of the fuzzer");
    return compiled.contract;
  });
  const seen = { read: 0, refused: 0, slowest: 0, heap: 0 };
  for (let index = 0; index < count; index++) {
    const contract = contracts[index % contracts.length];
    const text = damaged(random);
    if (!contract) continue;
    const start = performance.now();
    try {
      for (const repair of ["safe", "full"] as const) {
        const reading = readAnswer(text, contract, { repair });
        if (!reading.ok) seen.refused++;
        else if (contract.check(reading.value).ok) seen.read++;
        else throw new Error("a value that does not meet the contract was given as read");
      }
      readPartial(text, contract);
    } catch (thrown) {
      process.stderr.write(
        `input ${index} of seed ${seed}: ${JSON.stringify(text)}\n${thrown instanceof Error ? thrown.stack : String(thrown)}\n`,
      );
      process.exit(1);
    }
    seen.slowest = Math.max(seen.slowest, performance.now() - start);
    if (index === Math.floor(count / 10)) seen.heap = process.memoryUsage().rss;
  }
  const grown = (process.memoryUsage().rss - seen.heap) / 2 ** 20;
  process.stdout.write(
    `${count} inputs: ${seen.read} readings, ${seen.refused} refusals, slowest ${seen.slowest.toFixed(1)} ms, memory grew by ${grown.toFixed(0)} MB after the first tenth\n`,
  );
  if (grown > 200) process.exit(1);
}

main();
