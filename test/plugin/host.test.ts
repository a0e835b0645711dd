import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { createPluginHost, type PluginHost } from "../../src/plugin/host.ts";
import type { PluginHostOptions } from "../../src/plugin/host.ts";
import { errorOf } from "../model/calls.ts";
import { CHAT, chat, chatError, type Faulty, isAlive, startFaulty, until } from "./faulty.ts";
import { patience } from "../patience.ts";

const started: PluginHost[] = [];
afterAll(async () => {
  await Promise.all(started.map((host) => host.close()));
});

function start(fault = "none", options: Partial<PluginHostOptions> = {}): Faulty {
  const faulty = startFaulty(fault, options);
  started.push(faulty.host);
  return faulty;
}

const asks = (host: PluginHost, model: string, options = {}): Promise<unknown> =>
  host.request("chat", { ...CHAT, model }, options);

describe("one process, many requests", () => {
  test("is started by the first request, and kept", async () => {
    const { host } = start();
    expect(host.state).toBe("idle");
    const first = chat(host);
    expect(host.state).toBe("starting");
    await first;
    const { pid } = host;
    expect(host.state).toBe("ready");
    await Promise.all(Array.from({ length: 20 }, () => chat(host)));
    expect(host.pid).toBe(pid);
  });
  test("answers reach those who asked", async () => {
    const { host } = start();
    const numbers = Array.from({ length: 200 }, (_, n) => n);
    const texts = await Promise.all(
      numbers.map(async (n) => {
        let text = "";
        const messages = [{ role: "user", content: `number ${n}` }] as const;
        await host.request(
          "chat",
          { ...CHAT, model: "echo", messages },
          { onPart: (part) => (text += part.type === "text" ? part.text : "") },
        );
        return /number (\d+)/.exec(text)?.[1];
      }),
    );
    expect(texts).toEqual(numbers.map(String));
  });
  test("has no more than 64 requests at once", async () => {
    const { host } = start();
    const counts = await Promise.all(
      Array.from({ length: 100 }, async () => {
        let text = "";
        await asks(host, "counts", { onPart: (part: { text: string }) => (text += part.text) });
        return text;
      }),
    );
    expect(counts.filter((count) => count === "64")).toHaveLength(64);
    expect(counts.filter((count) => count === "36")).toHaveLength(36);
  });
  test("refuses what would be the 1,025th to wait", async () => {
    const { host } = start();
    await host.start();
    const controller = new AbortController();
    const all = Array.from({ length: 64 + 1024 }, () =>
      asks(host, "waits", { signal: controller.signal }).catch((thrown: unknown) => thrown),
    );
    const error = await errorOf(() => asks(host, "waits"));
    expect(error.details["reason"]).toBe("1024 requests are waiting for it already");
    controller.abort();
    await Promise.all(all);
    expect((await chat(host)).text).toBe("fine");
  });
  test("embeds, counts, lists, pulls and is well", async () => {
    const { host } = start();
    expect(await host.request("embed", { model: "m", texts: ["a", "b"] })).toEqual({
      vectors: [
        [1, 2],
        [1, 2],
      ],
      usage: null,
    });
    expect(await host.request("tokens/count", { model: "m", text: "four" })).toEqual({ tokens: 4 });
    expect(await host.health()).toEqual({ ok: true, message: "well" });
    const progress: unknown[] = [];
    await host.request(
      "models/pull",
      { model: "p" },
      { onProgress: ({ completed }) => progress.push(completed) },
    );
    expect(progress).toEqual([0, 50, 100]);
  });
  test("refuses vectors that don't go with the texts", async () => {
    const { host } = start();
    const ragged = await errorOf(() =>
      host.request("embed", { model: "ragged", texts: ["a", "b"] }),
    );
    expect(ragged.details["reason"]).toMatch(/vectors of different lengths: 1, 2/);
    const short = await errorOf(() => host.request("embed", { model: "short", texts: ["a", "b"] }));
    expect(short.details["reason"]).toMatch(/"vectors" has 1 for 2 texts/);
  });
  test("gets its settings, and no variables but its own", async () => {
    const { host } = start("none", { settings: { depth: 3, names: ["a"] } });
    let text = "";
    const onPart = (part: { text: string }): unknown => (text += `${part.text}\n`);
    await asks(host, "settings", { onPart });
    await asks(host, "env", { onPart });
    expect(text).toBe('{"depth":3,"names":["a"]}\nBUN_BE_BUN FAULTY_API_KEY PATH\n');
  });
});

