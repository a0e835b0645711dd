import { afterEach, describe, expect, test } from "bun:test";
import { type Modullm, open } from "../../src/index.ts";
import { makeFolder, worldOf } from "../cli/command-line.ts";
import { serveVectors, type VectorServer } from "../cli/vector-server.ts";
import { errorOf } from "../model/calls.ts";

const opened: { close(): Promise<void> }[] = [];
const servers: VectorServer[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
  for (const server of servers.splice(0)) server.stop();
});

async function openHere(
  answer?: Parameters<typeof serveVectors>[0],
  config = "",
): Promise<{ modullm: Modullm; server: VectorServer }> {
  const server = serveVectors(answer);
  servers.push(server);
  const cwd = makeFolder({ "config/modullm/config.yaml": config });
  const modullm = await open({ cwd, env: { ...worldOf(cwd), ...server.env }, warn: () => {} });
  opened.push(modullm);
  return { modullm, server };
}

describe("embed()", () => {
  test("gives all vectors in order, and what they took", async () => {
    const { modullm, server } = await openHere(undefined, "models: {local/m: {input_price: 10}}\n");
    const texts = Array.from({ length: 100 }, (_, at) => "x".repeat(at));
    const { vectors, ...totals } = await modullm.embed(texts, { model: "local/m" });
    expect(vectors.map((vector) => vector?.[0] ?? null)).toEqual(
      texts.map(({ length }) => (length === 0 ? null : length)),
    );
    expect(totals).toEqual({
      model: "local/m",
      requests: server.asked.length,
      prompt_tokens: expect.any(Number),
      cost_usd: expect.any(Number),
    });
  });

  test("takes texts as they come, and needs no model", async () => {
    const { modullm } = await openHere();
    async function* slowly(): AsyncGenerator<string> {
      yield "one";
      await Bun.sleep(1);
      yield "two";
    }
    const { vectors, model, cost_usd: usd } = await modullm.embed(slowly(), { dimensions: 20 });
    expect([vectors.map((vector) => vector?.length), model, usd]).toEqual([
      [20, 20],
      "builtin/lexical",
      0,
    ]);
    expect((await modullm.embed([])).vectors).toEqual([]);
  });

  test("takes one text for one, and refuses what is no text", async () => {
    const { modullm, server } = await openHere();
    expect((await modullm.embed("abc", { model: "local/m" })).vectors).toEqual([[3, 0.5]]);
    const odd = ["a", 7, null] as unknown as string[];
    for (const work of [
      () => modullm.embed(odd, { model: "local/m" }),
      () => modullm.rerank("q", odd, { model: "local/m" }),
      () => modullm.rerank(undefined as unknown as string, ["a"]),
    ])
      expect((await errorOf(work)).code).toBe("RLLM_016");
    // What stands before it has been asked for.
    expect(server.asked.map(({ texts }) => texts)).toEqual([["abc"], ["a"]]);
  });

  test("ends with its signal and its budget, without a key in what it throws", async () => {
    const key = "sk-planted-0123456789";
    const hanging = await openHere(null);
    const stop = new AbortController();
    const work = errorOf(() =>
      hanging.modullm.embed(["a"], { model: "local/m", signal: stop.signal }),
    );
    while (hanging.server.asked.length === 0) await Bun.sleep(1);
    stop.abort();
    expect((await work).code).toBe("RLLM_022");
    const { modullm } = await openHere(() => Response.json({ error: key }, { status: 400 }));
    const error = await errorOf(() => modullm.embed(["a"], { model: "local/m" }));
    expect([error.code, JSON.stringify(error.details).includes(key)]).toEqual(["RLLM_017", false]);
    const spent = await errorOf(() =>
      modullm.embed(["a"], { model: "local/m", budget: { tokens: 0 } }),
    );
    expect(spent.code).toBe("RLLM_020");
  });
});

describe("rerank()", () => {
  test("gives the best first, and what it took", async () => {
    const { modullm } = await openHere();
    const documents = ["a", "abc", "ab"];
    const ranked = await modullm.rerank("q", documents, { model: "local/r", top: 2 });
    expect(ranked).toEqual({
      results: [
        { index: 1, score: 3, text: "abc" },
        { index: 2, score: 2, text: "ab" },
      ],
      model: "local/r",
      requests: 1,
      prompt_tokens: expect.any(Number),
      cost_usd: null,
    });
    const lexical = await modullm.rerank("ab", documents);
    expect([lexical.model, lexical.results[0]?.text]).toEqual(["builtin/lexical", "ab"]);
    expect((await errorOf(() => modullm.rerank("", documents))).code).toBe("RLLM_016");
  });
});
