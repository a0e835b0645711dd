import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Ollama } from "ollama/browser";
import type { ChatResponse } from "ollama/browser";
import OpenAI from "openai";
import { AWS, BEDROCK, bedrock, bedrockPeer } from "./clients/bedrock.ts";
import { absence, PEERS } from "./clients/peer.ts";
import type { Peer, Understood } from "./clients/peer.ts";
import { answers, openServer, streams } from "./faulty-server.ts";
import type { Act, FaultyServer } from "./faulty-server.ts";
import { signedHeaders } from "../../src/model/bedrock/sigv4.ts";
import { CHAT } from "./wires/chat.ts";
import { CONVERSE } from "./wires/converse.ts";
import { GENERATE, VERTEX } from "./wires/generate.ts";
import { MESSAGES } from "./wires/messages.ts";
import { OLLAMA } from "./wires/ollama.ts";
import { RESPONSES } from "./wires/responses.ts";
import { KEY } from "./wires/wire.ts";
import type { Reply, Wire } from "./wires/wire.ts";

/**
 * The providers' own clients read what the stand-ins send: what our adapters are tested against are
 * honest wires. Two of them are in a package of their own: `npm install --prefix test/model/peers`
 * brings them.
 */
const ANTHROPIC = join(PEERS, "@anthropic-ai/sdk/index.mjs");
const GENAI = join(PEERS, "@google/genai/dist/node/index.mjs");

const opened: FaultyServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function serve(act: Act): Promise<string> {
  const server = await openServer(act);
  opened.push(server);
  return `http://${server.host}`;
}

function given(wire: Wire, reply: Reply): Act {
  return streams(wire.events(reply), { type: wire.type, encoding: wire.encoding });
}

const REPLY: Reply = {
  texts: ["Zwölf ", "\u{1F600}", '\n"漢字"'],
  reasoning: ["let me ", "see"],
  usage: { input: 12, output: 34 },
  served: "model-of-today",
};

for (const peer of [
  chatPeer(),
  responsesPeer(),
  anthropicPeer(),
  geminiPeer(),
  vertexPeer(),
  ollamaPeer(),
  bedrockPeer(),
]) {
  const { wire, missing } = peer;
  const check = (name: string, work: () => Promise<void>) =>
    missing === null ? test(name, work) : test.skip(`${name} (not here: ${missing})`, work);

  describe(`${peer.name} reads the stand-in "${wire.name}"`, () => {
    check("as a stream", async () => {
      const got = await peer.stream(await serve(given(wire, REPLY)));
      expect(got).toMatchObject({
        text: 'Zwölf \u{1F600}\n"漢字"',
        usage: [12, 34],
        served: wire.skips["served"] === undefined ? "model-of-today" : null,
      });
      expect([got.reasoning, got.tools]).toEqual(["let me see", []]);
    });
    check("as a whole reply", async () => {
      const sent = wire.whole(REPLY);
      const body = Array.isArray(sent) ? joined(sent) : sent;
      const got = await peer.whole(await serve(answers(200, body)));
      expect(got).toMatchObject({
        usage: [12, 34],
        served: wire.skips["served"] === undefined ? "model-of-today" : null,
        reasoning: "let me see",
      });
      expect(got.text).toBe('Zwölf \u{1F600}\n"漢字"');
    });
    const calls = [
      { id: "call_a", name: "get_weather", input: '{"city":"Köln \u{1F600}","days":[1,2]}' },
      { id: "call_b", name: "get_time", input: "{}" },
      { id: "call_c", name: "get_weather", input: '{"city":"Zürich","days":[]}' },
    ];
    const understood = calls.map(({ id, name, input }) => {
      return [peer.showsIds ? id : null, name, JSON.parse(input) as unknown] as const;
    });
    for (const fragment of [1, 5, 1000])
      check(`with tool calls in pieces of ${fragment}`, async () => {
        const reply = { texts: ["Let me look."], calls, fragment };
        const got = await peer.stream(await serve(given(wire, reply)));
        expect([got.text, got.tools]).toEqual(["Let me look.", understood]);
      });
    check("with tool calls in a whole reply", async () => {
      const whole = wire.whole({ calls });
      const body = Array.isArray(whole) ? joined(whole) : whole;
      expect((await peer.whole(await serve(answers(200, body)))).tools).toEqual(understood);
    });
    check("with a limit that was reached", async () => {
      const stop = await peer.stream(await serve(given(wire, { texts: ["a"] })));
      const limit = { texts: ["a"], finish: "length" } as const;
      const length = await peer.stream(await serve(given(wire, limit)));
      expect(stop.finish).not.toEqual(length.finish);
      expect([stop.text, length.text]).toEqual(["a", "a"]);
    });
    check("as an error status", async () => {
      const url = await serve(
        answers(400, wire.error(400, "No, thank you", "invalid_request_error")),
      );
      const failure = await failureOf(() => peer.whole(url));
      expect([failure.status, failure.message.includes("No, thank you")]).toEqual([400, true]);
    });
    check("as an error amid the stream", async () => {
      const half = wire.events({ texts: ["Half"] }).slice(0, -wire.ending);
      const pieces = [...half, wire.fault("The wheels came off", "api_error")];
      const failure = await failureOf(async () =>
        peer.stream(await serve(streams(pieces, { type: wire.type, encoding: wire.encoding }))),
      );
      expect(failure.message).toContain("The wheels came off");
    });
  });
}

