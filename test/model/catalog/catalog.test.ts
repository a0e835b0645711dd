import { describe, expect, test } from "bun:test";
import { cost } from "../../../src/core/cost.ts";
import { createCatalog, familyOf } from "../../../src/model/catalog/catalog.ts";
import models from "../../../src/model/catalog/models.json";
import { PROVIDERS } from "../../../src/model/providers.ts";

const catalog = createCatalog();

describe("createCatalog()", () => {
  test("knows a model's window and prices per million tokens", async () => {
    expect(await catalog.facts("openai/gpt-4o")).toEqual({
      window: 128_000,
      maxOutput: 16_384,
      inputPrice: 2.5,
      outputPrice: 10,
      cacheReadPrice: 1.25,
      cacheWritePrice: null,
    });
  });

  test("takes no price of a cache beside an input price of the user's own", async () => {
    const id = "openai/gpt-4o";
    const own = (facts: object) => createCatalog({ overrides: { [id]: facts } }).facts(id);
    expect((await own({ inputPrice: 1 }))?.cacheReadPrice).toBeNull();
    expect((await own({ inputPrice: 1, cacheReadPrice: 0.1 }))?.cacheReadPrice).toBe(0.1);
    expect((await own({ outputPrice: 1 }))?.cacheReadPrice).toBe(1.25);
  });

  test("knows a provider by each of its names", async () => {
    const facts = await catalog.facts("google/gemini-2.5-flash");
    expect(facts?.inputPrice).toBe(0.3);
    expect(await catalog.facts("gemini/gemini-2.5-flash")).toEqual(facts);
    expect(await catalog.facts("Gemini/gemini-2.5-flash")).toEqual(facts);
  });

  test.each([
    ["openai/gpt-4o-2024-08-06", "openai/gpt-4o"],
    ["anthropic/claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5"],
    ["anthropic/claude-sonnet-4-6-latest", "anthropic/claude-sonnet-4-6"],
    ["mistral/devstral-medium", "mistral/devstral-medium-latest"],
  ])("gives %s the facts of %s", async (dated, family) => {
    const facts = await catalog.facts(dated);
    expect(facts).not.toBeNull();
    expect(facts).toEqual(await catalog.facts(family));
  });

  test("keeps a dated name apart whose price is another", async () => {
    expect((await catalog.facts("openai/gpt-4o-2024-05-13"))?.inputPrice).toBe(5);
  });

  test.each([
    "openai/gpt-9",
    "nobody/model",
    "gpt-4o",
    "",
    "/",
    "openai/",
    "openai/constructor",
    "openai/__proto__",
  ])("knows nothing of %p", async (id) => {
    expect(await catalog.facts(id)).toBeNull();
  });

  test.each(["ollama/llama3.1:8b", "builtin/baseline", "vllm/any", "llamacpp/any", "lmstudio/any"])(
    "knows that %s is free",
    async (id) => {
      const facts = await catalog.facts(id);
      expect(facts).toEqual({ window: null, maxOutput: null, inputPrice: 0, outputPrice: 0 });
      expect(cost(facts, { prompt_tokens: 1000, completion_tokens: 1000 })).toBe(0);
    },
  );

  test("does not take Ollama's paid models for free ones", async () => {
    expect(await catalog.facts("ollama/gpt-oss:120b-cloud")).toBeNull();
  });

  test("lets the user's facts win, field by field and under any name of the provider", async () => {
    const own = createCatalog({
      overrides: {
        "gemini/gemini-2.5-flash": { inputPrice: 0.2 },
        "openai/mine": { window: 4096 },
        "ollama/llama3": { window: 8192 },
      },
    });
    expect(await own.facts("google/gemini-2.5-flash")).toMatchObject({
      window: 1_048_576,
      inputPrice: 0.2,
      outputPrice: 2.5,
    });
    expect(await own.facts("openai/mine")).toEqual({
      window: 4096,
      maxOutput: null,
      inputPrice: null,
      outputPrice: null,
    });
    expect(await own.facts("ollama/llama3")).toEqual({
      window: 8192,
      maxOutput: null,
      inputPrice: 0,
      outputPrice: 0,
    });
  });
});

describe("cost()", () => {
  test("adds up both prices", () => {
    const facts = { window: null, maxOutput: null, inputPrice: 2.5, outputPrice: 10 };
    expect(cost(facts, { prompt_tokens: 1_000_000, completion_tokens: 500_000 })).toBe(7.5);
  });

  test("is null where a price is unknown, never 0", () => {
    const usage = { prompt_tokens: 10, completion_tokens: 0 };
    expect(cost(null, usage)).toBeNull();
    expect(
      cost({ window: null, maxOutput: null, inputPrice: 1, outputPrice: null }, usage),
    ).toBeNull();
    expect(
      cost({ window: null, maxOutput: null, inputPrice: null, outputPrice: 1 }, usage),
    ).toBeNull();
  });
});

describe("the catalogue", () => {
  const rows = Object.entries(models);

  test("covers about 150 models of at least ten providers in the table", () => {
    const providers = new Set(rows.map(([id]) => id.slice(0, id.indexOf("/"))));
    const known: ReadonlySet<string> = new Set(PROVIDERS.map((provider) => provider.name));
    expect(rows.length).toBeGreaterThan(140);
    expect(providers.size).toBeGreaterThanOrEqual(10);
    for (const provider of providers) expect(known.has(provider)).toBe(true);
  });

  test("holds four to six facts a model, each a positive number or null, and never nothing at all", () => {
    for (const [id, row] of rows) {
      expect([id, row.length >= 4 && row.length <= 6]).toEqual([id, true]);
      expect([id, row.every((fact) => fact === null || fact > 0)]).toEqual([id, true]);
      expect([id, row[0] === null && row[2] === null]).toEqual([id, false]);
    }
  });

  test("holds no price that is off by a factor of a thousand or a million", () => {
    for (const [id, [, , input, output]] of rows) {
      for (const price of [input, output])
        if (price != null) expect([id, price >= 0.01 && price <= 1000]).toEqual([id, true]);
    }
  });

  test("holds no price of a cache that is above what is read without one, or far above it", () => {
    const known = rows.filter(([, row]) => row.length > 4);
    expect(known.length).toBeGreaterThan(80);
    for (const [id, [, , input, , read, written]] of known) {
      if (read != null) expect([id, read <= (input ?? 0)]).toEqual([id, true]);
      if (written != null) expect([id, written <= 2 * (input ?? 0)]).toEqual([id, true]);
    }
  });
});

test("familyOf() takes off a date or -latest, and nothing else", () => {
  expect(["a/b-2024-08-06", "a/b-20250929", "a/b-latest", "a/b-0613", "a/b"].map(familyOf)).toEqual(
    ["a/b", "a/b", "a/b", "a/b-0613", "a/b"],
  );
});
