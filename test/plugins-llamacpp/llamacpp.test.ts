import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModullmError } from "../../src/core/error.ts";
import { type Bench, FOLDER, INSTALLED, SKIP, startLlamacpp } from "./llamacpp.ts";
import { writeTinyModel } from "./tiny-gguf.ts";

const SIGNAL = new AbortController().signal;

async function failureOf(promise: Promise<unknown>): Promise<ModullmError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof ModullmError) return thrown;
    throw thrown;
  }
  throw new Error("it did not fail");
}

describe.skipIf(!INSTALLED)(`the llamacpp plugin ${SKIP}`, () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startLlamacpp({ tiny: {}, large: { window: 32_768, seed: 2 } }, { parallel: 2 });
  });
  afterAll(() => bench?.close());

  test("lists its models with their windows, no larger than context_size", async () => {
    const { models } = await bench.host.request("models/list", {}, { signal: SIGNAL });
    expect(models).toEqual([
      { name: "large", window: 8192, schema: "enforced" },
      { name: "tiny", window: 512, schema: "enforced" },
    ]);
  });

  test("is well", async () => {
    expect(await bench.host.health()).toEqual({ ok: true, message: "on the processor" });
  });

  test("says the same for the same seed, and something else for another one", async () => {
    const say = async (seed: number): Promise<string> =>
      (await bench.chat({ params: { seed, max_tokens: 20, temperature: 1.5 } })).text;
    const first = await say(3);
    expect(first).not.toBe("");
    expect(await say(3)).toBe(first);
    expect(await say(4)).not.toBe(first);
  });

  test("stops at max_tokens, counts, and sends more than one part", async () => {
    let parts = 0;
    const { result } = await bench.chat(
      { params: { max_tokens: 12, seed: 3 } },
      { onPart: () => parts++ },
    );
    expect(result).toEqual({
      reason: "length",
      usage: { prompt_tokens: 30, completion_tokens: 12 },
      served: null,
    });
    expect(parts).toBeGreaterThan(3);
  });

  test("stops before a text of `stop`", async () => {
    const params = { seed: 3, max_tokens: 40 };
    const { text } = await bench.chat({ params });
    const stop = text.slice(6, 8);
    const said = await bench.chat({ params: { ...params, stop: [stop] } });
    expect(said.text).toBe(text.slice(0, text.indexOf(stop)));
    expect(said.result.reason).toBe("stop");
  });

  test("says which parameters it ignores, and refuses what they can't be", async () => {
    const { notes } = await bench.chat({
      params: { max_tokens: 2, logit_bias: { "1": 2 }, n: 1, reasoning_effort: "low" },
    });
    expect(notes).toEqual(["gguf ignores logit_bias, reasoning_effort"]);
    const failure = await failureOf(bench.chat({ params: { temperature: "hot" } }));
    expect(failure.code).toBe("RLLM_017");
    expect(failure.message).toContain('temperature is "hot", and a number from 0 on was wanted');
  });

  test("goes on where the assistant's turn ends", async () => {
    const messages = [
      { role: "user" as const, content: "Say a word." },
      { role: "assistant" as const, content: "The word is" },
    ];
    const { result } = await bench.chat({ messages, params: { max_tokens: 3, seed: 1 } });
    expect(result.usage?.completion_tokens).toBe(3);
  });

  test("refuses a prompt that does not fit, as servers do", async () => {
    const content = "the ".repeat(600);
    const failure = await failureOf(bench.chat({ messages: [{ role: "user", content }] }));
    expect(failure.code).toBe("RLLM_017");
    expect(failure.retryable).toBe(false);
    expect(failure.details).toMatchObject({
      provider_code: "context_length_exceeded",
      status: 400,
    });
  });

  test("refuses a picture", async () => {
    const attachments = [{ media_type: "image/png", data: "", name: "a.png" }];
    const failure = await failureOf(
      bench.chat({ messages: [{ role: "user", content: "What?", attachments }] }),
    );
    expect(failure.message).toContain(
      '"a.png" is image/png, and the models of this plugin read text only',
    );
  });

  test("names a model that is not there", async () => {
    for (const model of ["nosuch", "../tiny", "tiny.gguf", ""]) {
      const failure = await failureOf(bench.chat({ model }));
      expect(failure.code).toBe("RLLM_010");
      expect(failure.message).toContain(`there is no "${model}.gguf"`);
    }
  });

  test("tells of a file that is no model, and goes on", async () => {
    await writeFile(join(bench.models, "broken.gguf"), "GGUF and nothing else");
    await writeFile(
      join(bench.models, "cut.gguf"),
      Buffer.from(await Bun.file(join(bench.models, "tiny.gguf")).slice(0, 20_000).arrayBuffer()),
    );
    const broken = await failureOf(bench.chat({ model: "broken" }));
    expect(broken.details).toMatchObject({ provider_code: "model_unreadable", retryable: false });
    const cut = await failureOf(bench.chat({ model: "cut" }));
    expect(cut.details).toMatchObject({ provider_code: "model_unreadable", retryable: false });
    expect(
      (await bench.chat({ params: { max_tokens: 2, seed: 1 } })).result.usage?.completion_tokens,
    ).toBe(2);
  });

  test("is cancelled in the midst of an answer, and the next one comes", async () => {
    const life = new AbortController();
    const long = bench.chat(
      { model: "large", params: { seed: 5 } },
      { signal: life.signal, onPart: () => life.abort() },
    );
    expect((await failureOf(long)).code).toBe("RLLM_022");
    const { pid } = bench.host;
    expect(
      (await bench.chat({ model: "large", params: { max_tokens: 3, seed: 1 } })).result.reason,
    ).toBe("length");
    expect(bench.host.pid).toBe(pid);
  });

  test("answers many at once, of models that are not in memory together", async () => {
    const asked = Array.from({ length: 12 }, (_, index) =>
      bench.chat({
        model: index % 3 === 0 ? "large" : "tiny",
        params: { max_tokens: 5, seed: index },
      }),
    );
    for (const { result } of await Promise.all(asked))
      expect(result.usage?.completion_tokens).toBeGreaterThan(0);
  });

  test("loads a file again that was replaced", async () => {
    const ask = async (): Promise<string> =>
      (await bench.chat({ model: "new", params: { seed: 1, max_tokens: 20 } })).text;
    await writeTinyModel(join(bench.models, "new.gguf"), { seed: 5 });
    const first = await ask();
    await writeTinyModel(join(bench.models, "new.gguf"), { seed: 6, window: 256 });
    expect(await ask()).not.toBe(first);
  });

  test("counts tokens as a chat does, with the vocabulary alone too", async () => {
    const { tokens } = await bench.host.request(
      "tokens/count",
      { model: "tiny", text: "the é" },
      { signal: SIGNAL },
    );
    // "▁the", "▁", and two bytes.
    expect(tokens).toBe(4);
  });

  test("keeps no more memory after a hundred chats", async () => {
    const pid = bench.host.pid ?? 0;
    const ask = (): Promise<unknown> =>
      bench.chat({ params: { max_tokens: 2 }, schema: { type: "boolean" } });
    for (let index = 0; index < 20; index++) await ask();
    const before = await memoryOf(pid);
    for (let index = 0; index < 100; index++) await ask();
    expect(await memoryOf(pid)).toBeLessThan(before + 32 * 1024);
  });
});

