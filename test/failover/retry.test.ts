import { afterEach, describe, expect, test } from "bun:test";
import { createMemoryStore } from "../../src/model/failover/breaker.ts";
import { isReachable } from "../../src/model/failover/reachable.ts";
import type { Model, Patience } from "../../src/model/model.ts";
import { createModels } from "../../src/model/models.ts";
import { ask, noBaseline, outcome } from "../model/calls.ts";
import {
  type Act,
  event,
  fails,
  type FaultyServer,
  openServer,
  says,
  silence,
  streams,
} from "../model/faulty-server.ts";
import { settings } from "../model/settings.ts";

const PYTHON = Bun.which("python3");

const opened: FaultyServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

interface Bench {
  readonly server: FaultyServer;
  readonly model: Model;
  /** Milliseconds of each wait that was asked for; nothing is really waited. */
  readonly waits: number[];
}

async function bench(...acts: readonly Act[]): Promise<Bench> {
  const server = await openServer(...acts);
  opened.push(server);
  const waits: number[] = [];
  const models = createModels({
    config: settings({ environment: { LOCAL_API_BASE: server.url } }),
    baseline: noBaseline,
    breakers: { store: createMemoryStore(), scale: 0.02 },
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    random: () => 0,
  });
  return { server, model: await models.get("local/m"), waits };
}

function patience(more: Partial<Patience> = {}): Patience {
  return { another: true, connect: null, first: null, gap: null, total: null, ...more };
}

describe("while another model is left", () => {
  test("Retry-After is waited out up to 5 s, and not beyond", async () => {
    const short = await bench(fails(429, "Slow down", { "retry-after": "4" }), says("ok"));
    expect((await outcome(short.model, ask({ patience: patience() }))).text).toBe("ok");
    expect(short.waits).toEqual([4000]);
    const long = await bench(fails(429, "Slow down", { "retry-after": "20" }), says("ok"));
    const { error } = await outcome(long.model, ask({ patience: patience() }));
    expect([error?.details["status"], error?.details["attempts"], long.waits]).toEqual([
      429,
      1,
      [],
    ]);
  });

  test("silence that passed a deadline is not waited for again", async () => {
    const { server, model } = await bench(silence);
    const { error } = await outcome(model, ask({ patience: patience({ first: 100 }) }));
    expect(error?.details).toMatchObject({ attempts: 1, deadline: "first", status: null });
    expect(error?.message).toContain("no answer came within 0.1 s");
    expect(server.seen).toHaveLength(1);
    await server.seen[0]?.closed;
  });

  test("a stream that falls silent is left after the gap", async () => {
    const { server, model } = await bench(streams([event({ content: "w" })], { end: "open" }));
    const { error } = await outcome(model, ask({ patience: patience({ gap: 100 }) }));
    expect(error?.details).toMatchObject({ attempts: 1, deadline: "gap" });
    expect(server.seen).toHaveLength(1);
  });

  for (const [what, piece] of [
    ["comments", ": keep-alive\n\n"],
    ["empty deltas", event({ content: "" })],
    ["reasoning", event({ reasoning_content: "hm " })],
  ] as const) {
    test(`${what} count as life`, async () => {
      const pieces = [
        ...Array.from({ length: 8 }, () => piece),
        event({ content: "ok" }),
        event({}, "stop"),
      ];
      const { model } = await bench(streams(pieces, { gap: 60 }));
      const result = await outcome(model, ask({ patience: patience({ first: 250, gap: 250 }) }));
      expect([result.text, result.error]).toEqual(["ok", null]);
    });
  }

  test("an answer in thought only is not one that was passed on: a broken one is tried again", async () => {
    const { server, model } = await bench(
      streams([event({ reasoning_content: "hm" })]),
      says("ok"),
    );
    expect((await outcome(model, ask({ patience: patience() }))).text).toBe("ok");
    expect(server.seen).toHaveLength(2);
  });

  test("a model that has rested is tried once, and is back after one success", async () => {
    const { server, model } = await bench(
      ...Array.from({ length: 4 }, () => fails(503, "Overloaded")),
      says("ok"),
    );
    await outcome(model, ask({ patience: patience() }));
    expect([server.seen.length, typeof model.restsUntil?.()]).toEqual([3, "number"]);
    await Bun.sleep(110);
    expect(model.restsUntil?.()).toBeNull();
    await outcome(model, ask({ patience: patience() }));
    expect([server.seen.length, typeof model.restsUntil?.()]).toEqual([4, "number"]);
    await Bun.sleep(210);
    expect((await outcome(model, ask({ patience: patience() }))).text).toBe("ok");
    expect(model.restsUntil?.()).toBeNull();
  });

  test("a refusal of the request does not count against the model", async () => {
    const { model } = await bench(fails(400, "No", {}, "invalid_request"));
    for (let index = 0; index < 4; index++) await outcome(model, ask({ patience: patience() }));
    expect(model.restsUntil?.()).toBeNull();
  });
});

