import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type FaultServer, startFaultServer } from "../../scripts/failover/fault-server.ts";
import { ANSWER, TOKENS } from "../../scripts/failover/scenarios.ts";

/**
 * The fault server is honest: the providers' own packages read what it sends as they read the
 * provider itself. `npm install --prefix test/model/peers` brings the two that modullm does not
 * use.
 */
const PEERS = join(import.meta.dir, "../model/peers");
const SCALE = 0.01;

let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer(SCALE);
});
afterAll(() => server.close());

function pathOf(name: string): string | null {
  try {
    return Bun.resolveSync(name, PEERS);
  } catch {
    return null;
  }
}

const ANTHROPIC = pathOf("@anthropic-ai/sdk");
const GOOGLE = pathOf("@google/genai");
const PROMPT = [{ role: "user" as const, content: "Say the words" }];

async function statusOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (thrown) {
    return (thrown as { status?: unknown }).status;
  }
  throw new Error("Expected a failure, and there was none");
}

describe("the openai package", async () => {
  const { OpenAI } = await import("openai");
  const client = () =>
    new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "k", maxRetries: 0, logLevel: "off" });

  test("reads a chat completion, streamed and whole", async () => {
    const more = { stream: true, stream_options: { include_usage: true } } as const;
    let [text, finish, tokens] = ["", "", 0];
    for await (const chunk of await client().chat.completions.create({
      model: "fb-ok",
      messages: PROMPT,
      ...more,
    })) {
      text += chunk.choices[0]?.delta.content ?? "";
      finish ||= chunk.choices[0]?.finish_reason ?? "";
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    expect([text, finish, tokens]).toEqual([ANSWER, "stop", TOKENS.length]);
    const whole = await client().chat.completions.create({ model: "fb-ok", messages: PROMPT });
    expect(whole.choices[0]?.message.content).toBe(ANSWER);
    expect(whole.usage?.completion_tokens).toBe(TOKENS.length);
  });

  test("reads a response, streamed and whole", async () => {
    const stream = client().responses.stream({ model: "fb-ok", input: PROMPT });
    let text = "";
    stream.on("response.output_text.delta", ({ delta }) => (text += delta));
    const final = await stream.finalResponse();
    expect([text, final.output_text, final.usage?.output_tokens]).toEqual([
      ANSWER,
      ANSWER,
      TOKENS.length,
    ]);
    const whole = await client().responses.create({ model: "fb-ok", input: PROMPT });
    expect(whole.output_text).toBe(ANSWER);
  });

  test("reads errors", async () => {
    const ask = (model: string) => () =>
      client().chat.completions.create({ model, messages: PROMPT });
    expect(await statusOf(ask("fb-s02-429-persistent"))).toBe(429);
    expect(await statusOf(ask("fb-s12-context-length"))).toBe(400);
  });
});

interface AnthropicClient {
  readonly messages: {
    stream(body: object): { finalMessage(): Promise<AnthropicMessage> };
    create(body: object): Promise<AnthropicMessage>;
  };
}

interface AnthropicMessage {
  readonly content: readonly { readonly text?: string }[];
  readonly stop_reason: string;
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
}

describe.skipIf(ANTHROPIC === null)(
  "@anthropic-ai/sdk (skipped where test/model/peers is not installed)",
  () => {
    async function client(): Promise<AnthropicClient> {
      const { Anthropic } = (await import(ANTHROPIC ?? "")) as {
        Anthropic: new (options: object) => AnthropicClient;
      };
      return new Anthropic({ baseURL: server.url, apiKey: "k", maxRetries: 0, logLevel: "off" });
    }
    const body = { max_tokens: 200, messages: PROMPT };

    test("reads a message, streamed and whole", async () => {
      const { messages } = await client();
      for (const message of [
        await messages.stream({ ...body, model: "fb-ok" }).finalMessage(),
        await messages.create({ ...body, model: "fb-ok" }),
      ]) {
        expect([message.content[0]?.text, message.stop_reason]).toEqual([ANSWER, "end_turn"]);
        expect(message.usage).toMatchObject({ input_tokens: 12, output_tokens: TOKENS.length });
      }
    });

    test("reads errors, and takes a cut stream for one", async () => {
      const { messages } = await client();
      expect(
        await statusOf(() => messages.create({ ...body, model: "fb-s04-503-persistent" })),
      ).toBe(503);
      const cut = messages.stream({ ...body, model: "fb-s08-stream-cut" }).finalMessage();
      expect(
        await cut.then(
          () => "whole",
          () => "an error",
        ),
      ).toBe("an error");
    });
  },
);

interface GeminiReply {
  readonly text?: string;
  readonly candidates?: readonly { readonly finishReason?: string }[];
  readonly usageMetadata?: { readonly candidatesTokenCount?: number };
}

interface GeminiClient {
  readonly models: {
    generateContentStream(body: object): Promise<AsyncIterable<GeminiReply>>;
    generateContent(body: object): Promise<GeminiReply>;
  };
}

describe.skipIf(GOOGLE === null)(
  "@google/genai (skipped where test/model/peers is not installed)",
  () => {
    async function client(): Promise<GeminiClient> {
      const { GoogleGenAI } = (await import(GOOGLE ?? "")) as {
        GoogleGenAI: new (options: object) => GeminiClient;
      };
      const httpOptions = {
        baseUrl: server.url,
        apiVersion: "v1beta",
        retryOptions: { attempts: 1 },
      };
      return new GoogleGenAI({ apiKey: "k", httpOptions });
    }

    test("reads a reply, streamed and whole", async () => {
      const { models } = await client();
      let [text, finish, tokens] = ["", "", 0];
      for await (const reply of await models.generateContentStream({
        model: "fb-ok",
        contents: "Say the words",
      })) {
        text += reply.text ?? "";
        finish ||= reply.candidates?.[0]?.finishReason ?? "";
        tokens = reply.usageMetadata?.candidatesTokenCount ?? tokens;
      }
      expect([text, finish, tokens]).toEqual([ANSWER, "STOP", TOKENS.length]);
      const whole = await models.generateContent({ model: "fb-ok", contents: "Say the words" });
      expect(whole.text).toBe(ANSWER);
    });

    test("reads errors", async () => {
      const { models } = await client();
      const ask = () =>
        models.generateContent({ model: "fb-s13-content-filter", contents: "Say the words" });
      expect(await statusOf(ask)).toBe(400);
    });
  },
);
