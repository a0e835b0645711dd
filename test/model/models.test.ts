import { describe, expect, test } from "bun:test";
import type { Config } from "../../src/config/config.ts";
import { createModels } from "../../src/model/models.ts";
import type { ModelProvider } from "../../src/model/provider.ts";
import { ask, errorOf, outcome } from "./calls.ts";
import { fails, openServer, says } from "./faulty-server.ts";
import { settings } from "./settings.ts";

const BUILTIN: ModelProvider = {
  id: "builtin",
  model: (name) => ({
    id: `builtin/${name}`,
    window: null,
    ready: () => Promise.resolve(),
    async *call() {
      yield { type: "text", text: "{}" };
      yield { type: "finish", reason: "stop", usage: null, served: null };
    },
  }),
};

function modelsWith(config: Config) {
  return createModels({ config, baseline: () => Promise.resolve(BUILTIN) });
}

/** Readiness of a model under these settings: the error, or null. */
async function fault(id: string, config: Config): Promise<unknown> {
  const model = await modelsWith(config).get(id);
  try {
    await model.ready(new AbortController().signal, () => undefined);
    return null;
  } catch (thrown) {
    return thrown;
  }
}

describe("get() refuses", () => {
  for (const id of ["plain", "/x", "openai/", "openai/  ", ""]) {
    test(`"${id}", which is not provider/name`, async () => {
      const error = await errorOf(() => modelsWith(settings({})).get(id));
      expect([error.code, error.details]).toEqual(["RLLM_002", { field: "llm.model", value: id }]);
    });
  }

  test("a provider that nothing is known of, naming the variable and the nearest one", async () => {
    const error = await errorOf(() => modelsWith(settings({})).get("opnai/gpt"));
    expect([error.code, error.details]).toEqual([
      "RLLM_002",
      { field: "llm.model", value: "opnai" },
    ]);
    expect(error.hint).toContain("OPNAI_API_BASE");
    expect(error.hint).toContain(`Did you mean "openai"?`);
  });

  test("azure without an address", async () => {
    const error = await errorOf(() =>
      modelsWith(settings({ environment: { AZURE_API_KEY: "k" } })).get("azure/x"),
    );
    expect([error.code, error.hint]).toEqual([
      "RLLM_002",
      "Set AZURE_API_BASE to your server's URL.",
    ]);
  });

  test("a base URL that is none, without showing a password in it", async () => {
    const config = settings({ environment: { LOCAL_API_BASE: "ftp://me:hunter2@host/v1" } });
    const error = await errorOf(() => modelsWith(config).get("local/x"));
    expect([error.code, error.details["field"], error.message.includes("hunter2")]).toEqual([
      "RLLM_018",
      "LOCAL_API_BASE",
      false,
    ]);
  });

  test("a type in config.yaml that is none", async () => {
    const config = settings({
      providers: { mine: { type: "vlm", baseUrl: "http://127.0.0.1:1/v1" } },
    });
    const error = await errorOf(() => modelsWith(config).get("mine/x"));
    expect([error.code, error.details["field"]]).toEqual(["RLLM_018", "providers.mine.type"]);
    expect(error.hint).toContain(`"vllm"`);
  });
});

describe("get() resolves", () => {
  test("the provider in any case, and keeps the id as it was written", async () => {
    const config = settings({ environment: { GOOGLE_API_KEY: "k" } });
    const models = modelsWith(config);
    expect((await models.get("Gemini/gemini-2.5-flash")).id).toBe("Gemini/gemini-2.5-flash");
    expect((await models.provider("Gemini")).id).toBe("google");
    expect((await models.get("openrouter/meta/llama:free")).id).toBe("openrouter/meta/llama:free");
  });

  test("builtin/baseline from what it was given", async () => {
    const result = await outcome(await modelsWith(settings({})).get("builtin/baseline"), ask());
    expect(result.text).toBe("{}");
  });

  for (const [variable, id] of [
    ["LOCAL_API_BASE", "local/m"],
    ["LOCAL_BASE_URL", "LOCAL/m"],
    ["MY_SERVER_2_API_BASE", "my-server.2/m"],
    ["GROQ_API_BASE", "groq/m"],
    ["GEMINI_API_BASE", "google/m"],
  ] as const) {
    test(`${id} at the address in ${variable}`, async () => {
      const server = await openServer(says("hi"));
      const keys = { GROQ_API_KEY: "k", GEMINI_API_KEY: "k" };
      const models = modelsWith(
        settings({ environment: { [variable]: `${server.url}/`, ...keys } }),
      );
      expect((await outcome(await models.get(id), ask())).text).toBe("hi");
      expect(server.seen[0]?.path).toBe("/v1/chat/completions");
      await server.close();
    });
  }

  test("a server in config.yaml, with its headers and key variable", async () => {
    const server = await openServer(says("hi"));
    const mine = { baseUrl: server.url, apiKeyEnv: "TEAM_TOKEN", headers: { "X-Team": "a" } };
    const models = modelsWith(
      settings({ environment: { TEAM_TOKEN: "t-1" }, providers: { Mine: mine } }),
    );
    await outcome(await models.get("mine/m"), ask());
    expect(server.seen[0]?.headers).toMatchObject({ authorization: "Bearer t-1", "x-team": "a" });
    await server.close();
  });

  test("the ways of a known server for one whose type says so", async () => {
    const server = await openServer(says("{}"));
    const models = modelsWith(
      settings({ providers: { gpu: { type: "vllm", baseUrl: server.url } } }),
    );
    await outcome(await models.get("gpu/m"), ask({ schema: { type: "object" } }));
    expect(server.seen[0]?.body["response_format"]).toMatchObject({ type: "json_schema" });
    await server.close();
  });

  test("a user and password in the address as a header", async () => {
    const server = await openServer(says("hi"));
    const base = server.url.replace("http://", "http://me:p%40ss@");
    const result = await outcome(
      await modelsWith(settings({ environment: { LOCAL_API_BASE: base } })).get("local/m"),
      ask(),
    );
    expect(result.text).toBe("hi");
    expect(server.seen[0]?.headers["authorization"]).toBe(`Basic ${btoa("me:p@ss")}`);
    await server.close();
  });
});

