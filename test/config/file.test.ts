import { describe, expect, test } from "bun:test";
import { parseConfigFile } from "../../src/config/file.ts";
import { failure } from "./place.ts";
import { patience } from "../patience.ts";

const PATH = "/home/ada/.config/modullm/config.yaml";

function parse(text: string): ReturnType<typeof parseConfigFile> {
  return parseConfigFile(text, PATH);
}

const FULL = `
runtime:
  default_model: openai/gpt-5
  default_max_retries: 0
  default_ollama_auto_pull: true
  fallbacks: [a/b, c/d]
  deadlines: { connect: 2.5, gap: 20 }
provider:
  ollama_api_base: http://gpu-box:11434
providers:
  acme:
    type: openai
    base_url: https://llm.acme.example/v1
    api_key_env: ACME_API_KEY
    headers: { X-Org: "\${ACME_ORG}", X-Version: 2 }
    models: [small, large]
  bare:
models:
  acme/large: { window: 128000, max_output: 8192, input_price: 0.5, output_price: 1 }
  acme/small: { window: 32000 }
library: [./programs, ~/shared]
sandbox: { require: kernel, trusted_python: false, python: /usr/bin/python3 }
media: { allow: [~/Pictures, ./scans], hosts: [intra.example], image_mb: 5, audio_mb: 0.5 }
plugins: { acme: { region: eu, sizes: [1, 2] }, bare: }
`;

test("parseConfigFile() reads every key", async () => {
  const file = await parse(FULL);
  expect(file).toMatchObject({
    defaultModel: "openai/gpt-5",
    defaultMaxRetries: 0,
    fallbacks: ["a/b", "c/d"],
    deadlines: { connect: 2500, first: null, gap: 20_000, total: null },
    ollamaAutoPull: true,
    ollamaApiBase: "http://gpu-box:11434",
    library: ["./programs", "~/shared"],
    sandbox: {
      require: "kernel",
      experimental: null,
      trustedPython: false,
      python: "/usr/bin/python3",
      image: null,
    },
    media: {
      allow: ["~/Pictures", "./scans"],
      hosts: ["intra.example"],
      image: 5,
      audio: 0.5,
      pdf: null,
    },
    warnings: [],
  });
  expect(Object.fromEntries(file.plugins)).toEqual({
    acme: { region: "eu", sizes: [1, 2] },
    bare: {},
  });
  expect(Object.fromEntries(file.providers)).toEqual({
    acme: {
      type: "openai",
      baseUrl: "https://llm.acme.example/v1",
      apiKeyEnv: "ACME_API_KEY",
      headers: { "X-Org": "${ACME_ORG}", "X-Version": "2" },
      models: ["small", "large"],
    },
    bare: { type: "openai", baseUrl: null, apiKeyEnv: null, headers: {}, models: [] },
  });
  expect(Object.fromEntries(file.models)).toEqual({
    "acme/large": { window: 128000, maxOutput: 8192, inputPrice: 0.5, outputPrice: 1 },
    "acme/small": { window: 32000 },
  });
});

test.each([
  "# nothing",
  "runtime:",
  "runtime: {default_model: , default_max_retries: null}",
  "runtime: {default_model: ' '}",
])("parseConfigFile() takes %p as nothing set", async (text) => {
  const file = await parse(text);
  expect([file.defaultModel, file.defaultMaxRetries, file.ollamaAutoPull]).toEqual([
    null,
    null,
    null,
  ]);
  expect(file.warnings).toEqual([]);
});

test.each<[string, string]>([
  ["runtimes: {}", `Unknown key "runtimes" in ${PATH}, line 1. Did you mean "runtime"?`],
  [
    "runtime:\n  default_modle: a/b",
    `Unknown key "runtime.default_modle" in ${PATH}, line 2. Did you mean "default_model"?`,
  ],
  ["provider: {zzz: 1}", `Unknown key "provider.zzz" in ${PATH}, line 1.`],
  [
    "providers:\n  p:\n    api_key: sk-hidden",
    `Unknown key "providers.p.api_key" in ${PATH}, line 3.`,
  ],
  [
    "models: {a/b: {windows: 1}}",
    `Unknown key "models.a/b.windows" in ${PATH}, line 1. Did you mean "window"?`,
  ],
])("parseConfigFile() warns about %p", async (text, warning) => {
  const { warnings } = await parse(text);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toStartWith(warning);
  expect(warnings[0]).not.toContain("hidden");
});

