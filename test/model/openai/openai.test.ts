import { afterEach, describe, expect, test } from "bun:test";
import { createModels } from "../../../src/model/models.ts";
import type { Model } from "../../../src/model/model.ts";
import { resolveEndpoint } from "../../../src/model/endpoint.ts";
import { createOpenAi } from "../../../src/model/openai/openai.ts";
import { ask, errorOf, noBaseline, notesOf, outcome } from "../calls.ts";
import {
  answers,
  DONE,
  event,
  fails,
  openServer,
  says,
  silence,
  spells,
  streams,
  USAGE,
} from "../faulty-server.ts";
import type { Act, FaultyServer } from "../faulty-server.ts";
import { testProvider } from "../provider-suite.ts";
import { settings } from "../settings.ts";

const opened: FaultyServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function serve(...acts: readonly Act[]): Promise<FaultyServer> {
  const server = await openServer(...acts);
  opened.push(server);
  return server;
}

const KEY = "sk-test-0123456789";
const SCHEMA = {
  type: "object",
  properties: { text: { type: "string", minLength: 1 } },
  required: ["text"],
  additionalProperties: false,
};

/** A model at that server, without retries. */
function modelAt(
  server: FaultyServer,
  id = "local/test",
  environment: Record<string, string> = {},
): Model {
  const slash = id.indexOf("/");
  const [front, name] = [id.slice(0, slash), id.slice(slash + 1)] as const;
  const variable = `${front.toUpperCase()}_API_BASE`;
  const config = settings({
    environment: { [variable]: server.url, OPENAI_API_KEY: KEY, ...environment },
  });
  return createOpenAi({ endpoint: resolveEndpoint(front, config), config, fetch }).model(name);
}

testProvider("openai", async (behaviour) => {
  const act: Act = (socket, seen) => {
    if (behaviour === "hangs") return silence(socket, seen);
    if (behaviour === "says-nothing") return says(null)(socket, seen);
    return seen.body["stream"] === true
      ? spells("Hel", "lo")(socket, seen)
      : says("Hello")(socket, seen);
  };
  const server = await openServer(act);
  const config = settings({ environment: { OPENAI_API_BASE: server.url, OPENAI_API_KEY: KEY } });
  return {
    provider: createOpenAi({ endpoint: resolveEndpoint("openai", config), config, fetch }),
    name: "gpt-test",
    id: "openai/gpt-test",
    request: ask({ schema: SCHEMA }),
    disconnected: async () => {
      await server.seen[0]?.closed;
    },
    close: () => server.close(),
  };
});