describe("cancelling", () => {
  test("ends the request at once with RLLM_022, and reaches the plugin, which goes on", async () => {
    const { host, marker } = start();
    await host.start();
    const { pid } = host;
    const controller = new AbortController();
    const waits = errorOf(() => asks(host, "waits", { signal: controller.signal }));
    await host.health();
    controller.abort();
    expect((await waits).code).toBe("RLLM_022");
    expect(await until(() => existsSync(`${marker}.cancelled`))).toBe(true);
    await Bun.sleep(700);
    expect((await chat(host)).text).toBe("fine");
    expect(host.pid).toBe(pid);
  });
  test("ends a request that has not been sent, without a word to the plugin", async () => {
    const { host, marker } = start();
    const controller = new AbortController();
    const waits = errorOf(() => asks(host, "waits", { signal: controller.signal }));
    controller.abort(new Error("the user had enough"));
    const error = await waits;
    expect([error.code, error.details["reason"]]).toEqual(["RLLM_022", "the user had enough"]);
    expect((await chat(host)).text).toBe("fine");
    expect(existsSync(`${marker}.cancelled`)).toBe(false);
  });
  test("ends a plugin that does not obey", async () => {
    const { host } = start("ignores-cancel", { deadlines: { cancel: 2000 } });
    await host.start();
    const pid = host.pid ?? 0;
    const controller = new AbortController();
    const ignored = chatError(host, { signal: controller.signal });
    await host.health();
    const begun = performance.now();
    controller.abort();
    expect((await ignored).code).toBe("RLLM_022");
    expect(performance.now() - begun).toBeLessThan(patience(1500));
    expect(isAlive(pid)).toBe(true);
    expect(await until(() => !isAlive(pid), 8000)).toBe(true);
    expect((await chat(host)).text).toBe("fine");
  });
  test("sends what waited behind a request that hangs to the next process", async () => {
    const { host } = start("hang");
    const hangs = chatError(host, { deadlines: { first: 600, gap: 600 } });
    const behind = chat(host);
    expect((await hangs).details["deadline"]).toBe("first");
    expect((await behind).text).toBe("fine");
  });
  test("counts the wait for a turn and for the start to the whole of a request", async () => {
    const { host } = start("start-slow");
    const error = await chatError(host, { deadlines: { total: 500 } });
    expect(error.details["deadline"]).toBe("total");
    expect(error.details["reason"]).toBe('"chat" did not get its turn within 0.5 s');
  });
});

describe("its end", () => {
  test("close() lets it end in order", async () => {
    const { host } = start("none", { deadlines: { shutdown: 10_000 } });
    await chat(host);
    const pid = host.pid ?? 0;
    const begun = performance.now();
    await Promise.all([host.close(), host.close()]);
    expect(performance.now() - begun).toBeLessThan(patience(5000));
    expect([host.state, isAlive(pid)]).toEqual(["closed", false]);
    expect((await chatError(host)).code).toBe("RLLM_022");
    expect((await errorOf(() => host.start())).code).toBe("RLLM_022");
  });
  test("close() ends requests that are under way, and starts", async () => {
    const { host } = start();
    await host.start();
    const waits = errorOf(() => asks(host, "waits"));
    await host.health();
    await host.close();
    expect((await waits).code).toBe("RLLM_022");
    const { host: slow } = start("start-slow");
    const starting = errorOf(() => slow.start());
    const begun = performance.now();
    await slow.close();
    expect((await starting).code).toBe("RLLM_022");
    expect(performance.now() - begun).toBeLessThan(patience(1500));
  });
  test("close() kills one that ignores shutdown, the end of its input and SIGTERM", async () => {
    const { host } = start("ignores-shutdown");
    await chat(host);
    const pid = host.pid ?? 0;
    const begun = performance.now();
    await host.close();
    const took = performance.now() - begun;
    expect(isAlive(pid)).toBe(false);
    expect(took).toBeGreaterThan(1200);
    expect(took).toBeLessThan(patience(4000));
  });
  test("takes what it started with it", async () => {
    const { host, marker } = start("leaves-grandchild");
    expect((await chatError(host)).code).toBe("RLLM_019");
    const grandchild = Number(readFileSync(`${marker}.pid`, "utf8"));
    expect(await until(() => !isAlive(grandchild))).toBe(true);
    expect((await chat(host)).text).toBe("fine");
  });
  test("is no fault where nobody waits, with status 0", async () => {
    const { host } = start();
    for (let lives = 0; lives < 7; lives++) {
      await asks(host, "exits-later");
      expect(await until(() => host.state === "dead")).toBe(true);
    }
    expect((await chat(host)).text).toBe("fine");
  });
  test("shows in the requests that were under way, with the last of its log, without secrets", async () => {
    const said = 'the key is [redacted], settings {"token":"[redacted]"}';
    const { host, log } = start("leaks-key", { settings: { token: "olly-olly-oxen-free" } });
    await host.start();
    const waits = errorOf(() => asks(host, "waits"));
    const error = await chatError(host);
    for (const each of [error, await waits]) {
      expect(each.code).toBe("RLLM_019");
      expect(each.retryable).toBe(true);
      expect(each.details["log"]).toEqual([said]);
    }
    expect(log).toEqual([said]);
  });
  test.each(["two-results", "part-after-result"])(
    "%s ends the process, not the answer",
    async (fault) => {
      const { host } = start(fault);
      await host.start();
      const pid = host.pid ?? 0;
      const waits = errorOf(() => asks(host, "waits"));
      expect((await chat(host)).text).toBe("fine");
      expect((await waits).code).toBe("RLLM_019");
      expect(await until(() => !isAlive(pid))).toBe(true);
      expect((await chat(host)).text).toBe("fine");
    },
  );
});