describe("parseConfigFile() rejects the wrong type of", () => {
  test.each<[field: string, line: number, text: string, reason: string]>([
    ["runtime", 1, "runtime: [1]", "must be a mapping, but it is a list"],
    [
      "runtime.default_model",
      2,
      "runtime:\n  default_model: 5",
      "must be a string, but it is the number 5",
    ],
    [
      "runtime.default_model",
      3,
      "runtime:\n\n  default_model: [a]",
      "must be a string, but it is a list",
    ],
    [
      "runtime.default_max_retries",
      1,
      "runtime: {default_max_retries: -1}",
      "must be a whole number of at least 0, but it is the number -1",
    ],
    [
      "runtime.default_max_retries",
      1,
      "runtime: {default_max_retries: 1.5}",
      "must be a whole number of at least 0, but it is the number 1.5",
    ],
    [
      "runtime.default_max_retries",
      1,
      "runtime: {default_max_retries: '2'}",
      "must be a whole number of at least 0, but it is a string",
    ],
    [
      "runtime.default_ollama_auto_pull",
      1,
      "runtime: {default_ollama_auto_pull: yes}",
      "must be true or false, but it is a string",
    ],
    [
      "provider.ollama_api_base",
      1,
      "provider: {ollama_api_base: {}}",
      "must be a string, but it is a mapping",
    ],
    ["providers", 1, "providers: x", "must be a mapping, but it is a string"],
    [
      "sandbox.require",
      1,
      "sandbox: {require: none}",
      'must be one of wasm, container, kernel, namespaces, but it is "none"',
    ],
    ["library", 1, "library: ./programs", "must be a list of strings, but it is a string"],
    ["library.1", 2, "library:\n  [a, 5]", "must be a string, but it is the number 5"],
    [
      "providers.a/b",
      1,
      "providers: {a/b: {}}",
      "is no provider name: letters, digits, `.`, `_` and `-` make one",
    ],
    [
      "providers.p.base_url",
      3,
      "providers:\n  p:\n    base_url: localhost:80",
      "must be a URL that starts with http:// or https://",
    ],
    [
      "providers.p.base_url",
      1,
      "providers: {p: {base_url: 'file:///etc/passwd'}}",
      "must be a URL that starts with http:// or https://",
    ],
    ["providers.p.headers.X Y", 1, "providers: {p: {headers: {X Y: z}}}", "is no header name"],
    [
      "providers.p.headers.X",
      1,
      'providers: {p: {headers: {X: "a\\nEvil: b"}}}',
      "holds a character no header may hold",
    ],
    [
      "providers.p.models",
      1,
      "providers: {p: {models: a}}",
      "must be a list of strings, but it is a string",
    ],
    [
      "providers.p.models.1",
      1,
      "providers: {p: {models: [a, 2]}}",
      "must be a string, but it is the number 2",
    ],
    ["models.gpt", 1, "models: {gpt: {}}", "is no model: write provider/name"],
    ["embedder", 1, "embedder: lexical", "is no model: write provider/name"],
    ["reranker", 1, "reranker: [a/b]", "must be a string, but it is a list"],
    [
      "models.a/b.window",
      1,
      "models: {a/b: {window: 0}}",
      "must be a whole number of at least 1, but it is the number 0",
    ],
    [
      "models.a/b.input_price",
      1,
      "models: {a/b: {input_price: free}}",
      "must be a number of at least 0, but it is a string",
    ],
    ["plugins.acme", 1, "plugins: {acme: [eu]}", "must be a mapping, but it is a list"],
  ])("%s", async (field, line, text, reason) => {
    const error = await failure(parse(text));
    expect(error.code).toBe("RLLM_018");
    expect(error.details).toEqual({ path: PATH, line, field, reason });
    expect(error.message).toBe(
      `Cannot read configuration "${PATH}" (line ${line}): ${field} ${reason}`,
    );
  });

  test("the whole file", async () => {
    const error = await failure(parse("- a\n- b"));
    expect(error.details).toEqual({
      path: PATH,
      line: 1,
      reason: "the file must be a mapping, but it is a list",
    });
  });

  test("api_key_env, without showing the key that stands there", async () => {
    const error = await failure(parse("providers: {p: {api_key_env: sk-live-hidden}}"));
    expect(error.details["field"]).toBe("providers.p.api_key_env");
    expect(error.details["reason"]).toBe(
      "must be the name of an environment variable, not the key itself",
    );
    expect(error.message).not.toContain("hidden");
  });
});

describe("parseConfigFile() refuses hostile YAML quickly:", () => {
  const laughs = Array.from({ length: 30 }, (_, index) =>
    index === 0 ? "a0: &a0 [lol]" : `a${index}: &a${index} [${`*a${index - 1}, `.repeat(9)}]`,
  ).join("\n");
  test.each<[string, string]>([
    ["billion laughs", laughs],
    ["a tag", "runtime: !!js/function 'x'"],
    ["a local tag", "runtime: !evil {}"],
    ["duplicate keys", "runtime: {}\nruntime: {}"],
    ["a second document", "runtime: {}\n---\nruntime: {}"],
    ["an unclosed mapping", "runtime: {"],
    ["a tab for indentation", "runtime:\n\tdefault_model: a/b"],
    ["an unknown alias", "runtime: *nobody"],
    ["deep nesting", "[".repeat(100_000)],
    ["deep nesting that is closed", `runtime: ${"[".repeat(20_000)}${"]".repeat(20_000)}`],
    ["a NUL byte", "runtime: \u0000"],
  ])("%s", async (_, text) => {
    const start = performance.now();
    const error = await failure(parse(text));
    expect(performance.now() - start).toBeLessThan(patience(1500));
    expect(error.code).toBe("RLLM_018");
    expect(error.details["path"]).toBe(PATH);
    expect(error.details["reason"]).toBeString();
  });

  test("a __proto__ key changes no object", async () => {
    const file = await parse(
      "providers: {__proto__: {polluted: true}, p: {__proto__: {base_url: 'http://x'}}}",
    ).catch(() => null);
    expect(file === null || file.providers.get("p")?.baseUrl === null).toBe(true);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});
