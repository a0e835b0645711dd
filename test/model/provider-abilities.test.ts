import { afterEach, describe, expect, test } from "bun:test";
import type { ModelNote } from "../../src/model/model.ts";
import { createModels } from "../../src/model/models.ts";
import type { ModelProvider } from "../../src/model/provider.ts";
import { errorOf, noBaseline } from "./calls.ts";
import { type Act, answers, type FaultyServer, openServer, silence } from "./faulty-server.ts";
import { type Settings, settings } from "./settings.ts";
import { KEY } from "./wires/wire.ts";

const opened: FaultyServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

interface Stand {
  readonly server: FaultyServer;
  readonly provider: ModelProvider;
  readonly notes: ModelNote[];
  readonly asked: () => readonly (readonly unknown[])[];
}

/** A provider at a server that does these things in turn; nothing is really waited for. */
async function stand(
  name: string,
  from: (url: string) => Settings,
  ...acts: readonly Act[]
): Promise<Stand> {
  const server = await openServer(...acts);
  opened.push(server);
  const models = createModels({
    config: settings(from(`http://${server.host}`)),
    baseline: noBaseline,
    sleep: () => Promise.resolve(),
  });
  return {
    server,
    provider: await models.provider(name),
    notes: [],
    asked: () =>
      server.seen.map(({ method, path, body }) =>
        method === "GET" ? [method, path] : [method, path, body],
      ),
  };
}

const { signal } = new AbortController();
const OLLAMA = (url: string): Settings => ({ environment: { OLLAMA_API_BASE: url } });
const LLAMACPP = (url: string): Settings => ({
  environment: { LLAMACPP_API_BASE: `${url}/v1`, LLAMACPP_API_KEY: KEY },
});
const OPENAI = (url: string): Settings => ({
  environment: { OPENAI_API_BASE: `${url}/v1`, OPENAI_API_KEY: KEY },
});

describe("the health of a server", () => {
  test("is asked for where that costs nothing", async () => {
    for (const [name, from, path, reply, message] of [
      ["openai", OPENAI, "/v1/models", { data: [] }, /answers at/],
      [
        "together",
        (url: string) => ({
          environment: { TOGETHER_API_BASE: `${url}/v1`, TOGETHER_API_KEY: KEY },
        }),
        "/v1/models",
        [],
        /answers at/,
      ],
      ["ollama", OLLAMA, "/api/version", { version: "0.12.6" }, /^Ollama 0\.12\.6$/],
      ["llamacpp", LLAMACPP, "/health", { status: "ok" }, /answers at/],
      [
        "google",
        (url: string) => ({
          environment: { GOOGLE_API_BASE: url, GOOGLE_API_KEY: KEY },
        }),
        "/v1beta/models?pageSize=1000",
        { models: [] },
        /answers at/,
      ],
      [
        "anthropic",
        (url: string) => ({
          environment: { ANTHROPIC_API_BASE: url, ANTHROPIC_API_KEY: KEY },
        }),
        "/v1/models?limit=1000",
        { data: [] },
        /answers at/,
      ],
    ] as const) {
      const { provider, asked } = await stand(name, from, answers(200, reply));
      expect([name, await provider.health?.(signal)]).toEqual([
        name,
        { ok: true, message: expect.stringMatching(message) },
      ]);
      expect([name, ...asked()]).toEqual([name, ["GET", path]]);
    }
  });

  test("is bad, not an error, where it refuses, loads, or is not there", async () => {
    const loading = answers(503, { error: { message: "Loading model", code: 503 } });
    const busy = await stand("llamacpp", LLAMACPP, loading);
    expect(await busy.provider.health?.(signal)).toEqual({
      ok: false,
      message: expect.stringContaining("answered 503: Loading model"),
    });
    const refused = await stand("openai", OPENAI, answers(401, { error: `no ${KEY}` }));
    const said = await refused.provider.health?.(signal);
    expect([said?.ok, said?.message.includes(KEY)]).toEqual([false, false]);
    const gone = await stand("ollama", () => OLLAMA("http://127.0.0.1:1"), silence);
    expect(await gone.provider.health?.(signal)).toMatchObject({ ok: false });
  });

  test("wants a key, and ends when nobody waits", async () => {
    const keyless = await stand("openai", () => ({}), silence);
    const error = await errorOf(async () => await keyless.provider.health?.(signal));
    expect(error.code).toBe("RLLM_014");
    const { provider } = await stand("ollama", OLLAMA, silence);
    const stopped = await errorOf(async () => await provider.health?.(AbortSignal.abort()));
    expect(stopped.code).toBe("RLLM_022");
  });
});

