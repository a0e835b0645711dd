import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ModullmError } from "../../../src/core/error.ts";
import { embedTexts } from "../../../src/engine/vectors/embed-texts.ts";
import { drain, kinds, many, openScope, scriptedEmbedder, source, stage } from "./stage.ts";

function refusal(status: number, reason: string): ModullmError {
  return new ModullmError("RLLM_017", `Cannot call model "priced/m": ${reason}`, {
    details: { status, reason, retryable: false },
    retryable: false,
  });
}

const TOO_MANY = refusal(400, "Too many inputs in request, split into more batches.");

describe("embedTexts()", () => {
  test("gives a vector for each text in its place, whatever comes first", async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 });
    const waits = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 7 });
    const room = fc.integer({ min: 1, max: 7 });
    await fc.assert(
      fc.asyncProperty(sizes, waits, room, async (groups, delays, limit) => {
        let [at, calls] = [0, 0];
        const texts = groups.map((size) => many(size, (at += size) - size));
        const { embedder, asked, open } = scriptedEmbedder({
          limits: { texts: limit, tokens: null },
          wait: () => delays[calls++ % delays.length] ?? 0,
        });
        const { context } = stage({ concurrency: 3 });
        const { found, totals, error } = await drain(
          embedTexts(source(...texts), embedder, context),
        );
        expect(error).toBeNull();
        expect(found.map(({ index, embedding }) => [index, embedding?.[2]])).toEqual(
          texts.flat().map((_, index) => [index, index]),
        );
        expect(asked.every(({ length }) => length > 0 && length <= limit)).toBe(true);
        expect(open.most).toBeLessThanOrEqual(3);
        expect(totals?.requests).toBe(asked.length);
      }),
      { numRuns: 60 },
    );
  });

  test("keeps a request within the server's tokens, and sends a longer text alone", async () => {
    const { embedder, asked } = scriptedEmbedder({ limits: { texts: 100, tokens: 25 } });
    const { context } = stage();
    const texts = ["a b c", "x ".repeat(200), "d e", "f"];
    const { found } = await drain(embedTexts(source(texts), embedder, context));
    expect(found).toHaveLength(4);
    expect(asked).toEqual([["a b c"], ["x ".repeat(200)], ["d e", "f"]]);
  });

  test("reads no faster than what it gives is taken", async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<readonly string[]> {
      for (;;) yield many(4, (read += 4) - 4);
    }
    const { embedder, open } = scriptedEmbedder();
    const { context } = stage();
    const work = embedTexts(endless(), embedder, context);
    for (let taken = 0; taken < 2000; taken++) {
      await work.next();
      // What is under way, what waits for the next request, and what was just read.
      expect(read - taken).toBeLessThanOrEqual(4 * 4 + 2 * 4 + 2 * 4);
    }
    await work.return({ model: "", requests: 0, prompt_tokens: null, cost_usd: null });
    expect(open.now).toBe(0);
  });

  test("does not hold back what a slow source has given", async () => {
    const gate = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<readonly string[]> {
      yield ["text 0"];
      await gate.promise;
      yield ["text 1"];
    }
    const { embedder, asked } = scriptedEmbedder();
    const work = embedTexts(slow(), embedder, stage().context);
    expect((await work.next()).value).toMatchObject({ index: 0 });
    gate.resolve();
    expect((await work.next()).value).toMatchObject({ index: 1 });
    expect(asked).toEqual([["text 0"], ["text 1"]]);
  });

  test("asks for halves of what is too large, and for less from there on", async () => {
    const { embedder, asked } = scriptedEmbedder({
      limits: { texts: 8, tokens: null },
      fails: ({ texts }) => (texts.length > 2 ? TOO_MANY : null),
    });
    const { context, events } = stage({ concurrency: 1 });
    const { found, totals } = await drain(embedTexts(source(many(20)), embedder, context));
    expect(found.map(({ embedding }) => embedding?.[2])).toEqual(many(20).map((_, at) => at));
    expect(asked.map(({ length }) => length)).toEqual([8, 4, 2, 2, 4, 2, 2, 2, 2, 2, 2, 2, 2]);
    expect(kinds(events)).toContain("note degraded");
    expect(totals).toEqual({
      model: "priced/m",
      requests: 13,
      prompt_tokens: 200,
      cost_usd: 0.0002,
    });
  });

  test("takes one text that is too long for a refusal, and other refusals too", async () => {
    for (const failure of [TOO_MANY, refusal(400, "no such parameter"), refusal(404, "no model")]) {
      const { embedder } = scriptedEmbedder({ fails: () => failure });
      const { error } = await drain(embedTexts(source(["a"]), embedder, stage().context));
      expect(error?.code).toBe("RLLM_017");
    }
    const { embedder, asked } = scriptedEmbedder({ fails: () => refusal(400, "input is invalid") });
    await drain(embedTexts(source(many(4)), embedder, stage({ concurrency: 1 }).context));
    expect(asked).toHaveLength(1);
  });

  test("refuses vectors that differ in length from one request to the next", async () => {
    const { embedder } = scriptedEmbedder({
      vector: (text) => (/[4-7]/.test(text) ? [1] : [1, 2]),
    });
    const { found, error } = await drain(
      embedTexts(source(many(9)), embedder, stage({ concurrency: 1 }).context),
    );
    expect(found).toHaveLength(4);
    expect([error?.code, error?.message]).toEqual(["RLLM_011", expect.stringContaining("numbers")]);
  });

  test("sends blank texts only to what takes them", async () => {
    const texts = ["a", "", " \t\u3000", "b"];
    const one = scriptedEmbedder();
    const { found } = await drain(embedTexts(source(texts), one.embedder, stage().context));
    expect(found.map(({ embedding }) => embedding === null)).toEqual([false, true, true, false]);
    expect(one.asked).toEqual([["a", "b"]]);
    const other = scriptedEmbedder({ takesBlank: true });
    await drain(embedTexts(source(texts), other.embedder, stage().context));
    expect(other.asked).toEqual([texts]);
    const blank = scriptedEmbedder();
    const nothing = await drain(embedTexts(source(["", " "]), blank.embedder, stage().context));
    expect([nothing.found.length, blank.asked]).toEqual([2, []]);
  });

  test("gives what came before a failure, ends the rest, and says so in its events", async () => {
    const { embedder, open } = scriptedEmbedder({
      fails: (_, number) => (number === 3 ? refusal(401, "bad key") : null),
      wait: ({ texts }) => (texts.includes("text 12") ? 60_000 : 0),
    });
    const { context, events } = stage();
    const { found, error } = await drain(embedTexts(source(many(40)), embedder, context));
    expect(found.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(error?.details["status"]).toBe(401);
    expect([open.now, open.cancelled]).toEqual([0, 1]);
    const last = events.at(-1);
    expect(last).toMatchObject({ type: "run-end", ok: false, error: { error_code: "RLLM_017" } });
    const ends = events.filter(({ type }) => type === "attempt-end").length;
    expect(ends).toBe(events.filter(({ type }) => type === "attempt-start").length);
  });

  test("gives what came before a fault of the source", async () => {
    async function* broken(): AsyncGenerator<readonly string[]> {
      yield many(9);
      throw new ModullmError("RLLM_016", "Cannot read line 10 of stdin: it is not UTF-8 text");
    }
    const { embedder } = scriptedEmbedder();
    const { found, error } = await drain(embedTexts(broken(), embedder, stage().context));
    expect([found.length, error?.code]).toEqual([9, "RLLM_016"]);
  });

  test("ends what is under way when nobody takes the rest", async () => {
    const { embedder, open } = scriptedEmbedder({
      wait: ({ texts }) => (texts.includes("text 0") ? 0 : 60_000),
    });
    const { context, events } = stage();
    for await (const _ of embedTexts(source(many(40)), embedder, context)) break;
    expect([open.now, open.cancelled > 0]).toEqual([0, true]);
    expect(events.at(-1)).toMatchObject({ type: "run-end", ok: false });
  });

  test("ends with RLLM_022 when it is cancelled, also while it waits for its source", async () => {
    const stop = new AbortController();
    async function* stuck(): AsyncGenerator<readonly string[]> {
      yield ["a"];
      await new Promise(() => undefined);
    }
    const scope = openScope().within({ name: "all", signal: stop.signal });
    const { embedder } = scriptedEmbedder();
    const work = embedTexts(stuck(), embedder, stage({}, scope).context);
    await work.next();
    const rest = drain(work);
    stop.abort();
    expect((await rest).error?.code).toBe("RLLM_022");
  });

  test("asks nothing that the policy denies", async () => {
    const { tools } = stage().context;
    const denies = {
      decide: ({ action }: { action: string }) =>
        action === "call-model"
          ? ({ allow: false, code: "RLLM_021", rule: "no" } as const)
          : ({ allow: true } as const),
    };
    const { embedder, asked } = scriptedEmbedder();
    const { context } = stage({ tools: { ...tools, policy: denies } });
    const { error } = await drain(embedTexts(source(many(3)), embedder, context));
    expect([error?.code, error?.details["action"], asked]).toEqual(["RLLM_021", "call-model", []]);
  });

  test("keeps to budgets of tokens, calls and dollars", async () => {
    for (const [limits, requests] of [
      [{ calls: 2 }, 2],
      [{ tokens: 150 }, 2],
      [{ usd: 0.000_15 }, 2],
    ] as const) {
      const scope = openScope().within({ name: "all", limits });
      const { embedder, asked } = scriptedEmbedder();
      const texts = many(40).map((text) => `${text} ${"word ".repeat(8)}`);
      const { context } = stage({ concurrency: 1 }, scope);
      const { found, error } = await drain(embedTexts(source(texts), embedder, context));
      expect([error?.code, asked.length, found.length]).toEqual(["RLLM_020", requests, 8]);
    }
  });

  test("spends nothing on what a server refuses", async () => {
    const scope = openScope().within({ name: "all", limits: { tokens: 1000 } });
    const { embedder } = scriptedEmbedder({ fails: () => refusal(400, "no") });
    await drain(embedTexts(source(many(4)), embedder, stage({}, scope).context));
    expect(scope.budget?.left()).toMatchObject({ tokens: 1000 });
  });

  test("counts itself what the server does not, and nothing of what runs here", async () => {
    const server = scriptedEmbedder({ counts: false });
    const told = stage();
    await drain(embedTexts(source(["one two three"]), server.embedder, told.context));
    const end = told.events.find(({ type }) => type === "attempt-end");
    expect(end).toMatchObject({ usage: { estimated: true, completion_tokens: 0 } });
    const here = scriptedEmbedder({ counts: false, origin: null });
    const own = stage();
    const { totals } = await drain(embedTexts(source(["a"]), here.embedder, own.context));
    expect(own.events.find(({ type }) => type === "attempt-end")).toMatchObject({ usage: null });
    expect(totals).toMatchObject({ requests: 1, prompt_tokens: null, cost_usd: null });
  });

  test("has the events of a run, and another run after a thousand requests", async () => {
    const { embedder } = scriptedEmbedder({ limits: { texts: 1, tokens: null } });
    const { context, events } = stage();
    const { found, totals } = await drain(embedTexts(source(many(2500)), embedder, context));
    expect([found.length, totals?.requests]).toEqual([2500, 2500]);
    const starts = events.filter(({ type }) => type === "run-start");
    const ends = events.filter(({ type }) => type === "run-end");
    expect([starts.length, ends.length]).toEqual([3, 3]);
    for (const { run } of starts) {
      const own = events.filter((event) => event.run === run);
      expect(own[0]).toMatchObject({ path: "modullm embed", name: "embed", model: "priced/m" });
      expect(own.map(({ seq }) => seq)).toEqual(own.map((_, at) => at));
      const frame = kinds(own).filter((kind) => !kind.startsWith("attempt"));
      expect(frame).toEqual([
        "run-start",
        "stage-start",
        "stage-end",
        "stage-start",
        "stage-end",
        "run-end",
      ]);
      expect(kinds(own).filter((kind) => kind === "attempt-end").length).toBeLessThanOrEqual(1003);
    }
  });
});
