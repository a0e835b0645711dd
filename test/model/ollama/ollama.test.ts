import { afterEach, describe, expect, test } from "bun:test";
import { resolveEndpoint } from "../../../src/model/endpoint.ts";
import { createModels } from "../../../src/model/models.ts";
import type { Model, ModelNote } from "../../../src/model/model.ts";
import { createOllama, withTag } from "../../../src/model/ollama/ollama.ts";
import { ask, errorOf, noBaseline, notesOf, outcome } from "../calls.ts";
import { answers, openServer } from "../faulty-server.ts";
import { testProvider } from "../provider-suite.ts";
import { settings } from "../settings.ts";
import { END, openOllama, piece } from "./ollama-server.ts";
import type { OllamaServer, Script } from "./ollama-server.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

const SIGNAL = new AbortController().signal;
const ANSWER = { tags: ["llama3.2:latest"], chat: [piece("Hel"), piece("lo"), END] };

async function at(
  script: Script,
  more: { name?: string; autoPull?: boolean; environment?: Record<string, string> } = {},
): Promise<{ server: OllamaServer; model: Model }> {
  const server = openOllama(script);
  opened.push(server);
  const config = settings({ environment: { OLLAMA_API_BASE: server.url, ...more.environment } });
  const models = createModels({
    config,
    baseline: noBaseline,
    autoPull: more.autoPull ?? false,
    sleep: () => Promise.resolve(),
  });
  return { server, model: await models.get(`ollama/${more.name ?? "llama3.2"}`) };
}

testProvider("ollama", async (behaviour) => {
  const chat = behaviour === "answers" ? ANSWER.chat : behaviour === "says-nothing" ? [END] : [];
  const server = openOllama({ ...ANSWER, chat, hangs: behaviour === "hangs" });
  const config = settings({ environment: { OLLAMA_API_BASE: server.url } });
  return {
    provider: createOllama({
      endpoint: resolveEndpoint("ollama", config),
      config,
      fetch,
      autoPull: false,
    }),
    name: "llama3.2",
    id: "ollama/llama3.2",
    request: ask({ schema: { type: "object" } }),
    close: () => server.close(),
  };
});

describe("ready() with Ollama", () => {
  for (const [name, tag] of [
    ["llama3.2", "llama3.2:latest"],
    ["llama3.2:latest", "llama3.2:latest"],
    ["Qwen3:0.6b", "qwen3:0.6b"],
    ["hf.co/user/repo:Q4_K_M", "hf.co/user/repo:Q4_K_M"],
  ]) {
    test(`finds ${name} as ${tag}`, async () => {
      const { model } = await at({ tags: [tag ?? ""] }, { name: name ?? "" });
      await model.ready(SIGNAL, () => undefined);
    });
  }

  test("takes no other tag for the one that is meant", async () => {
    const { model, server } = await at({ tags: ["llama3.2:1b"] });
    const error = await errorOf(() => model.ready(SIGNAL, () => undefined));
    expect([error.code, error.details, error.hint]).toEqual([
      "RLLM_010",
      { model: "ollama/llama3.2" },
      "Run `ollama pull llama3.2`, or pass --ollama-auto-pull.",
    ]);
    expect(server.asked.map(({ path }) => path)).toEqual(["/api/tags"]);
  });

  test("pulls a missing model where that is wanted, and shows how far it is", async () => {
    const steps = [
      { status: "pulling manifest" },
      { status: "pulling aabbcc", digest: "sha256:aabbcc", total: 200, completed: 20 },
      { status: "pulling aabbcc", digest: "sha256:aabbcc", total: 200, completed: 21 },
      { status: "pulling aabbcc", digest: "sha256:aabbcc", total: 200, completed: 200 },
      { status: "success" },
    ];
    const { model, server } = await at({ pull: steps, chat: ANSWER.chat }, { autoPull: true });
    const notes: ModelNote[] = [];
    await model.ready(SIGNAL, (note) => notes.push(note));
    expect(notes.map(({ message }) => message)).toEqual([
      `Pulling "llama3.2": pulling manifest`,
      `Pulling "llama3.2": pulling aabbcc 10 %`,
      `Pulling "llama3.2": pulling aabbcc 100 %`,
      `Pulling "llama3.2": success`,
    ]);
    expect(notes[1]).toMatchObject({
      kind: "progress",
      data: { completed: 20, total: 200, status: "pulling aabbcc" },
    });
    expect(server.tags).toEqual(["llama3.2:latest"]);
    expect((await outcome(model, ask())).text).toBe("Hello");
  });

  for (const [why, pull, reason] of [
    [
      "the registry does not know it",
      [{ status: "pulling manifest" }, { error: "pull model manifest: file does not exist" }],
      "file does not exist",
    ],
    ["the pull breaks off", [{ status: "pulling manifest" }], "ended before the model did"],
  ] as const) {
    test(`says why a pull failed when ${why}`, async () => {
      const { model } = await at({ pull }, { autoPull: true });
      const error = await errorOf(() => model.ready(SIGNAL, () => undefined));
      expect([error.code, error.details["model"]]).toEqual(["RLLM_010", "ollama/llama3.2"]);
      expect(error.details["reason"]).toContain(reason);
    });
  }

  test("asks whether the server runs when nothing listens", async () => {
    const { model, server } = await at(ANSWER);
    await server.close();
    const error = await errorOf(() => model.ready(SIGNAL, () => undefined));
    expect(error.code).toBe("RLLM_017");
    expect(error.message).toContain("is `ollama serve` running?");
    expect(error.hint).toContain("OLLAMA_API_BASE");
  });

  test("tells another kind of server from Ollama", async () => {
    const server = await openServer(answers(200, "<html>nginx</html>"));
    opened.push(server);
    const { model } = await at(ANSWER, {
      environment: { OLLAMA_API_BASE: `http://${server.host}` },
    });
    const error = await errorOf(() => model.ready(SIGNAL, () => undefined));
    expect(error.message).toContain("sent a web page instead of a reply");
  });
});