async function failureOf(
  work: () => Promise<unknown>,
): Promise<{ message: string; status: unknown }> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    return { message: thrown.message, status: statusIn(thrown) };
  }
  throw new Error("Expected a failure, and there was none");
}

function statusIn(thrown: Error): unknown {
  if ("status" in thrown) return thrown.status;
  if ("status_code" in thrown) return thrown.status_code;
  const { $metadata: facts } = thrown as { $metadata?: { httpStatusCode?: number } };
  return facts?.httpStatusCode ?? null;
}

/** The chunks of a stream as the one reply they add up to. */
function joined(chunks: unknown): unknown {
  const all = chunks as {
    candidates: { content: { parts: unknown[] }; finishReason?: string }[];
  }[];
  const parts = all.flatMap(({ candidates }) => candidates[0]?.content.parts ?? []);
  const finishReason = all.at(-1)?.candidates[0]?.finishReason;
  return {
    ...all.at(-1),
    candidates: [{ content: { parts, role: "model" }, index: 0, finishReason }],
  };
}

function openai(url: string): OpenAI {
  return new OpenAI({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: 0, logLevel: "off" });
}

function chatPeer(): Peer {
  const asked = { model: "gpt-4o", messages: [{ role: "user" as const, content: "Hi" }] };
  const understood = (completion: OpenAI.ChatCompletion): Understood => {
    const [choice] = completion.choices;
    const message: Partial<OpenAI.ChatCompletionMessage> & { reasoning_content?: string } =
      choice?.message ?? {};
    const calls = message.tool_calls?.filter((call) => call.type === "function") ?? [];
    return {
      text: message.content ?? "",
      reasoning: message.reasoning_content ?? "",
      finish: choice?.finish_reason,
      usage: [completion.usage?.prompt_tokens, completion.usage?.completion_tokens],
      served: completion.model,
      tools: calls.map(({ id, function: called }) => {
        return [id, called.name, JSON.parse(called.arguments)] as const;
      }),
    };
  };
  return {
    name: "openai",
    wire: CHAT,
    missing: null,
    showsIds: true,
    async stream(url) {
      const stream = openai(url).chat.completions.stream({ ...asked, stream: true });
      let reasoning = "";
      for await (const chunk of stream) {
        const thought: unknown = Object.entries(chunk.choices[0]?.delta ?? {}).find(
          ([key]) => key === "reasoning_content",
        )?.[1];
        reasoning += typeof thought === "string" ? thought : "";
      }
      return { ...understood(await stream.finalChatCompletion()), reasoning };
    },
    whole: async (url) => understood(await openai(url).chat.completions.create(asked)),
  };
}

