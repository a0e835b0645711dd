/**
 * Whole runs over HTTP against an instant server in a process of its own, statistics on, beside
 * `openai` with zod, Vercel's `ai` (`generateObject`) and a bare `fetch`, at 1, 16 and 64 at once.
 * Each contestant is a process of its own; they take turns, the best round counts.
 *   npm install --prefix bench && npx bun bench/library.ts
 * SCALE makes it shorter. Exits 1 when a target is missed.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";

const SCALE = Number(process.env["SCALE"] ?? 1);
const ROUNDS = 3;
/** Runs of a round, those to warm up not among them. */
const RUNS = Math.max(50, Math.round(3000 * SCALE));
const AT_ONCE = [1, 16, 64] as const;
const CONTESTANTS = ["modullm", "openai", "ai", "fetch"] as const;
type Contestant = (typeof CONTESTANTS)[number];

/** What must hold: runs a second as a ratio, and memory beside `openai`'s in MB. */
const OF_OPENAI: Readonly<Record<number, number>> = { 1: 0.7, 16: 0.8, 64: 0.8 };
const OF_AI = 2.5;
const MORE_MEMORY = 30;

const ANSWER = JSON.stringify({ title: "A box", tags: ["steel", "ship"], pages: 3 });
const PROMPT = "Describe: a steel box that made the world smaller";

interface Result {
  /** Runs a second. */
  readonly rate: number;
  /** Peak memory in MB. */
  readonly memory: number;
}

async function compare(): Promise<number> {
  const server = Bun.spawn([process.execPath, import.meta.path, "--server"], { stdout: "pipe" });
  const port = await firstLine(server);
  let failed = false;
  try {
    for (const atOnce of AT_ONCE) {
      const best = new Map<Contestant, Result>();
      for (let round = 0; round < ROUNDS; round++) {
        for (const name of CONTESTANTS) {
          const result = await measure(name, port, atOnce);
          const before = best.get(name);
          if (before === undefined || result.rate > before.rate) best.set(name, result);
        }
      }
      failed = report(atOnce, best) || failed;
    }
  } finally {
    server.kill();
  }
  return failed ? 1 : 0;
}

/** @returns whether a target was missed */
function report(atOnce: number, results: ReadonlyMap<Contestant, Result>): boolean {
  const of = (name: Contestant): Result => results.get(name) ?? { rate: 0, memory: 0 };
  const [own, openai, ai] = [of("modullm"), of("openai"), of("ai")];
  console.log(`\n${atOnce} at once`);
  for (const name of CONTESTANTS) {
    const { rate, memory } = of(name);
    console.log(
      `  ${name.padEnd(8)} ${rate.toFixed(0).padStart(6)} runs/s  ` +
        `${memory.toFixed(0).padStart(4)} MB`,
    );
  }
  const checks = [
    { what: "of openai's runs/s", got: own.rate / openai.rate, least: OF_OPENAI[atOnce] ?? 0 },
    { what: "of ai's runs/s", got: own.rate / ai.rate, least: OF_AI },
  ];
  let missed = false;
  for (const { what, got, least } of checks) {
    missed ||= got < least;
    console.log(`  ${got.toFixed(2)}x ${what} (target ${least}x)${got < least ? "  MISSED" : ""}`);
  }
  const more = own.memory - openai.memory;
  missed ||= more > MORE_MEMORY;
  console.log(
    `  ${more.toFixed(0)} MB more than openai (target ` +
      `${MORE_MEMORY})${more > MORE_MEMORY ? "  MISSED" : ""}`,
  );
  return missed;
}

async function measure(name: Contestant, port: string, atOnce: number): Promise<Result> {
  const home = mkdtempSync(join(tmpdir(), "bench-library-"));
  const env = {
    ...process.env,
    HOME: home,
    XDG_DATA_HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_STATE_HOME: home,
    VLLM_API_BASE: `http://127.0.0.1:${port}/v1`,
  };
  const child = Bun.spawn(
    [process.execPath, import.meta.path, "--contestant", name, port, String(atOnce)],
    { env, stdout: "pipe", stderr: "inherit" },
  );
  const line = await firstLine(child);
  if ((await child.exited) !== 0) throw new Error(`${name} did not end well`);
  return JSON.parse(line) as Result;
}