describe("a provider with a protocol of its own", () => {
  const keys = { ANTHROPIC_API_KEY: "k", GOOGLE_API_KEY: "k", TEAM_API_KEY: "k" };
  const messages = "/v1/messages";
  const generate = "/models/m:streamGenerateContent?alt=sse";
  for (const [id, at, type, path] of [
    ["anthropic/m", "", null, messages],
    ["anthropic/m", "/anthropic", null, `/anthropic${messages}`],
    ["anthropic/m", "/anthropic/v1", null, `/anthropic${messages}`],
    ["anthropic/m", "/v1", null, "/v1/chat/completions"],
    ["anthropic/m", "/gateway/openai", null, "/gateway/openai/chat/completions"],
    ["anthropic/m", "/v1", "anthropic", messages],
    ["google/m", "", null, `/v1beta${generate}`],
    ["google/m", "/v1beta", null, `/v1beta${generate}`],
    ["google/m", "/proxy/v1alpha/", null, `/proxy/v1alpha${generate}`],
    ["google/m", "/v1beta/openai", null, "/v1beta/openai/chat/completions"],
    ["google/m", "/v1", "gemini", `/v1${generate}`],
    ["team/m", "/v1", "claude", messages],
    ["team/m", "/v1", "responses", "/v1/responses"],
    ["team/m", "/v1", "openai", "/v1/chat/completions"],
  ] as const) {
    test(`is asked for ${id} at "${at}"${type === null ? "" : `, type ${type},`} with ${path}`, async () => {
      const server = await openServer(fails(400, "no"));
      const name = id.slice(0, id.indexOf("/"));
      const base = `http://${server.host}${at}`;
      const variable = type === null ? { [`${name.toUpperCase()}_API_BASE`]: base } : {};
      const providers = type === null ? {} : { [name]: { type, baseUrl: base } };
      const models = modelsWith(settings({ environment: { ...keys, ...variable }, providers }));
      await outcome(await models.get(id), ask());
      expect(server.seen[0]?.path).toBe(path);
      await server.close();
    });
  }
});

describe("abilities", () => {
  const environment = { AZURE_API_BASE: "http://127.0.0.1:1" };
  for (const [id, expected] of [
    ["openai/gpt-5-mini", { thinking: "effort", renames: { max_tokens: "max_completion_tokens" } }],
    ["openai/gpt-5-chat-latest", { thinking: "none", renames: {} }],
    ["openrouter/openai/o3", { thinking: "effort" }],
    ["openai/gpt-4", { input: [] }],
    ["groq/o3", { thinking: "none" }],
    ["azure/o3", { thinking: "effort", schema: "strict" }],
    ["anthropic/claude-sonnet-4-20250514", { schema: "tool", thinking: "budget" }],
    [
      "anthropic/claude-haiku-4-5-20251001",
      { schema: "anthropic", thinking: "budget", cacheFrom: 4096 },
    ],
    ["claude/claude-opus-5", { schema: "anthropic", thinking: "adaptive" }],
    ["anthropic/claude-opus-5-5", { thinking: "always" }],
    ["anthropic/claude-new-9", { schema: "anthropic", thinking: "always" }],
    ["google/gemini-2.5-pro", { thinking: "budget", input: ["image", "audio", "pdf"] }],
    ["gemini/gemini-3.5-flash", { thinking: "level", schema: "gemini" }],
    ["google/gemma-3-27b-it", { system: false, schema: "none" }],
    ["llamacpp/gpt-5", { thinking: "none", schema: "grammar", input: null }],
    ["ollama/llama3.2", { schema: "grammar" }],
  ] as const) {
    test(`of ${id} are known`, async () => {
      expect((await modelsWith(settings({ environment })).get(id)).abilities).toMatchObject(
        expected,
      );
    });
  }

  test("of Claude leave sampling to the later models themselves", async () => {
    const refuses = async (id: string) =>
      (await modelsWith(settings({})).get(id)).abilities?.refuses ?? [];
    const without = [
      "claude-opus-4-7",
      "claude-opus-5",
      "claude-sonnet-5-5",
      "claude-haiku-5-5",
      "claude-fable-5",
    ];
    const having = [
      "claude-3-haiku-20240307",
      "claude-opus-4-1",
      "claude-sonnet-4-6",
      "claude-haiku-4-5-20251001",
    ];
    for (const name of without)
      expect([name, await refuses(`anthropic/${name}`)]).toEqual([
        name,
        expect.arrayContaining(["top_k"]),
      ]);
    for (const name of having)
      expect([name, (await refuses(`anthropic/${name}`)).includes("top_k")]).toEqual([name, false]);
  });
});