describe("call() with the OpenAI protocol", () => {
  test("sends the messages byte for byte and nothing that was not asked for", async () => {
    const server = await serve(says("hi"));
    const content = "  Zwölf\r\n\u0000 {{x}} \u{1F600}\n\n";
    const result = await outcome(
      modelAt(server),
      ask({ messages: [{ role: "user", content }], schema: SCHEMA }),
    );
    expect(result.text).toBe("hi");
    expect(server.seen[0]?.path).toBe("/v1/chat/completions");
    expect(server.seen[0]?.body).toEqual({ model: "test", messages: [{ role: "user", content }] });
    expect(Object.keys(server.seen[0]?.headers ?? {}).toSorted()).toEqual([
      "accept",
      "accept-encoding",
      "connection",
      "content-length",
      "content-type",
      "host",
      "user-agent",
    ]);
  });

  test("reads text, usage, reason and the model that served from a whole reply", async () => {
    const server = await serve(says("hi", { reasoning_content: "hm" }));
    const result = await outcome(modelAt(server), ask());
    expect(result.parts).toEqual([
      { type: "reasoning", text: "hm" },
      { type: "text", text: "hi" },
      {
        type: "finish",
        reason: "stop",
        usage: { prompt_tokens: 3, completion_tokens: 5 },
        served: "served-model",
      },
    ]);
  });

  test("gives streamed text as it comes, with reasoning apart", async () => {
    const pieces = [
      event({ reasoning: "let me " }),
      event({ reasoning: "see" }),
      event({ content: "a" }),
      event({ content: "b" }),
    ];
    const server = await serve(streams([...pieces, event({}, "length"), USAGE, DONE]));
    const result = await outcome(modelAt(server), ask({ stream: true }));
    expect(result.reasoning).toBe("let me see");
    expect(result.parts.filter((part) => part.type === "text").map((part) => part.text)).toEqual([
      "a",
      "b",
    ]);
    expect(result.finish).toEqual({
      type: "finish",
      reason: "length",
      usage: { prompt_tokens: 3, completion_tokens: 5 },
      served: "served-model",
    });
  });

  test("joins content that comes as a list of parts", async () => {
    const content = [
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ];
    const result = await outcome(modelAt(await serve(says(content))), ask());
    expect([result.reasoning, result.text]).toEqual(["hm", "ab"]);
  });

  test("uses the first choice of several and says so", async () => {
    const choices = [1, 0].map((index) => ({
      index,
      finish_reason: "stop",
      message: { content: `answer ${index}` },
    }));
    const server = await serve(answers(200, { choices }));
    const result = await outcome(modelAt(server), ask({ params: { n: 2 } }));
    expect(result.text).toBe("answer 0");
    expect(notesOf(result, "warning")).toEqual(["Asked for 2 answers: only the first one is used"]);
    expect(result.finish?.usage).toBeNull();
  });

  test("takes a whole reply where a stream was asked for, and a stream where it was not", async () => {
    const whole = await outcome(modelAt(await serve(says("whole"))), ask({ stream: true }));
    const streamed = await outcome(modelAt(await serve(spells("in", " pieces"))), ask());
    expect([whole.text, streamed.text]).toEqual(["whole", "in pieces"]);
  });

  test("takes a query of the base URL along", async () => {
    const server = await serve(says("hi"));
    await outcome(
      modelAt(server, "local/test", { LOCAL_API_BASE: `${server.url}/?team=a` }),
      ask(),
    );
    expect(server.seen[0]?.path).toBe("/v1/chat/completions?team=a");
  });

  test("tells a refusal from an answer", async () => {
    const result = await outcome(modelAt(await serve(says(null, { refusal: "I won't." }))), ask());
    expect(result.finish?.reason).toBe("content-filter");
    expect(notesOf(result, "warning")).toEqual(["The model declined: I won't."]);
  });
});

describe("counts of the chat protocol", () => {
  async function usage(body: Record<string, unknown>, id = "local/test", more = {}) {
    const choices = [{ index: 0, finish_reason: "stop", message: { content: "a" } }];
    const server = await serve(answers(200, { choices, ...body }));
    return (await outcome(modelAt(server, id, more), ask())).finish?.usage;
  }
  const counts = { prompt_tokens: 100, completion_tokens: 5 };

  test("say what came from a cache, whichever name a server has for it", async () => {
    for (const named of [
      { prompt_tokens_details: { cached_tokens: 80 } },
      { prompt_cache_hit_tokens: 80, prompt_cache_miss_tokens: 20 },
      { cached_tokens: 80 },
    ])
      expect(await usage({ usage: { ...counts, ...named } })).toEqual({
        ...counts,
        cache_read_tokens: 80,
      });
    const written = { prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 90 } };
    expect(await usage({ usage: { ...counts, ...written } })).toEqual({
      ...counts,
      cache_write_tokens: 90,
    });
    expect(await usage({ usage: { ...counts, prompt_tokens_details: null } })).toEqual(counts);
  });

  test("say what OpenRouter charges, and nobody else", async () => {
    const told = { usage: { ...counts, cost: 0.5 } };
    const own = { OPENROUTER_API_KEY: KEY };
    expect(await usage(told)).toEqual(counts);
    expect(await usage(told, "openrouter/a/b", own)).toEqual({ ...counts, cost_usd: 0.5 });
    const behind = { is_byok: true, cost_details: { upstream_inference_cost: 0.25 } };
    expect(await usage({ usage: { ...told.usage, ...behind } }, "openrouter/a/b", own)).toEqual({
      ...counts,
      cost_usd: 0.75,
    });
  });

  test("are taken from any piece of a stream, in a choice of it too", async () => {
    const pieces = [event({ content: "a" }), event({ content: "b" }), event({}, "stop")];
    for (let at = 0; at < pieces.length; at++)
      for (const inChoice of [false, true]) {
        const piece = JSON.parse((pieces[at] ?? "").slice(6)) as { choices: object[] };
        const changed = inChoice
          ? { ...piece, choices: piece.choices.map((choice) => ({ ...choice, usage: counts })) }
          : { ...piece, usage: counts };
        const all = pieces.with(at, `data: ${JSON.stringify(changed)}\n\n`);
        const server = await serve(streams([...all, DONE]));
        const result = await outcome(modelAt(server), ask({ stream: true }));
        expect([at, inChoice, result.finish?.usage]).toEqual([at, inChoice, counts]);
      }
  });

  test("of several answers in one stream go with the first; nothing of the others is text", async () => {
    const piece = (index: number, content: string, finish: string | null = null) =>
      `data: ${JSON.stringify({ choices: [{ index, delta: { content }, finish_reason: finish }] })}\n\n`;
    const server = await serve(
      streams([piece(0, "a"), piece(1, "x"), piece(0, "b", "stop"), piece(1, "y", "length"), DONE]),
    );
    const result = await outcome(modelAt(server), ask({ stream: true, params: { n: 2 } }));
    expect([result.text, result.finish?.reason]).toEqual(["ab", "stop"]);
  });
});