describe.skipIf(!INSTALLED)(`vectors of the llamacpp plugin ${SKIP}`, () => {
  let bench: Bench;
  beforeAll(async () => {
    const window = 1024;
    bench = await startLlamacpp({
      silent: { window },
      mean: { window, pooling: 1 },
      last: { window, pooling: 3 },
    });
  });
  afterAll(() => bench?.close());

  const embed = async (model: string, texts: readonly string[]) =>
    await bench.host.request("embed", { model, texts }, { signal: SIGNAL });

  test("have the length 1 and one size, for an empty text too", async () => {
    const { vectors, usage } = await embed("silent", ["the", "", "in the end, é"]);
    expect(vectors.map((vector) => vector.length)).toEqual([64, 64, 64]);
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
    expect(new Set(vectors.map(String)).size).toBe(3);
    expect(usage).toEqual({ prompt_tokens: 15 });
    expect(await embed("silent", [])).toEqual({ vectors: [], usage: { prompt_tokens: 0 } });
  });

  test("are pooled by their mean unless the model says something else", async () => {
    // More than one batch of llama.cpp's default size.
    const text = "the end of all the things ".repeat(40);
    const [silent, mean, last] = await Promise.all(
      ["silent", "mean", "last"].map(async (model) => (await embed(model, [text])).vectors[0]),
    );
    expect(silent).toEqual(mean ?? []);
    expect(silent).not.toEqual(last ?? []);
  });

  test("are refused by a model that ranks, and chats by one that makes vectors alone", async () => {
    await writeTinyModel(join(bench.models, "ranks.gguf"), { pooling: 4 });
    expect((await failureOf(embed("ranks", ["the"]))).message).toContain(
      '"ranks" is made to rank texts',
    );
    await writeTinyModel(join(bench.models, "vectors.gguf"), { architecture: "nomic-bert" });
    expect((await failureOf(bench.chat({ model: "vectors" }))).message).toContain(
      '"vectors" is made for vectors alone',
    );
  });

  test("are refused for a text that does not fit", async () => {
    const failure = await failureOf(embed("mean", ["the ".repeat(1100)]));
    expect(failure.details).toMatchObject({ provider_code: "context_length_exceeded" });
  });
});

test("the llamacpp plugin lists models without node-llama-cpp, and tells how to install it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "modullm-llamacpp-bare-"));
  await cp(FOLDER, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  const bench = await startLlamacpp({ tiny: {} }, {}, folder);
  try {
    expect((await bench.host.request("models/list", {}, { signal: SIGNAL })).models).toHaveLength(
      1,
    );
    const failure = await failureOf(bench.chat({}));
    expect(failure.code).toBe("RLLM_017");
    expect(failure.message).toContain(
      "node-llama-cpp is not installed beside the plugin: run `npm install",
    );
    expect((await bench.host.health()).ok).toBe(false);
  } finally {
    await bench.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test("the llamacpp plugin is not well without its folder of models", async () => {
  const bench = await startLlamacpp({}, { folder: "/nowhere/at/all" });
  try {
    expect(await bench.host.health()).toEqual({
      ok: false,
      message: 'the folder of models "/nowhere/at/all" is not there',
    });
    expect(await bench.host.request("models/list", {}, { signal: SIGNAL })).toEqual({ models: [] });
  } finally {
    await bench.close();
  }
});

/** KiB that the process holds. */
async function memoryOf(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]);
}