describe("call() with Ollama", () => {
  test("gives thoughts, text, counts and the reason", async () => {
    const chat = [piece("", { thinking: "hm" }), piece("Hi"), { ...END, done_reason: "length" }];
    const { model } = await at({ ...ANSWER, chat });
    expect((await outcome(model, ask())).parts).toEqual([
      { type: "reasoning", text: "hm" },
      { type: "text", text: "Hi" },
      {
        type: "finish",
        reason: "length",
        usage: { prompt_tokens: 7, completion_tokens: 4 },
        served: "llama3.2",
      },
    ]);
  });

  test("maps parameters, and says which ones it left out", async () => {
    const { model, server } = await at(ANSWER);
    const params = {
      temperature: 0,
      max_tokens: 50,
      stop: "END",
      seed: 3,
      top_k: 5,
      user: "me",
      reasoning_effort: "low",
    };
    const result = await outcome(
      model,
      ask({ params: { ...params, extra_body: { keep_alive: "5m", options: { num_gpu: 1 } } } }),
    );
    expect(server.asked.at(-1)?.body).toEqual({
      model: "llama3.2",
      messages: [{ role: "user", content: "Say hi" }],
      options: { temperature: 0, num_predict: 50, stop: ["END"], seed: 3, top_k: 5, num_gpu: 1 },
      think: "low",
      keep_alive: "5m",
      stream: true,
    });
    expect(notesOf(result, "degraded")).toEqual([
      `Left "user" out of the call: ollama/llama3.2 does not take it`,
    ]);
  });

  test("sends the schema as the format, weakened where it must be", async () => {
    const { model, server } = await at(ANSWER);
    const schema = {
      type: "object",
      properties: { a: { type: "string" } },
      required: ["a"],
      minProperties: 1,
    };
    const result = await outcome(model, ask({ schema }));
    const { minProperties: _dropped, ...sent } = schema;
    expect(server.asked.at(-1)?.body["format"]).toEqual(sent);
    expect(notesOf(result, "schema-weakened")).toEqual([
      `ollama does not enforce minProperties at "/"; the answer is checked here`,
    ]);
  });

  test("sends format: json and a response_format of the program's own", async () => {
    const { model, server } = await at(ANSWER);
    const own = { type: "json_schema", json_schema: { name: "x", schema: { type: "array" } } };
    const schema = { type: "object" };
    for (const params of [
      { format: "json" },
      { response_format: own },
      { response_format: { type: "text" } },
    ]) {
      await outcome(model, ask({ schema, params }));
    }
    expect(server.asked.map(({ body }) => body["format"])).toEqual([
      "json",
      { type: "array" },
      undefined,
    ]);
  });

  test("makes room for a prompt that the default window would cut", async () => {
    const { model, server } = await at(ANSWER);
    await outcome(model, ask({ messages: [{ role: "user", content: "x".repeat(30_000) }] }));
    expect(server.asked.at(-1)?.body["options"]).toEqual({ num_ctx: 16_384 });
  });

  test("gives RLLM_010 for a model that is gone, at once", async () => {
    const { model, server } = await at({ tags: [] });
    const { error } = await outcome(model, ask());
    expect([error?.code, error?.details, server.asked.length]).toEqual([
      "RLLM_010",
      { model: "ollama/llama3.2" },
      1,
    ]);
  });

  test("takes a stream that ends early, or reports an error, for a failure", async () => {
    const cut = await outcome((await at({ ...ANSWER, chat: [piece("Hel")] })).model, ask());
    const broken = await outcome(
      (await at({ ...ANSWER, chat: [piece("Hel"), { error: "llama runner died" }] })).model,
      ask(),
    );
    expect([cut.error?.code, cut.finish]).toEqual(["RLLM_017", null]);
    expect([broken.error?.code, broken.error?.message]).toEqual([
      "RLLM_017",
      expect.stringContaining("llama runner died"),
    ]);
  });

  test("skips lines that are not JSON", async () => {
    const { model } = await at({ ...ANSWER, chat: [piece("Hel"), "{oops\n\n", piece("lo"), END] });
    expect((await outcome(model, ask())).text).toBe("Hello");
  });

  test("prints nothing, whatever the server sends", async () => {
    const html = await openServer(answers(500, "<html>broken</html>"));
    const garbled = openOllama({ ...ANSWER, chat: ["{oops\n", piece("lo"), "oops"] });
    opened.push(html, garbled);
    for (const [url, code] of [
      [`http://${html.host}`, "RLLM_017"],
      [garbled.url, "RLLM_017"],
    ] as const) {
      const child = Bun.spawn([process.execPath, `${import.meta.dir}/print-nothing.ts`, url], {
        stdout: "pipe",
        stderr: "pipe",
      });
      const printed = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ]);
      expect(printed).toEqual([code, ""]);
    }
  });

  test("keeps Ollama's key from a server on this machine", async () => {
    const { model, server } = await at(ANSWER, { environment: { OLLAMA_API_KEY: "ollama-key" } });
    await outcome(model, ask());
    expect(server.asked.at(-1)?.headers.get("authorization")).toBeNull();
  });

  test("ends with the program's timeout", async () => {
    const { model } = await at({ ...ANSWER, chat: [piece("Hel")], hangs: true });
    const { error } = await outcome(model, ask({ params: { timeout: 0.2 } }));
    expect([error?.code, error?.message]).toEqual([
      "RLLM_017",
      expect.stringContaining("within 0.2 s"),
    ]);
  });
});