async function firstLine({ stdout }: Subprocess<"ignore", "pipe", "inherit">): Promise<string> {
  let text = "";
  for await (const piece of stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}

async function contend([name = "", port = "", atOnce = "1"]: readonly string[]): Promise<void> {
  const lanes = Number(atOnce);
  const contender = CONTENDERS[name as Contestant];
  const { once, end } = await contender(`http://127.0.0.1:${port}/v1`, lanes);
  await many(Math.max(lanes, RUNS / 5), lanes, once);
  const start = performance.now();
  await many(RUNS, lanes, once);
  await end();
  const rate = RUNS / ((performance.now() - start) / 1000);
  console.log(JSON.stringify({ rate, memory: process.resourceUsage().maxRSS / 1e3 }));
  process.exit(0);
}

async function many(count: number, lanes: number, once: () => Promise<string>): Promise<void> {
  let left = count;
  async function lane(): Promise<void> {
    while (left-- > 0) {
      const title = await once();
      if (title !== "A box") throw new Error(`the answer was ${title}`);
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane));
}

interface Contender {
  /** One run, from input to the checked output. @returns its title */
  once(): Promise<string>;
  end(): Promise<void>;
}

const CONTENDERS: Readonly<
  Record<Contestant, (base: string, lanes: number) => Promise<Contender>>
> = {
  async modullm(_base, concurrency) {
    const { open } = await import("../src/index.ts");
    const modullm = await open();
    const program = await modullm.parse<{ text: string }, { title: string }>(PROGRAM);
    return {
      // The others limit nothing; four calls at a time, the default, would not be as many at once.
      once: async () =>
        (await modullm.run(program, { text: "a steel box" }, { concurrency })).title,
      end: () => modullm.close(),
    };
  },
  async openai(baseURL) {
    const { OpenAI } = await import("openai");
    const { zodResponseFormat } = await import("openai/helpers/zod");
    const client = new OpenAI({ baseURL, apiKey: "none" });
    const response_format = zodResponseFormat((await shape()) as never, "box");
    const messages = [{ role: "user" as const, content: PROMPT }];
    return {
      async once() {
        const reply = await client.chat.completions.parse({
          model: "any",
          messages,
          response_format,
        });
        const parsed = reply.choices[0]?.message.parsed as { readonly title: string } | undefined;
        return parsed?.title ?? "";
      },
      end: async () => {},
    };
  },
  async ai(baseURL) {
    const { generateObject } = await import("ai");
    const { createOpenAI } = await import("@ai-sdk/openai");
    // It warns of what was asked to be measured.
    Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
    const model = createOpenAI({ baseURL, apiKey: "none" }).chat("any");
    const schema = await shape();
    return {
      once: async () => (await generateObject({ model, schema, prompt: PROMPT })).object.title,
      end: async () => {},
    };
  },
  async fetch(base) {
    const body = JSON.stringify({ model: "any", messages: [{ role: "user", content: PROMPT }] });
    const request = { method: "POST", body, headers: { "content-type": "application/json" } };
    return {
      async once() {
        const reply = (await (await fetch(`${base}/chat/completions`, request)).json()) as {
          choices: { message: { content: string } }[];
        };
        return (JSON.parse(reply.choices[0]?.message.content ?? "{}") as { title: string }).title;
      },
      end: async () => {},
    };
  },
};

async function shape() {
  const { z } = await import("zod");
  return z.object({ title: z.string(), tags: z.array(z.string()), pages: z.number().int() });
}

const PROGRAM = `---
name: box
description: Describes a thing.
version: 1.0.0
author: bench
max_context_window: 10000
input_schema: {type: object, properties: {text: {type: string}}, required: [text]}
output_schema:
  type: object
  properties: {title: {type: string}, tags: {type: array, items: {type: string}}, pages: {type: integer}}
  required: [title, tags, pages]
  additionalProperties: false
llm: {model: vllm/any}
llm_params: {}
---
Describe: {{input.text}}
`;

/** A server without a model: the answer is always the same, in one piece or as a stream. */
function serve(): void {
  const usage = { prompt_tokens: 20, completion_tokens: 20, total_tokens: 40 };
  const head = { id: "1", created: 1, model: "any" };
  const message = { role: "assistant", content: ANSWER, refusal: null };
  const whole = JSON.stringify({
    ...head,
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage,
  });
  const piece = (choices: object[], more: object = {}): string =>
    `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices, ...more })}\n\n`;
  const stream =
    piece([{ index: 0, delta: { content: ANSWER }, finish_reason: null }]) +
    piece([{ index: 0, delta: {}, finish_reason: "stop" }]) +
    piece([], { usage }) +
    "data: [DONE]\n\n";
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      const streams = (await request.text()).includes('"stream":true');
      const type = streams ? "text/event-stream" : "application/json";
      return new Response(streams ? stream : whole, { headers: { "content-type": type } });
    },
  });
  console.log(server.port);
}

const [role, ...words] = process.argv.slice(2);
if (role === "--server") serve();
else if (role === "--contestant") await contend(words);
else process.exit(await compare());
