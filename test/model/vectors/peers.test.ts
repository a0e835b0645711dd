import { afterEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Ollama } from "ollama/browser";
import OpenAI from "openai";
import { answers, type FaultyServer, openServer } from "../faulty-server.ts";
import { KEY } from "../wires/wire.ts";
import { EMBED_WIRES, type EmbedWire } from "./wires.ts";

/**
 * The providers' own clients read what the stand-ins send: our adapters are tested against honest
 * wires.
 */
const GENAI = join(import.meta.dir, "../peers/node_modules/@google/genai/dist/node/index.mjs");

const opened: FaultyServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

const VECTORS = [
  [0.25, -0.5, 1],
  [1, 2, -3],
];
const TEXTS = ["ä", "漢字"];

/** A server that answers so, and what it was asked. */
async function serve(wire: EmbedWire): Promise<FaultyServer> {
  const server = await openServer(answers(200, wire.reply(VECTORS, 7)));
  opened.push(server);
  return server;
}

function wireOf(name: string): EmbedWire {
  const found = EMBED_WIRES.find((wire) => wire.name === name);
  if (found === undefined) throw new Error(`There is no wire ${name}`);
  return found;
}

describe("openai", () => {
  const wire = wireOf("openai");

  test("reads the stand-in, and asks as we do", async () => {
    const server = await serve(wire);
    const client = new OpenAI({ apiKey: KEY, baseURL: server.url, maxRetries: 0 });
    const reply = await client.embeddings.create({
      model: wire.model,
      input: TEXTS,
      dimensions: 3,
      encoding_format: "float",
    });
    expect(reply.data.map(({ embedding }) => embedding)).toEqual(VECTORS);
    expect([reply.data.map(({ index }) => index), reply.usage.prompt_tokens]).toEqual([[0, 1], 7]);
    const [seen] = server.seen;
    expect(seen?.path).toBe(wire.path);
    expect(seen && wire.ask(seen)).toEqual({ texts: TEXTS, dimensions: 3, purpose: undefined });
  });
});

describe("ollama", () => {
  const wire = wireOf("ollama");

  test("reads the stand-in, and asks as we do", async () => {
    const server = await serve(wire);
    const client = new Ollama({ host: `http://${server.host}` });
    const reply = await client.embed({ model: wire.model, input: TEXTS, dimensions: 3 });
    expect([reply.embeddings, reply.prompt_eval_count]).toEqual([VECTORS, 7]);
    const [seen] = server.seen;
    expect(seen?.path).toBe(wire.path);
    expect(seen && wire.ask(seen)).toEqual({ texts: TEXTS, dimensions: 3, purpose: undefined });
  });
});

interface GenAi {
  readonly GoogleGenAI: new (options: object) => {
    readonly models: {
      embedContent(body: object): Promise<{ embeddings?: { values?: number[] }[] }>;
    };
  };
}

describe("@google/genai", () => {
  const wire = wireOf("gemini");
  const check = existsSync(GENAI)
    ? test
    : (name: string, work: () => Promise<void>) =>
        test.skip(`${name} (not here: npm install --prefix test/model/peers brings it)`, work);

  check("reads the stand-in, and asks as we do", async () => {
    const { GoogleGenAI } = (await import(GENAI)) as GenAi;
    const server = await serve(wire);
    const client = new GoogleGenAI({
      apiKey: KEY,
      httpOptions: { baseUrl: `http://${server.host}` },
    });
    const reply = await client.models.embedContent({
      model: wire.model,
      contents: TEXTS,
      config: { outputDimensionality: 3, taskType: "RETRIEVAL_QUERY" },
    });
    expect(reply.embeddings?.map(({ values }) => values)).toEqual(VECTORS);
    const [seen] = server.seen;
    // It takes the first version of the address, which has the same.
    expect(seen?.path.replace("/v1/", "/v1beta/")).toBe(wire.path);
    expect(seen && wire.ask(seen)).toEqual({
      texts: TEXTS,
      dimensions: 3,
      purpose: "RETRIEVAL_QUERY",
    });
  });
});