describe("the address of Ollama", () => {
  for (const [value, url] of [
    ["0.0.0.0:11434", "http://127.0.0.1:11434"],
    ["box", "http://box:11434"],
    [":9999", "http://127.0.0.1:9999"],
    ["https://ollama.example/", "https://ollama.example"],
    ["http://box:11434/v1", "http://box:11434"],
  ]) {
    test(`${value} in OLLAMA_HOST is ${url}`, () => {
      expect(
        resolveEndpoint("ollama", settings({ environment: { OLLAMA_HOST: value ?? "" } })).baseUrl,
      ).toBe(url ?? "");
    });
  }
  test("may be another name's, in config.yaml", async () => {
    const server = openOllama(ANSWER);
    opened.push(server);
    const config = settings({ providers: { box: { type: "ollama", baseUrl: server.url } } });
    const model = await createModels({ config, baseline: noBaseline }).get("box/llama3.2");
    await model.ready(SIGNAL, () => undefined);
    expect([model.id, (await outcome(model, ask())).text]).toEqual(["box/llama3.2", "Hello"]);
  });

  test("is this machine's where nothing is set", () => {
    expect(resolveEndpoint("ollama", settings({})).baseUrl).toBe("http://127.0.0.1:11434");
  });
});

test("withTag() knows a port from a tag", () => {
  expect(["a", "a:b", "host:5000/a", "host:5000/a:b"].map(withTag)).toEqual([
    "a:latest",
    "a:b",
    "host:5000/a:latest",
    "host:5000/a:b",
  ]);
});
