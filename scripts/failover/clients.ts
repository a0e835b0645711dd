import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../src/app.ts";
import { errorPayload, toModullmError } from "../../src/core/error.ts";
import type { RunEvent } from "../../src/core/events.ts";
import { isObject } from "../../src/core/json.ts";
import { runAlone } from "../../test/engine/alone.ts";
import { loadText } from "../../src/library/load.ts";
import { createBreakerFiles } from "../../src/model/failover/breaker-files.ts";
import { createModels } from "../../src/model/models.ts";
import { ANSWER, type Scenario, WORDS } from "./scenarios.ts";

/** What the caller of a client sees of one request. */
export interface View {
  /**
   * `whole`: the answer as it should be. `truncated`: something else that was passed off as the
   * answer.
   */
  readonly outcome: "whole" | "truncated" | "error";
  readonly error: string | null;
  /** The model that answered; null where the client does not say. */
  readonly model: string | null;
  /** Whether the caller is told what it cost in tokens. */
  readonly usage: boolean;
  readonly ms: number;
}

export interface Client {
  readonly name: string;
  /** Whether it can ask another model when the first one fails. */
  readonly fallsBack: boolean;
  ask(scenario: Scenario): Promise<View>;
  close(): void;
}

const KEY = "sk-failover-000000000000";

/** The `openai` package as its documentation shows it: streaming, two retries, 30 s. */
export async function openAiClient(url: string, scale: number): Promise<Client> {
  const { OpenAI } = await import("openai");
  const timeout = 30_000 * scale;
  const client = new OpenAI({
    baseURL: `${url}/v1`,
    apiKey: KEY,
    maxRetries: 2,
    timeout,
    logLevel: "off",
  });
  return {
    name: "openai package",
    fallsBack: false,
    async ask({ model }) {
      const messages = [{ role: "user" as const, content: "Say the words" }];
      return await viewOf(async () => {
        const seen = { text: "", model: null as string | null, usage: false };
        const more = { stream: true, stream_options: { include_usage: true } } as const;
        for await (const chunk of await client.chat.completions.create({
          model,
          messages,
          ...more,
        })) {
          seen.text += chunk.choices[0]?.delta.content ?? "";
          seen.model = chunk.model;
          seen.usage ||= chunk.usage !== undefined && chunk.usage !== null;
        }
        return seen;
      });
    },
    close: () => undefined,
  };
}

/**
 * The compiled binary: a process for each request, that share the user's folders and nothing else.
 */
export function binaryClient(url: string, binary: string): Client {
  const folder = mkdtempSync(join(tmpdir(), "failover-"));
  return {
    name: "modullm",
    fallsBack: true,
    async ask(scenario) {
      const program = join(folder, `${scenario.id}.rllm`);
      const trace = join(folder, `${scenario.id}-${performance.now()}.jsonl`);
      writeFileSync(program, programOf(scenario));
      const options = ["--input", "{}", "--stream", "--trace", trace];
      return await viewOf(async () => {
        const child = Bun.spawn([binary, "run", program, ...options], {
          env: environment(folder, url),
          stdout: "pipe",
          stderr: "ignore",
          cwd: folder,
        });
        const printed: unknown = JSON.parse(await new Response(child.stdout).text());
        if ((await child.exited) !== 0) throw new Error(messageIn(printed));
        const events = (await Bun.file(trace).text()).trim().split("\n");
        return {
          text: answerIn(printed),
          ...answeredBy(events.map((line) => JSON.parse(line) as RunEvent)),
        };
      });
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * The parts of the library joined here, so that deadlines, waits and rests can shrink with the
 * server's times.
 * @param provider whose protocol is spoken: `openai`, `anthropic`, `google`, or `newer` for
 * OpenAI's Responses
 */
export async function scaledClient(
  url: string,
  scale: number,
  provider = "openai",
): Promise<Client> {
  const folder = mkdtempSync(join(tmpdir(), "failover-"));
  const env = environment(folder, url);
  mkdirSync(join(folder, "config", "modullm"), { recursive: true });
  const newer =
    `providers: { newer: { type: responses, base_url: "${url}/v1", api_key_env: OPENAI_API_KEY ` +
    `} }\n`;
  writeFileSync(join(folder, "config", "modullm", "config.yaml"), newer);
  const app = await createApp({ env, cwd: folder, warn: () => undefined });
  const models = createModels({
    config: app.config,
    baseline: () => Promise.reject(new Error("Nobody asks for the built-in model here")),
    breakers: { store: createBreakerFiles(join(folder, "breakers")), scale },
    sleep: (milliseconds) => Bun.sleep(milliseconds * scale),
  });
  const tools = { ...app.tools, model: (id: string) => models.get(id) };
  const [short, total] = [10_000 * scale, 600_000 * scale];
  const deadlines = { connect: short, first: short, gap: short, total };
  return {
    name: `modullm, ${provider}`,
    fallsBack: true,
    async ask(scenario) {
      const loaded = await loadText(programOf(scenario, provider), folder);
      return await viewOf(async () => {
        const events: RunEvent[] = [];
        const options = {
          deadlines,
          stream: true,
          listener: (event: RunEvent) => void events.push(event),
        };
        const { output } = await runAlone(loaded, {}, tools, options);
        return { text: answerIn(output), ...answeredBy(events) };
      });
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function programOf({ model, fallback }: Scenario, provider = "openai"): string {
  return `---
name: failover
description: Says sixty words
version: 1.0.0
author: modullm
max_context_window: 8000
input_schema: { type: object }
output_schema: { type: object, properties: { answer: { type: string } }, required: [answer], additionalProperties: false }
llm: { model: ${provider}/${model}, fallbacks: [${provider}/${fallback}] }
llm_params: {}
---
Say the words
`;
}

function environment(folder: string, url: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, "config"),
    XDG_DATA_HOME: join(folder, "data"),
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CACHE_HOME: join(folder, "cache"),
    OPENAI_API_BASE: `${url}/v1`,
    OPENAI_API_KEY: KEY,
    ANTHROPIC_API_BASE: `${url}/v1`,
    ANTHROPIC_API_KEY: KEY,
    GOOGLE_API_BASE: `${url}/v1beta`,
    GOOGLE_API_KEY: KEY,
  };
}

async function viewOf(
  work: () => Promise<{ text: string; model: string | null; usage: boolean }>,
): Promise<View> {
  const start = performance.now();
  try {
    const { text, model, usage } = await work();
    const outcome = text === ANSWER ? "whole" : "truncated";
    return { outcome, error: null, model, usage, ms: performance.now() - start };
  } catch (thrown) {
    const error = messageIn(errorPayload(toModullmError(thrown)));
    return { outcome: "error", error, model: null, usage: false, ms: performance.now() - start };
  }
}

function answerIn(output: unknown): string {
  const words = isObject(output) ? output["answer"] : null;
  return words === WORDS.join(" ") ? ANSWER : String(words);
}

function answeredBy(events: readonly RunEvent[]): { model: string | null; usage: boolean } {
  const last = events.findLast((event) => event.type === "attempt-end");
  if (last?.type !== "attempt-end" || !last.ok) return { model: null, usage: false };
  return {
    model: last.model.replace(/^\w+\//, ""),
    usage: last.usage !== null && last.usage.estimated !== true,
  };
}

function messageIn(payload: unknown): string {
  return isObject(payload) && typeof payload["message"] === "string"
    ? payload["message"]
    : "no message";
}