test("a server that says it is loading its model is waited for, and does not count as failing", async () => {
  const loading = fails(503, "Loading model");
  const { model, waits } = await bench(...Array.from({ length: 6 }, () => loading), says("ok"));
  expect((await outcome(model, ask({ patience: patience() }))).text).toBe("ok");
  expect([waits, model.restsUntil?.()]).toEqual([[500, 1000, 2000, 4000, 8000, 8000], null]);
});

test("a server that loads for ever is left after two minutes", async () => {
  const { model, waits } = await bench(fails(503, "Loading model"));
  const { error } = await outcome(model, ask({ patience: patience() }));
  expect(error?.details["status"]).toBe(503);
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(130_000);
});

describe("isReachable()", () => {
  test("is true for a server that listens, says no, or lies behind a proxy", async () => {
    const server = await openServer(silence);
    opened.push(server);
    expect(await isReachable(server.url, { env: {} })).toBe(true);
    expect(await isReachable("http://127.0.0.1:1", { env: {} })).toBe(true);
    expect(
      await isReachable("http://192.0.2.1", {
        env: { HTTPS_PROXY: "http://proxy" },
        milliseconds: 50,
      }),
    ).toBe(true);
  });

  test.skipIf(PYTHON === null)(
    "is false where no connection can be had (skipped without Python)",
    async () => {
      const full = await openFullServer(PYTHON ?? "");
      try {
        expect(await isReachable(full.url, { env: {}, milliseconds: 300 })).toBe(false);
      } finally {
        full.close();
      }
    },
  );

  test.skipIf(PYTHON === null)(
    "lets a call end that no server takes (skipped without Python)",
    async () => {
      const full = await openFullServer(PYTHON ?? "");
      const models = createModels({
        config: settings({ environment: { LOCAL_API_BASE: `${full.url}/v1` } }),
        baseline: noBaseline,
      });
      try {
        const model = await models.get("local/m");
        const { error } = await outcome(
          model,
          ask({ patience: patience({ connect: 100, first: 60_000 }) }),
        );
        expect(error?.details).toMatchObject({ deadline: "connect", attempts: 1, status: null });
        expect(error?.message).toContain("no connection could be had within 0.1 s");
      } finally {
        full.close();
      }
    },
    15_000,
  );
});

/**
 * A server that accepts nothing, and whose queue is full: the system drops what comes next without
 * a word.
 */
async function openFullServer(python: string): Promise<{ url: string; close(): void }> {
  const code = [
    "import socket, sys, time",
    "server = socket.socket()",
    "server.bind(('127.0.0.1', 0))",
    "server.listen(0)",
    "waiting = []",
    "for _ in range(4):",
    "    one = socket.socket()",
    "    one.setblocking(False)",
    "    one.connect_ex(server.getsockname())",
    "    waiting.append(one)",
    "time.sleep(0.2)",
    "print(server.getsockname()[1], flush=True)",
    "time.sleep(60)",
  ].join("\n");
  const child = Bun.spawn([python, "-c", code], { stdout: "pipe" });
  const { value } = await child.stdout.getReader().read();
  return {
    url: `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`,
    close: () => child.kill(),
  };
}