describe("ready() asks for a key", () => {
  test("with everything a caller needs to know, also where the address is the user's own", async () => {
    for (const environment of [{}, { OPENAI_API_BASE: "http://127.0.0.1:1/v1" }]) {
      expect(await fault("openai/x", settings({ environment }))).toMatchObject({
        code: "RLLM_014",
        details: {
          provider: "openai",
          missing_env_var: "OPENAI_API_KEY",
          model: "openai/x",
          checked_sources: ["environment", "./.env"],
        },
      });
    }
  });

  test("under the canonical name", async () => {
    expect(await fault("gemini/x", settings({}))).toMatchObject({
      details: { provider: "google", missing_env_var: "GOOGLE_API_KEY", model: "gemini/x" },
    });
    expect(await fault("MISTRAL/x", settings({}))).toMatchObject({
      details: { provider: "mistral", missing_env_var: "MISTRAL_API_KEY", model: "MISTRAL/x" },
    });
  });

  test("but not for servers of the user's own", async () => {
    const config = settings({ environment: { ANY_API_BASE: "http://127.0.0.1:1/v1" } });
    for (const id of ["any/x", "vllm/x", "llamacpp/x", "lmstudio/x"])
      expect(await fault(id, config)).toBeNull();
  });

  test("and takes a second variable where there is one", async () => {
    expect(await fault("google/x", settings({ environment: { GEMINI_API_KEY: "k" } }))).toBeNull();
  });
});

describe("an address from a project's .env", () => {
  const project = {
    OPENAI_API_BASE: "http://evil.example/v1",
    ANY_API_BASE: "http://evil.example/v1",
  };

  for (const [id, environment] of [
    ["openai/x", { OPENAI_API_KEY: "mine" }],
    ["any/x", { ANY_API_KEY: "mine" }],
  ] as const) {
    test(`does not get the user's key (${id})`, async () => {
      const config = settings({ project, environment });
      const error = await fault(id, config);
      expect(error).toMatchObject({ code: "RLLM_014", details: { model: id } });
      expect(error).toMatchObject({ hint: expect.stringContaining("modullm trust") });
      const { error: called } = await outcome(await modelsWith(config).get(id), ask());
      expect(called?.code).toBe("RLLM_014");
    });
    test(`gets it once the folder is trusted (${id})`, async () => {
      expect(await fault(id, settings({ project, environment, trusted: true }))).toBeNull();
    });
  }

  test("does not get headers from the user's config.yaml either", async () => {
    const providers = { any: { headers: { "x-api-key": "mine" } } };
    expect(await fault("any/x", settings({ project, providers }))).toMatchObject({
      code: "RLLM_014",
    });
  });

  test("does not get Ollama's key", async () => {
    const config = settings({
      project: { OLLAMA_HOST: "evil.example" },
      environment: { OLLAMA_API_KEY: "mine" },
    });
    expect(await fault("ollama/x", config)).toMatchObject({
      code: "RLLM_014",
      details: { provider: "ollama" },
    });
  });

  test("works with a key of its own, or none", async () => {
    expect(
      await fault("openai/x", settings({ project: { ...project, OPENAI_API_KEY: "its-own" } })),
    ).toBeNull();
    expect(await fault("any/x", settings({ project }))).toBeNull();
  });
});

test("close() closes every provider that was loaded", async () => {
  let closed = 0;
  const baseline = () =>
    Promise.resolve({ ...BUILTIN, close: () => Promise.resolve(void closed++) });
  const models = createModels({ config: settings({}), baseline });
  await models.get("builtin/baseline");
  await models.close();
  expect(closed).toBe(1);
});
