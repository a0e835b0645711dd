/**
 * Reading answers against jsonrepair and BAML, in one run over the same texts; 10 MB of text with
 * an object at its end against `JSON.parse` of 10 MB; and 10 MB of each kind of hostile text
 * against 1 MB of it, in the processor's time. The sides take turns, the best of each
 * text's rounds counts. Exits 1 when a target is missed.
 *
 * jsonrepair knows no schema: it is shown for scale. BAML parses into a class; what both sides read
 * is compared at the end.
 */
import { BamlRuntime } from "@boundaryml/baml";
import { jsonrepair } from "jsonrepair";
import { readAnswer } from "../src/answer/read.ts";
import { compileContract } from "../src/contract/compile.ts";
import type { Contract, JsonSchema } from "../src/contract/contract.ts";
import { readToolCalls } from "../src/answer/tool-calls.ts";
import { hostileCalls, hostileTexts } from "../test/answer/hostile.ts";

const ROUNDS = 200;
const BIG = 10 * 2 ** 20;
const BIG_TARGET = 5;
const MEGABYTE = 1_000_000;
/** Ten times the text takes at most so many times the time; the square of ten would be 100. */
const GROWTH_TARGET = 40;
/** Below it the time of 1 MB is noise. In milliseconds. */
const FLOOR_MS = 20;

const SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    title: { type: "string" },
    priority: { enum: ["LOW", "HIGH"] },
    hours: { type: "number" },
    open: { type: "boolean" },
    labels: { type: "array", items: { type: "string" } },
    steps: {
      type: "array",
      items: {
        type: "object",
        properties: { text: { type: "string" }, minutes: { type: "integer" } },
        required: ["text", "minutes"],
      },
    },
  },
  required: ["title", "priority", "hours", "open", "labels", "steps"],
};

const BAML = `
enum Priority {
  LOW
  HIGH
}
class Step {
  text string
  minutes int
}
class Ticket {
  title string
  priority Priority
  hours float
  open bool
  labels string[]
  steps Step[]
}
client<llm> None {
  provider openai
  options {
    model "none"
    api_key "none"
  }
}
function Read(text: string) -> Ticket {
  client None
  prompt #"{{ text }}"#
}
`;

const TICKET = {
  title: "The door of the second lift does not close",
  priority: "HIGH",
  hours: 2.5,
  open: true,
  labels: ["lift", "safety", "second floor"],
  steps: [
    { text: "Lock the lift", minutes: 5 },
    { text: "Clean the rail and try the sensor", minutes: 40 },
    { text: "Call the maker if it still does not close", minutes: 15 },
  ],
};

function texts(): Readonly<Record<string, string>> {
  const compact = JSON.stringify(TICKET);
  const laid = JSON.stringify(TICKET, null, 2);
  return {
    valid: compact,
    "valid, laid out": laid,
    fence: `Here is the ticket:\n\n\`\`\`json\n${laid}\n\`\`\`\n\nAnything else?`,
    prose: `I would file it as ${compact} and call it a day.`,
    reasoning: `<think>\nThe user wants a ticket. Priority is high.\n</think>\n${laid}`,
    "trailing commas": laid.replace(/\n(\s*)([}\]])/g, ",\n$1$2"),
    comments: laid.replace('"hours"', '// how long\n  "hours"'),
    "single quotes": compact.replaceAll('"', "'"),
    "bare keys": laid.replace(/"(\w+)":/g, "$1:"),
    Python: compact.replace("true", "True"),
    "missing commas": laid.replaceAll(",\n", "\n"),
    "inner quotes": laid.replace("second lift", 'so-called "second" lift'),
    "number in text": compact.replace("2.5", '"2.5"'),
    "enum by case": compact.replace("HIGH", "high"),
    truncated: compact.slice(0, -2),
    "raw newline": compact.replace("second lift", "second\nlift"),
  };
}