function responsesPeer(): Peer {
  const asked = { model: "gpt-4o", input: "Hi" };
  const understood = (response: OpenAI.Responses.Response): Understood => {
    const reasoning = response.output.find((item) => item.type === "reasoning");
    const calls = response.output.filter((item) => item.type === "function_call");
    return {
      text: response.output_text,
      reasoning: reasoning?.summary.map(({ text }) => text).join("") ?? "",
      finish: response.status,
      usage: [response.usage?.input_tokens, response.usage?.output_tokens],
      served: response.model,
      tools: calls.map(({ call_id: id, name, arguments: input }) => {
        return [id, name, JSON.parse(input)] as const;
      }),
    };
  };
  return {
    name: "openai",
    wire: RESPONSES,
    missing: null,
    showsIds: true,
    async stream(url) {
      const stream = await openai(url).responses.create({ ...asked, stream: true });
      let text = "";
      let last: OpenAI.Responses.Response | null = null;
      for await (const event of stream) {
        if (event.type === "error") throw new Error(event.message);
        if (event.type === "response.output_text.delta") text += event.delta;
        if (event.type === "response.completed" || event.type === "response.incomplete")
          last = event.response;
      }
      if (last === null) throw new Error("The stream had no end");
      return { ...understood(last), text };
    },
    whole: async (url) => understood(await openai(url).responses.create(asked)),
  };
}

interface AnthropicMessage {
  readonly model: string;
  readonly stop_reason: string;
  readonly content: readonly {
    type: string;
    text?: string;
    thinking?: string;
    id?: string;
    name?: string;
    input?: unknown;
  }[];
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
}

interface AnthropicPackage {
  readonly default: new (options: object) => {
    readonly messages: {
      stream(body: object): { finalMessage(): Promise<AnthropicMessage> };
      create(body: object): Promise<AnthropicMessage>;
    };
  };
}

function anthropicPeer(): Peer {
  const asked = {
    model: "claude-sonnet-4-6",
    max_tokens: 100,
    messages: [{ role: "user", content: "Hi" }],
  };
  const client = async (url: string) => {
    const { default: Anthropic } = (await import(ANTHROPIC)) as AnthropicPackage;
    return new Anthropic({ apiKey: KEY, baseURL: url, maxRetries: 0, logLevel: "off" });
  };
  const understood = (message: AnthropicMessage): Understood => {
    const all = (type: string, key: "text" | "thinking") =>
      message.content.map((block) => (block.type === type ? block[key] : "")).join("");
    const calls = message.content.filter(({ type }) => type === "tool_use");
    return {
      text: all("text", "text"),
      reasoning: all("thinking", "thinking"),
      finish: message.stop_reason,
      usage: [message.usage.input_tokens, message.usage.output_tokens],
      served: message.model,
      tools: calls.map(({ id, name, input }) => [id, name, input] as const),
    };
  };
  return {
    name: "@anthropic-ai/sdk",
    wire: MESSAGES,
    missing: absence(ANTHROPIC),
    showsIds: true,
    stream: async (url) =>
      understood(await (await client(url)).messages.stream(asked).finalMessage()),
    whole: async (url) => understood(await (await client(url)).messages.create(asked)),
  };
}

interface GeminiReply {
  readonly modelVersion?: string;
  readonly usageMetadata?: {
    readonly promptTokenCount?: number;
    readonly candidatesTokenCount?: number;
  };
  readonly candidates?: readonly {
    readonly finishReason?: string;
    readonly content?: { readonly parts?: readonly GeminiPart[] };
  }[];
}

interface GeminiPart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly functionCall?: { readonly id?: string; readonly name: string; readonly args: unknown };
}

interface GeminiPackage {
  readonly GoogleGenAI: new (options: object) => {
    readonly models: {
      generateContentStream(body: object): Promise<AsyncIterable<GeminiReply>>;
      generateContent(body: object): Promise<GeminiReply>;
    };
  };
}

/** The same client, with a key of Google Cloud. */
function vertexPeer(): Peer {
  return { ...geminiPeer({ vertexai: true }), wire: VERTEX };
}

