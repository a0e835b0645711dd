import { afterEach, describe, expect, test } from "bun:test";
import { makeFolder, modullm, type Setting } from "./command-line.ts";
import { serveVectors, type VectorServer } from "./vector-server.ts";

const servers: VectorServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function rerank(args: readonly string[], setting: Setting) {
  const outcome = await modullm(["rerank", ...args], setting);
  const lines = outcome.stdout.split("\n").filter((line) => line !== "");
  return { ...outcome, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const FAQ = "We ship on Mondays.\nGoods can be returned within 14 days.\r\n\nDogs bark.\n";

describe("modullm rerank", () => {
  test("prints the best line first, without a model too, and says so once", async () => {
    const { exit, lines, stderr } = await rerank(["--query", "can I return goods?"], {
      stdin: FAQ,
    });
    expect(exit).toBe(0);
    expect(lines).toEqual([
      { index: 1, score: expect.any(Number), text: "Goods can be returned within 14 days." },
      { index: 0, score: 0, text: "We ship on Mondays." },
      { index: 2, score: 0, text: "" },
      { index: 3, score: 0, text: "Dogs bark." },
    ]);
    expect(Number(lines[0]?.["score"])).toBeGreaterThan(0);
    expect(stderr.match(/builtin\/lexical/g)).toHaveLength(1);
  });

  test("asks a server, and gives the first of --top", async () => {
    const server = serveVectors();
    servers.push(server);
    const folder = makeFolder({ "config/modullm/config.yaml": "reranker: local/r\n" });
    const { lines, stderr } = await rerank(["--query", "q", "--top", "2"], {
      stdin: FAQ,
      env: server.env,
      folder,
    });
    expect([lines.map(({ index, score }) => [index, score]), stderr]).toEqual([
      [
        [1, 37],
        [0, 19],
      ],
      "",
    ]);
    expect(server.asked.map(({ path, body }) => [path, body])).toEqual([
      [
        "/v1/rerank",
        {
          model: "r",
          query: "q",
          documents: ["We ship on Mondays.", "Goods can be returned within 14 days.", "Dogs bark."],
        },
      ],
    ]);
    const all = await rerank(["--query", "q"], { stdin: FAQ, env: server.env, folder });
    expect(all.lines.at(-1)).toEqual({ index: 2, score: null, text: "" });
  });

  test("is on record as a run, interrupted too", async () => {
    const folder = makeFolder();
    const server = serveVectors(null);
    servers.push(server);
    const stop = new AbortController();
    const running = rerank(["--query", "q", "--model", "local/r"], {
      stdin: "a\n",
      env: server.env,
      signal: stop.signal,
      folder,
    });
    while (server.asked.length === 0) await Bun.sleep(1);
    stop.abort();
    expect((await running).exit).toBe(130);
    await rerank(["--query", "q"], { stdin: "a\n", folder });
    const runs = (await modullm(["runs", "list"], { folder })).json() as Record<string, unknown>[];
    expect(
      runs.map(({ program, model, status, calls }) => [program, model, status, calls]),
    ).toEqual([
      ["modullm rerank", "builtin/lexical", "ok", 1],
      ["modullm rerank", "local/r", "failed", 1],
    ]);
  });

  test("prints nothing for nothing, and refuses what can't be", async () => {
    expect(await rerank(["--query", "q"], { stdin: "" })).toMatchObject({ exit: 0, stdout: "" });
    expect((await rerank([], { stdin: "a" })).exit).toBe(2);
    expect((await rerank(["--query", "q", "--top", "0"], { stdin: "a" })).exit).toBe(2);
    const blank = await rerank(["--query", " "], { stdin: "a" });
    expect([blank.exit, blank.lines[0]?.["error_code"]]).toEqual([1, "RLLM_016"]);
    const odd = await rerank(["--query", "q"], { stdin: new Uint8Array([0x61, 0x0a, 0xff]) });
    expect([odd.exit, odd.lines[0]?.["error_code"]]).toEqual([1, "RLLM_016"]);
    const none = await rerank(["--query", "q", "--model", "openai/gpt-5"], { stdin: "a" });
    expect([none.exit, none.lines[0]?.["error_code"]]).toEqual([1, "RLLM_002"]);
  });
});