describe("call() maps parameters", () => {
  test("passes them on, with headers and body fields of the program's own", async () => {
    const server = await serve(says("hi"));
    const tools = [{ type: "function", function: { name: "f", parameters: {} } }];
    const params = {
      temperature: 0,
      seed: 7,
      tools,
      timeout: 30,
      extra_headers: { "X-Trace": "1" },
      extra_body: { top_a: 0.1 },
    };
    await outcome(modelAt(server), ask({ params }));
    const { model: _model, messages: _messages, ...rest } = server.seen[0]?.body ?? {};
    expect(rest).toEqual({ temperature: 0, seed: 7, tools, top_a: 0.1 });
    expect(server.seen[0]?.headers["x-trace"]).toBe("1");
  });

  test("renames and leaves out what OpenAI's reasoning models do not take", async () => {
    const server = await serve(says("hi"));
    const result = await outcome(
      modelAt(server, "openai/gpt-5-mini"),
      ask({ params: { max_tokens: 9, temperature: 0.2 } }),
    );
    expect(server.seen[0]?.body).toEqual({
      model: "gpt-5-mini",
      messages: [{ role: "user", content: "Say hi" }],
      max_completion_tokens: 9,
    });
    expect(notesOf(result, "degraded")).toEqual([
      `Left "temperature" out of the call: openai/gpt-5-mini does not take it`,
    ]);
  });

  test("keeps max_tokens for other models of OpenAI's", async () => {
    const server = await serve(says("hi"));
    await outcome(
      modelAt(server, "openai/gpt-4o"),
      ask({ params: { max_tokens: 9, temperature: 0.2 } }),
    );
    expect(server.seen[0]?.body).toMatchObject({ max_tokens: 9, temperature: 0.2 });
  });

  test("turns format: json into JSON mode, and lets response_format win over it", async () => {
    const server = await serve(says("{}"));
    const own = { type: "json_schema", json_schema: { name: "mine", schema: {} } };
    await outcome(modelAt(server), ask({ params: { format: "json" }, schema: SCHEMA }));
    await outcome(
      modelAt(server, "openai/gpt-4o"),
      ask({ params: { format: "json", response_format: own }, schema: SCHEMA }),
    );
    expect(server.seen.map((seen) => seen.body["response_format"])).toEqual([
      { type: "json_object" },
      own,
    ]);
  });

  test("asks for usage in a stream only where that is known to be taken", async () => {
    const server = await serve(spells("hi"));
    await outcome(modelAt(server, "openai/gpt-4o"), ask({ stream: true }));
    await outcome(modelAt(server), ask({ stream: true }));
    expect(server.seen.map((seen) => seen.body["stream_options"])).toEqual([
      { include_usage: true },
      undefined,
    ]);
  });
});