interface Side {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

function main(): void {
  // eslint-disable-next-line no-console -- a benchmark's output
  const print = console.log;
  const contract = mustCompile(SCHEMA);
  const sides = [
    ourSide(contract),
    bamlSide(),
    { name: "jsonrepair", read: (text: string) => attempt(() => JSON.parse(jsonrepair(text))) },
  ];
  const cases = Object.entries(texts());
  const times = sides.map(() => [] as number[]);
  const right = sides.map(() => 0);
  for (const [, text] of cases) {
    sides.forEach((side, index) => {
      if (Bun.deepEquals(meaning(side.read(text)), meaningOf(text)))
        right[index] = (right[index] ?? 0) + 1;
    });
    best(sides, text).forEach((micros, index) => times[index]?.push(micros));
  }
  print("               p50 µs    p95 µs    as meant");
  sides.forEach((side, index) => {
    const sorted = (times[index] ?? []).toSorted((a, b) => a - b);
    const row = [at(sorted, 0.5), at(sorted, 0.95)].map((value) => value.toFixed(1).padStart(9));
    print(side.name.padEnd(12), ...row, `${right[index]} of ${cases.length}`.padStart(11));
  });
  const [ours, baml] = times.map((list) => list.toSorted((a, b) => a - b));
  const ratio = bigRatio(contract);
  print(
    `10 MB of prose with an object at its end: ${ratio.toFixed(2)} times JSON.parse of 10 MB ` +
      `(wanted: at most ${BIG_TARGET})`,
  );
  const worst = worstGrowth(contract);
  print(
    `10 MB of hostile text: ${worst.growth.toFixed(1)} times 1 MB of it at most, with "${worst.name}" (wanted: at most ${GROWTH_TARGET})`,
  );
  const slower = [0.5, 0.95].filter((part) => at(ours ?? [], part) > at(baml ?? [], part));
  for (const part of slower) print(`missed: p${100 * part} is wanted at BAML's or below`);
  const isLinear = ratio <= BIG_TARGET && worst.growth <= GROWTH_TARGET;
  process.exitCode = slower.length === 0 && isLinear ? 0 : 1;
}

/** The kind of hostile text whose time grows most. */
function worstGrowth(contract: Contract): { readonly name: string; readonly growth: number } {
  const growths = [
    ...growthsOf(hostileTexts, (text) => readAnswer(text, contract, { repair: "full" })),
    ...growthsOf(hostileCalls, (text) => readToolCalls(text, { tools: ["f"] })),
  ];
  return growths.reduce((worst, one) => (one.growth > worst.growth ? one : worst));
}

function growthsOf(
  textsOf: (size: number) => Readonly<Record<string, string>>,
  read: (text: string) => unknown,
): { readonly name: string; readonly growth: number }[] {
  const small = textsOf(MEGABYTE);
  return Object.entries(textsOf(10 * MEGABYTE)).map(([name, large]) => {
    const base = Math.max(
      FLOOR_MS,
      processorTime(() => read(small[name] ?? "")),
    );
    return { name, growth: processorTime(() => read(large)) / base };
  });
}

/** In milliseconds. */
function processorTime(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function ourSide(contract: Contract): Side {
  return {
    name: "modullm",
    read: (text) => {
      const reading = readAnswer(text, contract, { repair: "full" });
      return reading.ok ? reading.value : undefined;
    },
  };
}

function bamlSide(): Side {
  const runtime = BamlRuntime.fromFiles("baml_src", { "main.baml": BAML }, {});
  const context = runtime.createContextManager();
  return {
    name: "BAML",
    read: (text) =>
      attempt(() => runtime.parseLlmResponse("Read", text, false, context, null, null, {})),
  };
}

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Microseconds a side takes, the best of its rounds. */
function best(sides: readonly Side[], text: string): number[] {
  const fastest = sides.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    sides.forEach((side, index) => {
      const start = performance.now();
      side.read(text);
      fastest[index] = Math.min(fastest[index] ?? 0, (performance.now() - start) * 1000);
    });
  }
  return fastest;
}

/** Layout inside a text is not compared: a line end may come back as a blank. */
function meaning(value: unknown): unknown {
  return JSON.parse((JSON.stringify(value) ?? "null").replaceAll("\\n", " "));
}

function meaningOf(text: string): unknown {
  return text.includes("so-called")
    ? { ...TICKET, title: 'The door of the so-called "second" lift does not close' }
    : TICKET;
}

function at(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

function bigRatio(contract: Contract): number {
  const line = "The second lift was out of order again, and nobody knows since when. ";
  const prose = line.repeat(Math.ceil(BIG / line.length));
  const text = prose + JSON.stringify(TICKET);
  const json = JSON.stringify(
    Array.from({ length: Math.ceil(BIG / JSON.stringify(TICKET).length) }, () => TICKET),
  );
  const [ours, theirs] = [() => readAnswer(text, contract), () => JSON.parse(json) as unknown].map(
    (work) => {
      let fastest = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 7; round++) {
        fastest = Math.min(fastest, processorTime(work));
      }
      return fastest;
    },
  );
  return (ours ?? 0) / (theirs ?? 1);
}

function mustCompile(schema: JsonSchema): Contract {
  const compiled = compileContract(schema);
  if (!compiled.ok) throw new Error("Cannot compile the benchmark's schema");
  return compiled.contract;
}

main();
