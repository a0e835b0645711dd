import { describe, expect, test } from "bun:test";
import { errorOf } from "../calls.ts";
import { answers, fails, silence } from "../faulty-server.ts";
import { KEY } from "../wires/wire.ts";
import { closeAfterEach, vectorBench } from "./bench.ts";
import { EMBED_WIRES } from "./wires.ts";

closeAfterEach();

const ONE = [0.1, -0.2, 3e-7];
const TWO = [1, 2, -3];

/** Every way to ask for vectors passes the same checks, at stand-ins that speak it. */
for (const wire of EMBED_WIRES) {
  const { provider, model } = wire;
  const at = async (...acts: Parameters<typeof answers>[1][]) => {
    const bench = await vectorBench(wire.settings, ...acts.map((body) => answers(200, body)));
    return { ...bench, embedder: await bench.models.embedder(`${provider}/${model}`) };
  };

  describe(`vectors of ${wire.name}`, () => {
    test("come in the order of the texts, with what they took", async () => {
      const { embed, embedder, server } = await at(wire.reply([ONE, TWO], 7));
      expect(await embed(embedder, { texts: ["ä\n", "👩‍👩‍👧 漢字"] })).toEqual({
        vectors: [ONE, TWO],
        usage: { prompt_tokens: 7, completion_tokens: 0 },
      });
      const [seen] = server.seen;
      expect(seen?.path).toBe(wire.path);
      expect(seen && wire.ask(seen).texts).toEqual(["ä\n", "👩‍👩‍👧 漢字"]);
      if (wire.keyHeader !== null) expect(seen?.headers[wire.keyHeader[0]]).toBe(wire.keyHeader[1]);
    });

    test("are asked for by where they are to be used, and how long", async () => {
      const { embed, embedder, server } = await at(wire.reply([TWO], 1));
      await embed(embedder, { texts: ["a"], dimensions: 3, purpose: "query" });
      await embed(embedder, { texts: ["a"] });
      const [asked, plain] = server.seen.map((seen) => wire.ask(seen));
      expect([asked?.dimensions, asked?.purpose]).toEqual([3, wire.query]);
      expect(plain?.dimensions).toBeUndefined();
      expect(plain?.purpose === undefined).toBe(wire.query === undefined);
    });

    test("are not counted where the server does not count", async () => {
      const { embed, embedder } = await at(wire.reply([ONE, TWO], null));
      expect((await embed(embedder, {})).usage).toBeNull();
    });

    for (const [what, reply, words] of [
      ["too few", wire.reply([ONE], 1), "it has 1 vector, but 2 were asked for"],
      ["too many", wire.reply([ONE, TWO, TWO], 1), "it has 3 vectors, but 2 were asked for"],
      ["none", {}, "it has 0 vectors, but 2 were asked for"],
      ["of several lengths", wire.reply([ONE, [1, 2]], 1), "its vectors have 3 and 2 numbers"],
      ["empty", wire.reply([[], []], 1), "its vector 0 is no list of numbers"],
      ["texts", wire.reply([ONE, "AACAPw=="], 1), "its vector 1 is no list of numbers"],
      ["null", wire.reply([ONE, [1, null, 3]], 1), "it has null in place of a number"],
      ["strings", wire.reply([ONE, [1, "2", 3]], 1), `it has "2" in place of a number`],
    ] as const)
      test(`that are ${what} are refused`, async () => {
        const { embed, embedder, server } = await at(reply);
        const error = await errorOf(() => embed(embedder, {}));
        expect([error.code, error.message]).toEqual([
          "RLLM_011",
          `Cannot use the reply of "${provider}/${model}": ${words}`,
        ]);
        expect(server.seen).toHaveLength(1);
      });

    test("with NaN or Infinity are refused", async () => {
      for (const word of ["NaN", "-Infinity"]) {
        const text = JSON.stringify(wire.reply([ONE, ["HERE", 1, 2]], 1)).replace(`"HERE"`, word);
        const { embed, embedder } = await at(text);
        const error = await errorOf(() => embed(embedder, {}));
        expect([error.code, error.message]).toEqual([
          "RLLM_011",
          expect.stringContaining(`it has ${word.replace("-", "")} in place of a number`),
        ]);
      }
    });

    test("of another length than was asked for are refused", async () => {
      const { embed, embedder } = await at(wire.reply([ONE, TWO], 1));
      const error = await errorOf(() => embed(embedder, { dimensions: 256 }));
      expect(error.message).toContain("have 3 numbers, but 256 were asked for");
    });

    test("of a reply that was cut are asked for again, then refused", async () => {
      const whole = JSON.stringify(wire.reply([ONE, TWO], 1));
      const { embed, embedder, server } = await at(
        whole.slice(0, -20),
        whole.slice(0, 30),
        whole.slice(0, 10),
      );
      const error = await errorOf(() => embed(embedder, {}));
      expect([error.code, error.details["attempts"]]).toEqual(["RLLM_017", 3]);
      expect(server.seen).toHaveLength(3);
    });

    test("are asked for again after a failure that may pass", async () => {
      const bench = await vectorBench(
        wire.settings,
        answers(503, { error: { message: "busy" } }, { "retry-after": "2" }),
        answers(200, wire.reply([ONE, TWO], 5)),
      );
      const embedder = await bench.models.embedder(`${provider}/${model}`);
      expect((await bench.embed(embedder, {})).vectors).toEqual([ONE, TWO]);
      expect(bench.waits).toEqual([2000]);
      expect(bench.notes.map(({ kind }) => kind)).toEqual(["retry-wait"]);
    });

    test("are not asked for again after a refusal, which shows no key", async () => {
      const bench = await vectorBench(wire.settings, answers(400, { error: `bad key ${KEY}` }));
      const embedder = await bench.models.embedder(`${provider}/${model}`);
      const error = await errorOf(() => bench.embed(embedder, {}));
      expect([error.code, error.details["status"], bench.server.seen.length]).toEqual([
        "RLLM_017",
        400,
        1,
      ]);
      if (wire.keyHeader !== null) expect(JSON.stringify(error.details)).not.toContain(KEY);
    });

    test("are let go of when nobody waits any more", async () => {
      const bench = await vectorBench(wire.settings, silence);
      const embedder = await bench.models.embedder(`${provider}/${model}`);
      const stop = new AbortController();
      const request = { texts: ["a"], dimensions: null, purpose: "document" } as const;
      const work = errorOf(() => embedder.embed(request, stop.signal, () => undefined));
      while (bench.server.seen.length === 0) await Bun.sleep(1);
      stop.abort();
      expect((await work).code).toBe("RLLM_022");
      await bench.server.seen[0]?.closed;
    });

    if (wire.placed)
      test("stand where the reply says, in whichever order they come", async () => {
        const reply = JSON.parse(JSON.stringify(wire.reply([ONE, TWO], 2))) as { data: object[] };
        const { embed, embedder } = await at({ ...reply, data: reply.data.toReversed() });
        expect((await embed(embedder, {})).vectors).toEqual([ONE, TWO]);
      });

    if (wire.placed)
      test("that stand in no place, or one twice, are refused", async () => {
        const data = (...places: number[]) => ({
          ...(wire.reply([], 1) as object),
          data: places.map((index) => ({ index, embedding: ONE })),
        });
        for (const reply of [data(0, 0), data(0, 2), data(-1, 0)]) {
          const { embed, embedder } = await at(reply);
          expect((await errorOf(() => embed(embedder, {}))).code).toBe("RLLM_011");
        }
      });

    if (wire.keyHeader !== null && provider !== "llamacpp")
      test("need the key before anything is sent", async () => {
        const bench = await vectorBench((url) => {
          const { environment } = wire.settings(url);
          const kept = Object.entries(environment ?? {}).filter(([name]) => !name.endsWith("KEY"));
          return { environment: Object.fromEntries(kept) };
        }, silence);
        const embedder = await bench.models.embedder(`${provider}/${model}`);
        const { signal } = new AbortController();
        const error = await errorOf(() => embedder.ready(signal, () => undefined).then(() => null));
        expect(error.code).toBe("RLLM_014");
        expect((await errorOf(() => bench.embed(embedder, {}))).code).toBe("RLLM_014");
        expect(bench.server.seen).toEqual([]);
      });
  });
}