describe("what it is not let do", () => {
  test("fill the host with its log", async () => {
    const { host, log } = start("flood-stderr");
    const before = process.memoryUsage.rss();
    await chatError(host, { deadlines: { first: 1500 } });
    const bytes = log.join("\n").length;
    expect(bytes).toBeGreaterThan(500_000);
    expect(bytes).toBeLessThan(1_300_000);
    expect(log.at(-1)).toMatch(/the rest of this log is not shown/);
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 * 1024);
  });
  test("not read what it is sent: requests wait until they are late, and go to the next process", async () => {
    const { host } = start("stdin-not-read");
    const large = {
      ...CHAT,
      messages: [{ role: "user", content: "x".repeat(4_000_000) }] as const,
    };
    const hangs = errorOf(() => host.request("chat", CHAT, { deadlines: { first: 800 } }));
    const behind = Array.from({ length: 6 }, () => host.request("chat", large));
    expect((await hangs).details["deadline"]).toBe("first");
    expect(await Promise.all(behind)).toHaveLength(6);
  });
  test("be late with what it was sent late", async () => {
    const { host } = start("reads-late");
    const first = chat(host);
    const messages = [{ role: "user", content: "x".repeat(4_000_000) }] as const;
    const deadlines = { total: null, first: 500, gap: null };
    const late = await Promise.all(
      [1, 2].map(() =>
        errorOf(() => host.request("chat", { ...CHAT, model: "waits", messages }, { deadlines })),
      ),
    );
    expect(late.map(({ details }) => details["deadline"])).toEqual(["first", "first"]);
    await first;
  });
  test("be sent more than 64 MiB at once", async () => {
    const { host } = start();
    const content = "é".repeat(33 * 1024 * 1024);
    const error = await errorOf(() =>
      host.request("chat", { ...CHAT, messages: [{ role: "user", content }] }),
    );
    expect(error.message).toMatch(/larger than the 67108864 bytes/);
    expect((await chat(host)).text).toBe("fine");
  });
  test("be started over and over", async () => {
    const options = {
      command: "sh",
      args: ["-c", "echo broken >&2; exit 9"],
      env: { PATH: "/usr/bin:/bin" },
    };
    const { host } = start("none", options);
    for (let lives = 0; lives < 5; lives++) {
      const error = await chatError(host);
      expect([error.details["reason"], error.details["log"]]).toEqual([
        "its process ended with status 9",
        ["broken"],
      ]);
    }
    const error = await chatError(host);
    expect(error.details["reason"]).toMatch(
      /failed 5 times within a minute, .*status 9; it is not started again for \d/,
    );
  });
  test("be missing", async () => {
    const { host } = start("none", { command: "no-such-plugin-anywhere", args: [] });
    const error = await chatError(host);
    expect(error.details["reason"]).toMatch(/"no-such-plugin-anywhere" was not found/);
    const { host: nowhere } = start("none", { cwd: "/no/such/folder" });
    expect((await chatError(nowhere)).details["reason"]).toMatch(/can't be started/);
  });
});

test("createPluginHost() starts nothing by itself", async () => {
  const host = createPluginHost({
    command: "false",
    args: [],
    env: {},
    cwd: "/",
    name: "x",
    settings: {},
    dataFolder: "/",
  });
  expect([host.state, host.pid, host.initialized]).toEqual(["idle", null, null]);
  await host.close();
  expect(host.state).toBe("closed");
});
