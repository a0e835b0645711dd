import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Manifest } from "../../plugins/sdk/protocol.ts";
import type { EmbedRequest } from "../../src/model/embedder.ts";
import type { ModelNote } from "../../src/model/model.ts";
import type { ModelProvider } from "../../src/model/provider.ts";
import { createPluginHost } from "../../src/plugin/host.ts";
import { createPluginProvider } from "../../src/plugin/provider.ts";
import { errorOf } from "../model/calls.ts";
import { startFaulty } from "./faulty.ts";

const MANIFEST: Manifest = {
  name: "vectors",
  version: "1.0.0",
  description: "For tests.",
  language: "typescript",
  interface_version: 2,
  command: { default: ["vector-plugin.ts"] },
  provides: ["embed", "rerank", "models/list", "models/pull"],
};
const { signal } = new AbortController();

const made: ModelProvider[] = [];
afterAll(async () => {
  for (const provider of made) await provider.close?.();
});

function start(file: string, more: Partial<Manifest> = {}): ModelProvider {
  const manifest = { ...MANIFEST, ...more };
  const host = createPluginHost({
    name: manifest.name,
    command: process.execPath,
    args: [join(import.meta.dir, file)],
    env: { PATH: process.env["PATH"] ?? "" },
    cwd: import.meta.dir,
    settings: {},
    dataFolder: import.meta.dir,
  });
  const provider = createPluginProvider(host, manifest, { autoPull: true });
  made.push(provider);
  return provider;
}

async function embed(provider: ModelProvider, name: string, more: Partial<EmbedRequest> = {}) {
  const request = { texts: ["a", ""], dimensions: null, purpose: "document", ...more } as const;
  const embedder = provider.embedder?.(name);
  if (embedder === undefined) throw new Error("it has no embedder");
  return await embedder.embed(request, signal, () => undefined);
}

describe("a plugin that embeds and reranks", () => {
  const provider = start("vector-plugin.ts");

  test("gives vectors, told how long and what for", async () => {
    expect(await embed(provider, "m")).toEqual({
      vectors: [
        [1, 0, 0],
        [0, 0, 0],
      ],
      usage: { prompt_tokens: 2, completion_tokens: 0 },
    });
    const { vectors } = await embed(provider, "m", { dimensions: 4, purpose: "query" });
    expect(vectors).toEqual([
      [1, 1, 0, 0],
      [0, 1, 0, 0],
    ]);
  });

  test("gives scores in the order of the documents", async () => {
    const reranker = provider.reranker?.("m");
    const asked = { query: "ab", documents: ["c", "", "def"] };
    expect(await reranker?.rerank(asked, signal, () => undefined)).toEqual({
      scores: [2, 0, 6],
      usage: null,
    });
    expect([reranker?.id, reranker?.takesBlank]).toEqual(["vectors/m", true]);
  });

  test("needs no chat to be ready, and gets the model that is missing", async () => {
    const notes: ModelNote[] = [];
    await provider.embedder?.("m").ready(signal, (note) => notes.push(note));
    expect(notes).toEqual([]);
    await provider.reranker?.("other").ready(signal, (note) => notes.push(note));
    expect(notes.map(({ message }) => message)).toEqual(['Pulling "other": getting other']);
    await provider.pull?.("third", signal, (note) => notes.push(note));
    expect(notes.at(-1)?.message).toBe('Pulling "third": getting third');
    expect(await provider.list?.(signal)).toEqual(["m", "busy"]);
  });

  test("says how it is, and fails as it says", async () => {
    expect(await provider.health?.(signal)).toEqual({ ok: false, message: "tired" });
    const busy = await errorOf(() => embed(provider, "busy"));
    expect([busy.code, busy.retryable, busy.details["retry_after_ms"]]).toEqual([
      "RLLM_017",
      true,
      1,
    ]);
    expect((await errorOf(() => embed(provider, "none"))).code).toBe("RLLM_010");
  });

  test("is let go of when nobody waits any more", async () => {
    const stop = new AbortController();
    const request = { texts: ["hang"], dimensions: null, purpose: "document" } as const;
    const embedder = provider.embedder?.("m");
    const work = errorOf(async () => await embedder?.embed(request, stop.signal, () => undefined));
    stop.abort();
    expect((await work).code).toBe("RLLM_022");
    expect((await embed(provider, "m")).vectors).toHaveLength(2);
  });
});

describe("a plugin of version 1", () => {
  test("is told nothing new, and refused where it gives other vectors", async () => {
    const frozen = start("frozen-v1.ts", {
      name: "frozen",
      interface_version: 1,
      provides: ["chat", "embed", "models/list"],
    });
    const { vectors } = await embed(frozen, "m", { purpose: "query" });
    expect(vectors).toEqual([
      [1, 1],
      [0, 1],
    ]);
    const error = await errorOf(() => embed(frozen, "m", { dimensions: 3 }));
    expect([error.code, error.message]).toEqual([
      "RLLM_011",
      'Cannot use the reply of "frozen/m": its vectors have 2 numbers, but 3 were asked for',
    ]);
    expect(frozen.reranker).toBeUndefined();
  });
});

describe("a plugin that breaks its protocol", () => {
  test("is refused with its vectors", async () => {
    const { host } = startFaulty("none", { variables: ["FAULTY_API_KEY"] });
    const provider = createPluginProvider(host, {
      ...MANIFEST,
      name: "faulty",
      interface_version: 1,
      provides: ["chat", "embed"],
    });
    made.push(provider);
    for (const [model, words] of [
      ["ragged", "different lengths"],
      ["short", "1 for 2 texts"],
    ] as const) {
      const error = await errorOf(() => embed(provider, model));
      expect([error.code, error.message]).toEqual(["RLLM_019", expect.stringContaining(words)]);
    }
  });
});