describe("call() sends the schema", () => {
  test("to a server that enforces it, and reports what it does not take", async () => {
    const server = await serve(says("{}"));
    const result = await outcome(modelAt(server, "openai/gpt-4o"), ask({ schema: SCHEMA }));
    const { minLength: _dropped, ...text } = SCHEMA.properties.text;
    expect(server.seen[0]?.body["response_format"]).toEqual({
      type: "json_schema",
      json_schema: { name: "output", strict: true, schema: { ...SCHEMA, properties: { text } } },
    });
    const note = result.parts.find(
      (part) => part.type === "note" && part.kind === "schema-weakened",
    );
    expect(note).toMatchObject({
      data: { weakened: [{ pointer: "/properties/text", keyword: "minLength" }] },
    });
  });

  test("again without it when the server says that it takes none", async () => {
    const server = await serve(
      fails(400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported"),
      says("hi"),
    );
    const result = await outcome(modelAt(server, "openai/gpt-3.5-turbo"), ask({ schema: SCHEMA }));
    expect(result.text).toBe("hi");
    expect(server.seen.map((seen) => "response_format" in seen.body)).toEqual([true, false]);
    expect(notesOf(result, "schema-weakened")).toHaveLength(2);
  });

  test("once only when it is the program's own response_format that is refused", async () => {
    const server = await serve(fails(400, "response_format is not supported"));
    const params = { response_format: { type: "json_object" } };
    const result = await outcome(modelAt(server, "openai/gpt-4o"), ask({ schema: SCHEMA, params }));
    expect(result.error?.code).toBe("RLLM_017");
    expect(server.seen).toHaveLength(1);
  });
});

describe("azure", () => {
  const environment = { AZURE_API_KEY: "azure-key-1" };
  test("uses the v1 address with the api-key header", async () => {
    const server = await serve(says("hi"));
    await outcome(
      modelAt(server, "azure/my-gpt", { ...environment, AZURE_API_BASE: `http://${server.host}` }),
      ask(),
    );
    expect(server.seen[0]?.path).toBe("/openai/v1/chat/completions");
    expect(server.seen[0]?.headers["api-key"]).toBe("azure-key-1");
    expect(server.seen[0]?.headers["authorization"]).toBeUndefined();
  });

  test("uses the deployment's address where AZURE_API_VERSION is set", async () => {
    const server = await serve(says("hi"));
    const dated = {
      ...environment,
      AZURE_API_BASE: `http://${server.host}/`,
      AZURE_API_VERSION: "2024-10-21",
    };
    await outcome(modelAt(server, "azure/my-gpt", dated), ask());
    expect(server.seen[0]?.path).toBe(
      "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21",
    );
  });

  test("takes a deployment's full address as it is", async () => {
    const server = await serve(says("hi"));
    const base = `http://${server.host}/openai/deployments/other?api-version=2025-01-01-preview`;
    await outcome(modelAt(server, "azure/my-gpt", { ...environment, AZURE_API_BASE: base }), ask());
    expect(server.seen[0]?.path).toBe(
      "/openai/deployments/other/chat/completions?api-version=2025-01-01-preview",
    );
  });
});

describe("list()", () => {
  test("gives the names the server lists", async () => {
    const server = await serve(answers(200, { object: "list", data: [{ id: "a" }, { id: "b" }] }));
    const config = settings({ environment: { LOCAL_API_BASE: server.url } });
    const models = createModels({ config, baseline: noBaseline });
    expect(await (await models.provider("local")).list?.(new AbortController().signal)).toEqual([
      "a",
      "b",
    ]);
    expect(server.seen[0]?.path).toBe("/v1/models");
  });

  test("fails as a call does when there is no key", async () => {
    const config = settings({});
    const models = createModels({ config, baseline: noBaseline });
    const provider = await models.provider("groq");
    expect((await errorOf(async () => provider.list?.(new AbortController().signal))).code).toBe(
      "RLLM_014",
    );
  });
});
