import { describe, expect, test } from "bun:test";
import { Exchange } from "../../src/model/exchange.ts";
import type { Deadlines } from "../../src/model/exchange.ts";
import { errorOf } from "./calls.ts";
import { openServer, silence, streams } from "./faulty-server.ts";
import type { Act } from "./faulty-server.ts";

/** Reads a whole answer under these limits. */
async function read(act: Act, limits: Partial<Deadlines>, pause = 0): Promise<string> {
  const server = await openServer(act);
  const callee = { provider: "local", model: "local/m", host: server.host, secrets: [] };
  const deadlines = { total: null, first: null, stall: null, ...limits };
  const exchange = new Exchange({
    callee,
    fetch,
    signal: new AbortController().signal,
    deadlines,
    headers: {},
  });
  try {
    let text = "";
    for await (const piece of exchange.read(await exchange.fetch(new URL(server.url)))) {
      text += new TextDecoder().decode(piece);
      await Bun.sleep(pause);
    }
    return text;
  } finally {
    exchange.close();
    await server.close();
  }
}

describe("Exchange", () => {
  test("S07: gives up when headers come and the first byte does not", async () => {
    const error = await errorOf(() => read(streams([], { end: "open" }), { first: 100 }));
    expect([error.code, error.retryable, error.message]).toEqual([
      "RLLM_017",
      true,
      `Cannot call model "local/m": no answer came within 0.1 s`,
    ]);
  });

  test("gives up when nothing comes at all", async () => {
    expect((await errorOf(() => read(silence, { first: 100 }))).message).toContain(
      "no answer came within 0.1 s",
    );
  });

  test("S09: gives up when the body stops coming", async () => {
    const error = await errorOf(() =>
      read(streams(["a"], { end: "open" }), { first: 5000, stall: 100 }),
    );
    expect(error.message).toContain("the answer stopped coming: nothing within 0.1 s");
  });

  test("lets a body take its time while pieces keep coming", async () => {
    const pieces = [..."abcdefghijklmnopqrstuvwxyz"];
    const body = streams(pieces, { gap: 60 });
    expect(await read(body, { first: 1000, stall: 1000 })).toBe(pieces.join(""));
  });

  test("does not take a slow reader for a stall", async () => {
    expect(await read(streams(["a", "b"], { gap: 30 }), { stall: 100 }, 150)).toBe("ab");
  });

  test("keeps each of its limits, in whatever order they are passed", async () => {
    const body = streams(["a"], { end: "open" });
    const limits = { total: 300, first: 60_000, connect: 30_000, stall: 60_000 };
    expect((await errorOf(() => read(body, limits))).message).toContain(
      "the call was not finished within 0.3 s",
    );
    expect((await errorOf(() => read(body, { total: 60_000, stall: 200 }))).message).toContain(
      "nothing within 0.2 s",
    );
  });

  test("ends the connection of a body that is left before its end", async () => {
    const ended = Promise.withResolvers<void>();
    using server = Bun.serve({
      port: 0,
      fetch({ signal }) {
        signal.addEventListener("abort", () => ended.resolve());
        return new Response(new ReadableStream({ start: (body) => body.enqueue("a") }));
      },
    });
    const exchange = new Exchange({
      callee: { provider: "local", model: "local/m", host: server.url.host, secrets: [] },
      fetch,
      signal: new AbortController().signal,
      deadlines: { total: null, first: null, stall: null },
      headers: {},
    });
    for await (const piece of exchange.read(await exchange.fetch(server.url))) {
      expect(new TextDecoder().decode(piece)).toBe("a");
      break;
    }
    exchange.close();
    await ended.promise;
  });
});
