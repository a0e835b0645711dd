import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { JsonSchema } from "../../src/contract/contract.ts";
import { isObject } from "../../src/core/json.ts";
import { type Modullm, open } from "../../src/index.ts";
import { createBaselineProvider } from "../../src/model/baseline/baseline.ts";
import type { Message } from "../../src/model/model.ts";

/**
 * The composed examples against a local server that speaks Ollama's protocol over HTTP: no real
 * model, its answers are the baseline's made from the prompt alone, sent in pieces. What is tried
 * is the way there and back.
 */
const MODEL = "llama3.2:3b";
const FOLDER = join(import.meta.dir, "../../examples");
const COMPOSED = [
  "compose_summary_keywords",
  "support_pipeline",
  "risk_score_aggregator",
  "page_notes",
];

interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly format: JsonSchema;
}

const chats: ChatRequest[] = [];
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/tags") return Response.json({ models: [{ name: MODEL, model: MODEL }] });
    if (pathname !== "/api/chat") return new Response("not found", { status: 404 });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the adapter sends
    const chat = (await request.json()) as ChatRequest;
    chats.push(chat);
    return new Response(await answerLines(chat), {
      headers: { "content-type": "application/x-ndjson" },
    });
  },
});

async function answerLines({ model, messages, format }: ChatRequest): Promise<string> {
  let text = "";
  const call = createBaselineProvider()
    .model("baseline")
    .call(
      { messages, params: {}, schema: format, stream: false, values: {} },
      new AbortController().signal,
    );
  for await (const part of call) if (part.type === "text") text += part.text;
  const pieces = text.match(/[\s\S]{1,40}/g) ?? [];
  const lines: object[] = pieces.map((content) => ({
    model,
    message: { role: "assistant", content },
    done: false,
  }));
  const counts = { prompt_eval_count: 100, eval_count: pieces.length };
  lines.push({
    model,
    message: { role: "assistant", content: "" },
    done: true,
    done_reason: "stop",
    ...counts,
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

let home = "";
let modullm: Modullm;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "examples-local-"));
  const places = { HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_STATE_HOME: home };
  const env = { ...places, OLLAMA_API_BASE: server.url.href.replace(/\/$/, "") };
  modullm = await open({ cwd: FOLDER, autoload: false, env });
});

afterAll(async () => {
  await modullm.close();
  await server.stop(true);
  rmSync(home, { recursive: true, force: true });
});

test.each(COMPOSED)("%s runs on a local server", async (name) => {
  chats.length = 0;
  const input: unknown = parse(readFileSync(join(FOLDER, `${name}.yaml`), "utf8"));
  if (!isObject(input)) throw new Error(`${name}.yaml is no mapping`);
  const output = await modullm.run(join(FOLDER, `${name}.rllm`), input, {
    model: `ollama/${MODEL}`,
    maxRetries: 0,
  });
  expect(Object.keys(output as object).length).toBeGreaterThan(0);
  expect(chats.length).toBeGreaterThan(1);
  expect(chats.every(({ model, format }) => model === MODEL && format["type"] === "object")).toBe(
    true,
  );
});