const path = "Google's client and this one call Vertex at the same address";
if (absence(GENAI) !== null) test.skip(`${path} (not here: ${absence(GENAI)})`, () => {});
else
  test(path, async () => {
    const server = await openServer(given(VERTEX, { texts: ["ok"] }));
    opened.push(server);
    await vertexPeer().stream(`http://${server.host}`);
    const [seen] = server.seen;
    expect([seen?.path, seen?.headers["x-goog-api-key"]]).toEqual([VERTEX.path, KEY]);
  });

function geminiPeer(more: object = {}): Peer {
  const asked = { model: "gemini-2.5-flash", contents: "Hi" };
  const client = async (url: string) => {
    const { GoogleGenAI } = (await import(GENAI)) as GeminiPackage;
    return new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: url }, ...more });
  };
  const understood = (replies: readonly GeminiReply[]): Understood => {
    const parts = replies.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
    const last = replies.at(-1);
    const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
    const text = (thought: boolean) =>
      parts.map((part) => ((part.thought ?? false) === thought ? (part.text ?? "") : "")).join("");
    return {
      text: text(false),
      reasoning: text(true),
      finish: last?.candidates?.[0]?.finishReason,
      usage: [last?.usageMetadata?.promptTokenCount, last?.usageMetadata?.candidatesTokenCount],
      served: last?.modelVersion,
      tools: calls.map(({ id, name, args }) => [id, name, args] as const),
    };
  };
  return {
    name: "@google/genai",
    wire: GENERATE,
    missing: absence(GENAI),
    showsIds: true,
    async stream(url) {
      const replies: GeminiReply[] = [];
      for await (const reply of await (await client(url)).models.generateContentStream(asked))
        replies.push(reply);
      return understood(replies);
    },
    whole: async (url) => understood([await (await client(url)).models.generateContent(asked)]),
  };
}

function ollamaPeer(): Peer {
  const asked = { model: "llama3.2", messages: [{ role: "user", content: "Hi" }] };
  const understood = (pieces: readonly ChatResponse[]): Understood => {
    const messages = pieces.map(({ message }) => message);
    const calls = messages.flatMap((message) => message.tool_calls ?? []);
    const last = pieces.at(-1);
    return {
      text: messages.map(({ content }) => content).join(""),
      reasoning: messages.map(({ thinking }) => thinking ?? "").join(""),
      finish: last?.done_reason,
      usage: [last?.prompt_eval_count, last?.eval_count],
      served: last?.model,
      tools: calls.map(({ function: { name, arguments: input } }) => [null, name, input] as const),
    };
  };
  return {
    name: "ollama",
    wire: OLLAMA,
    missing: null,
    showsIds: false,
    async stream(host) {
      const pieces: ChatResponse[] = [];
      for await (const piece of await new Ollama({ host }).chat({ ...asked, stream: true }))
        pieces.push(piece);
      return understood(pieces);
    },
    whole: async (host) => understood([await new Ollama({ host }).chat(asked)]),
  };
}

const signing = "AWS's client and this one sign a request alike";
if (absence(BEDROCK) !== null) test.skip(`${signing} (not here: ${absence(BEDROCK)})`, () => {});
else
  test(signing, async () => {
    const server = await openServer(answers(200, CONVERSE.whole({ texts: ["ok"] })));
    opened.push(server);
    await (await bedrock(`http://${server.host}`)).converse();
    const [seen] = server.seen;
    if (seen === undefined) throw new Error("Nothing was sent");
    const { authorization = "" } = seen.headers;
    const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(";") ?? [];
    const others = names.filter((name) => name !== "host" && name !== "x-amz-date");
    const time = seen.headers["x-amz-date"] ?? "";
    const at = new Date(time.replace(/(....)(..)(..T..)(..)(..)Z/, "$1-$2-$3:$4:$5Z"));
    const signed = signedHeaders(
      {
        method: seen.method,
        url: new URL(seen.path, `http://${server.host}`),
        body: seen.text,
        headers: Object.fromEntries(others.map((name) => [name, seen.headers[name] ?? ""])),
      },
      { ...AWS, sessionToken: null },
      { region: "us-east-1", service: "bedrock", at },
    );
    expect(signed["authorization"]).toBe(authorization);
  });
