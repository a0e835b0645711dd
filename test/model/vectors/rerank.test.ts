import { describe, expect, test } from "bun:test";
import { errorOf } from "../calls.ts";
import { answers, silence } from "../faulty-server.ts";
import { KEY } from "../wires/wire.ts";
import { closeAfterEach, vectorBench } from "./bench.ts";
import { RERANK_WIRES, type Result } from "./wires.ts";

closeAfterEach();

const DOCUMENTS = ["ä", "漢字", "c"];
const BEST_FIRST: readonly Result[] = [
  { index: 2, score: 0.9 },
  { index: 0, score: -3.5 },
  { index: 1, score: -11 },
];

/** Every way to ask for scores passes the same checks, at stand-ins that speak it. */
for (const wire of RERANK_WIRES) {
  const { provider, model } = wire;
  const at = async (...bodies: readonly unknown[]) => {
    const bench = await vectorBench(wire.settings, ...bodies.map((body) => answers(200, body)));
    return { ...bench, reranker: await bench.models.reranker(`${provider}/${model}`) };
  };

  describe(`scores of ${wire.name}`, () => {
    test("go to the documents they are of, whatever order they come in", async () => {
      const { rerank, reranker, server } = await at(wire.reply(BEST_FIRST, 9));
      expect(await rerank(reranker, "q?", DOCUMENTS)).toEqual({
        scores: [-3.5, -11, 0.9],
        usage: wire.counts ? { prompt_tokens: 9, completion_tokens: 0 } : null,
      });
      const [seen] = server.seen;
      expect(seen?.path).toBe(wire.path);
      expect(seen?.headers[wire.keyHeader[0]]).toBe(wire.keyHeader[1]);
      expect(seen && wire.ask(seen)).toEqual({ query: "q?", documents: DOCUMENTS });
    });

    for (const [what, results] of [
      ["too few", BEST_FIRST.slice(1)],
      ["too many", [...BEST_FIRST, { index: 3, score: 1 }]],
      ["of one document twice", [...BEST_FIRST.slice(1), { index: 0, score: 1 }]],
      ["of no document", [...BEST_FIRST.slice(1), { index: 7, score: 1 }]],
      ["null", [...BEST_FIRST.slice(1), { index: 2, score: null }]],
      ["texts", [...BEST_FIRST.slice(1), { index: 2, score: "0.5" }]],
    ] as const)
      test(`that are ${what} are refused`, async () => {
        const { rerank, reranker } = await at(wire.reply(results, 1));
        const error = await errorOf(() => rerank(reranker, "q?", DOCUMENTS));
        expect([error.code, error.details["model"]]).toEqual(["RLLM_011", `${provider}/${model}`]);
      });

    test("are asked for again after a failure that may pass, and not after a refusal", async () => {
      const bench = await vectorBench(
        wire.settings,
        answers(429, { message: "slow down" }, { "retry-after": "1" }),
        answers(200, wire.reply(BEST_FIRST, 1)),
        answers(404, { message: "no such model" }),
      );
      const reranker = await bench.models.reranker(`${provider}/${model}`);
      expect((await bench.rerank(reranker, "q?", DOCUMENTS)).scores).toHaveLength(3);
      expect(bench.waits).toEqual([1000]);
      const error = await errorOf(() => bench.rerank(reranker, "q?", DOCUMENTS));
      expect([error.code, error.details["status"]]).toEqual(["RLLM_017", 404]);
    });

    test("are let go of when nobody waits any more", async () => {
      const bench = await vectorBench(wire.settings, silence);
      const reranker = await bench.models.reranker(`${provider}/${model}`);
      const stop = new AbortController();
      const request = { query: "q", documents: ["a"] };
      const work = errorOf(() => reranker.rerank(request, stop.signal, () => undefined));
      while (bench.server.seen.length === 0) await Bun.sleep(1);
      stop.abort();
      expect((await work).code).toBe("RLLM_022");
      await bench.server.seen[0]?.closed;
    });
  });
}

test("reranker() refuses a provider that has none", async () => {
  const { models } = await vectorBench(() => ({ environment: { OPENAI_API_KEY: KEY } }), silence);
  for (const id of ["openai/gpt-5", "ollama/bge", "google/gemini-embedding-001", "anthropic/x"])
    expect((await errorOf(() => models.reranker(id))).message).toEndWith(
      "has no models that score documents",
    );
});