describe("Ollama's memory", () => {
  test("takes a model in by an empty prompt, for as long as is said", async () => {
    for (const [options, keep] of [
      [undefined, {}],
      [{ keepMs: 90_000 }, { keep_alive: "90000ms" }],
      [{ keepMs: null }, { keep_alive: -1 }],
    ] as const) {
      const done = answers(200, { model: "m", done: true, done_reason: "load" });
      const { provider, asked } = await stand("ollama", OLLAMA, done);
      await provider.load?.("m", signal, options);
      expect(asked()).toEqual([["POST", "/api/generate", { model: "m", stream: false, ...keep }]]);
    }
  });

  test("takes in what only embeds, and lets go", async () => {
    const { provider, asked } = await stand(
      "ollama",
      OLLAMA,
      answers(400, { error: '"all-minilm" does not support generate' }),
      answers(200, { model: "all-minilm", embeddings: [] }),
      answers(200, { model: "all-minilm", done: true, done_reason: "unload" }),
    );
    await provider.load?.("all-minilm", signal);
    await provider.unload?.("all-minilm", signal);
    expect(asked().map(([, path, body]) => [path, body])).toEqual([
      ["/api/generate", { model: "all-minilm", stream: false }],
      ["/api/embed", { model: "all-minilm", input: [] }],
      ["/api/generate", { model: "all-minilm", stream: false, keep_alive: "0ms" }],
    ]);
  });

  test("tells of a model that is not there", async () => {
    const absent = answers(404, { error: 'model "m" not found' });
    const { provider } = await stand("ollama", OLLAMA, absent);
    expect((await errorOf(async () => await provider.load?.("m", signal))).code).toBe("RLLM_010");
  });

  test("is filled by a pull, which is told of", async () => {
    const steps = [{ status: "pulling manifest" }, { status: "success" }];
    const lines = steps.map((step) => `${JSON.stringify(step)}\n`).join("");
    const { provider, notes, asked } = await stand("ollama", OLLAMA, answers(200, lines));
    await provider.pull?.("m", signal, (note) => notes.push(note));
    expect(notes.map(({ message }) => message)).toEqual([
      'Pulling "m": pulling manifest',
      'Pulling "m": success',
    ]);
    expect(asked()).toEqual([["POST", "/api/pull", { model: "m", stream: true }]]);
  });

  test("is looked into before texts are embedded", async () => {
    const { provider } = await stand("ollama", OLLAMA, answers(200, { models: [] }));
    const error = await errorOf(async () => {
      await provider.embedder?.("all-minilm").ready(signal, () => undefined);
    });
    expect(error.code).toBe("RLLM_010");
  });
});

function listed(status: Readonly<Record<string, unknown>> | null): Act {
  const data = status === null ? [] : [{ id: "org/m:Q4_K_M", status }];
  return answers(200, { data });
}

describe("llama.cpp's router", () => {
  const ok = answers(200, { success: true });

  test("loads a model, and is waited for", async () => {
    const { provider, asked } = await stand(
      "llamacpp",
      LLAMACPP,
      ok,
      listed({ value: "loading" }),
      listed({ value: "loaded" }),
    );
    await provider.load?.("org/m", signal);
    expect(asked()).toEqual([
      ["POST", "/models/load", { model: "org/m" }],
      ["GET", "/models"],
      ["GET", "/models"],
    ]);
  });

  test("says why it can't: the child failed, the model is not listed, it is no router", async () => {
    for (const [acts, words] of [
      [[ok, listed({ value: "unloaded", failed: true, exit_code: 1 })], "exit status 1"],
      [[ok, listed(null)], "does not list it"],
      [[answers(404, { error: { message: "File Not Found" } })], "is no router"],
      [[answers(400, { error: { message: "model 'org/m' not found" } })], "not found"],
    ] as const) {
      const { provider } = await stand("llamacpp", LLAMACPP, ...acts);
      const error = await errorOf(async () => await provider.load?.("org/m", signal));
      expect([error.code, error.message]).toEqual(["RLLM_017", expect.stringContaining(words)]);
    }
  });

  test("takes what is so already for done", async () => {
    const held = answers(400, { error: { message: "model is already loaded" } });
    const one = await stand("llamacpp", LLAMACPP, held, listed({ value: "loaded" }));
    await one.provider.load?.("org/m", signal);
    const gone = answers(400, { error: { message: "model is not running" } });
    const other = await stand("llamacpp", LLAMACPP, gone);
    await other.provider.unload?.("org/m", signal);
    expect(other.asked()).toEqual([["POST", "/models/unload", { model: "org/m" }]]);
  });

  test("downloads a model, and tells how far it is", async () => {
    const files = { a: { done: 25, total: 100 }, b: { done: 25, total: 100 } };
    const { provider, notes, asked } = await stand(
      "llamacpp",
      LLAMACPP,
      ok,
      listed(null),
      listed({ value: "downloading", progress: files }),
      listed({ value: "unloaded" }),
    );
    await provider.pull?.("org/m", signal, (note) => notes.push(note));
    expect(asked()[0]).toEqual(["POST", "/models", { model: "org/m" }]);
    expect(notes).toEqual([
      {
        kind: "progress",
        message: 'Pulling "org/m": downloading 25 %',
        data: { completed: 50, total: 200, status: "downloading" },
      },
    ]);
  });

  test("says that a download came to nothing", async () => {
    const { provider } = await stand(
      "llamacpp",
      LLAMACPP,
      ok,
      listed({ value: "downloading", progress: {} }),
      listed(null),
    );
    const error = await errorOf(async () => await provider.pull?.("org/m", signal, () => {}));
    expect(error.message).toContain("it is not there in the end");
    const never = await stand("llamacpp", LLAMACPP, ok, listed(null));
    expect(
      (await errorOf(async () => await never.provider.pull?.("x", signal, () => {}))).code,
    ).toBe("RLLM_017");
  });

  test("is not what other servers are", async () => {
    const { provider } = await stand("openai", OPENAI, silence);
    expect([provider.load, provider.unload, provider.pull]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