describe("embedder()", () => {
  test("refuses a provider that has none", async () => {
    const { models } = await vectorBench(
      () => ({ environment: { ANTHROPIC_API_KEY: KEY } }),
      silence,
    );
    const error = await errorOf(() => models.embedder("anthropic/claude-haiku-4-5"));
    expect([error.code, error.message]).toEqual([
      "RLLM_002",
      'Cannot use "anthropic/claude-haiku-4-5" for this: anthropic has no models that give vectors',
    ]);
    expect((await errorOf(() => models.embedder("text"))).code).toBe("RLLM_002");
    expect((await errorOf(() => models.embedder("nobody/text"))).code).toBe("RLLM_002");
  });

  test("refuses a program a provider that answers no prompts", async () => {
    const { models } = await vectorBench(() => ({ environment: { VOYAGE_API_KEY: KEY } }), silence);
    const error = await errorOf(() => models.get("voyage/voyage-4"));
    expect([error.code, error.message]).toEqual([
      "RLLM_002",
      'Cannot use model "voyage/voyage-4": voyage answers no prompts, it gives vectors and scores alone',
    ]);
  });

  test("knows a server of one's own by its type", async () => {
    const { models, embed, server } = await vectorBench(
      (url) => ({
        providers: { mine: { type: "voyage", baseUrl: `${url}/x` } },
        environment: { MINE_API_KEY: KEY },
      }),
      answers(200, { data: [{ index: 0, embedding: [1] }] }),
    );
    await embed(await models.embedder("mine/any"), { texts: ["a"], dimensions: 1 });
    const [seen] = server.seen;
    expect([seen?.path, seen?.body["output_dimension"], seen?.body["truncation"]]).toEqual([
      "/x/embeddings",
      1,
      false,
    ]);
  });

  test("never has a text cut where the server can be told so", async () => {
    for (const [name, key, value] of [
      ["ollama", "truncate", false],
      ["cohere", "truncate", "NONE"],
      ["voyage", "truncation", false],
      ["nvidia", "truncate", "NONE"],
    ] as const) {
      const wire = EMBED_WIRES.find(({ provider }) => provider === name);
      if (wire === undefined) throw new Error(name);
      const bench = await vectorBench(wire.settings, answers(200, wire.reply([[1]], 1)));
      await bench.embed(await bench.models.embedder(`${name}/${wire.model}`), { texts: ["a"] });
      expect([name, bench.server.seen[0]?.body[key]]).toEqual([name, value]);
    }
  });

  test("spares a server whose calls fail again and again only by what its record says", async () => {
    const bench = await vectorBench(
      () => ({ environment: { OPENAI_API_KEY: KEY, OPENAI_API_BASE: "http://127.0.0.1:1/v1" } }),
      fails(500, "x"),
    );
    const embedder = await bench.models.embedder("openai/x");
    const error = await errorOf(() => bench.embed(embedder, {}));
    expect([error.code, error.details["refused"], error.details["attempts"]]).toEqual([
      "RLLM_017",
      true,
      2,
    ]);
  });
});
