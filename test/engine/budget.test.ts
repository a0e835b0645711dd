import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModullmError } from "../../src/core/error.ts";
import { createBudget } from "../../src/engine/budget.ts";
import { parseLimits } from "../../src/program/limits.ts";
import type { EngineTools } from "../../src/engine/engine.ts";
import { type AloneOptions, runAlone } from "./alone.ts";
import { type LoadedProgram, loadProgram } from "../../src/library/load.ts";
import type { ModelPart, ModelRequest } from "../../src/model/model.ts";
import { programText } from "../cli/command-line.ts";
import { createScript } from "./scripted.ts";

async function load(files: Record<string, Record<string, string>>): Promise<LoadedProgram> {
  const folder = mkdtempSync(join(tmpdir(), "budget-"));
  for (const [name, front] of Object.entries(files)) {
    const keys = { name, input_schema: "{type: object}", llm: "{model: a/m}", ...front };
    writeFileSync(join(folder, `${name}.rllm`), programText(keys, `${name} {{input}}`));
  }
  return await loadProgram(join(folder, `${Object.keys(files)[0]}.rllm`));
}

async function failure(promise: Promise<unknown>): Promise<ModullmError> {
  return await promise.then(
    () => {
      throw new Error("it did not fail");
    },
    (thrown: ModullmError) => thrown,
  );
}

/**
 * A model that keeps to `max_tokens`, uses it up to a share, and sometimes answers badly or fails.
 * Counts what is truly spent.
 */
function meteredTools(next: () => number): {
  tools: EngineTools;
  spent: { usd: number; tokens: number; calls: number };
  sent: unknown[];
} {
  const spent = { usd: 0, tokens: 0, calls: 0 };
  const sent: unknown[] = [];
  const [inputPrice, outputPrice] = [1, 3];
  async function* call(request: ModelRequest): AsyncGenerator<ModelPart> {
    const prompt = request.messages.reduce(
      (sum, message) => sum + Math.ceil(message.content.length / 2),
      0,
    );
    const most =
      typeof request.params["max_tokens"] === "number" ? request.params["max_tokens"] : 400;
    sent.push(request.params["max_tokens"]);
    const completion = Math.floor(most * next());
    await new Promise((resolve) => setTimeout(resolve, next() * 3));
    spent.calls += 1;
    spent.tokens += prompt + completion;
    spent.usd += (prompt * inputPrice + completion * outputPrice) / 1e6;
    yield { type: "text", text: next() < 0.3 ? "bad" : '{"out": "ok"}' };
    yield {
      type: "finish",
      reason: "stop",
      usage: { prompt_tokens: prompt, completion_tokens: completion },
      served: null,
    };
  }
  const { tools } = createScript({});
  const model = { id: "a/m", window: null, ready: async () => {}, call };
  const catalog = {
    facts: async () => ({ window: null, maxOutput: 1000, inputPrice, outputPrice }),
  };
  return { tools: { ...tools, catalog, model: async () => model }, spent, sent };
}

const CHILDREN =
  "[{name: a, path: child.rllm, with: {n: 1}}, {name: b, path: child.rllm, with: {n: 2}}, {name: c, path: child.rllm, with: {n: 3}}]";

describe("a budget", () => {
  test("refuses before the call that would pass it, and says where it went", async () => {
    const { tools, spent } = meteredTools(() => 0.5);
    const loaded = await load({
      root: { uses: CHILDREN, llm_params: "{max_tokens: 100}" },
      child: { llm_params: "{max_tokens: 100}" },
    });
    const error = await failure(runAlone(loaded, {}, tools, { budget: { tokens: 260 } }));
    expect(error).toMatchObject({
      code: "RLLM_020",
      details: { limit: { tokens: 260 }, scope: "the whole run" },
    });
    const details = error.details as {
      spent: { tokens: number };
      would_spend: { tokens: number };
      where: { program: string; calls: number }[];
    };
    expect(details.spent.tokens).toBe(spent.tokens);
    expect(details.would_spend.tokens).toBeGreaterThan(260);
    expect(details.where).toMatchObject([{ program: "child", model: "a/m", calls: spent.calls }]);
  });

  test("of calls that can't be enough is refused before anything is paid for", async () => {
    const { tools, spent } = meteredTools(() => 0.5);
    const error = await failure(
      runAlone(await load({ root: { uses: CHILDREN }, child: {} }), {}, tools, {
        budget: { calls: 1 },
      }),
    );
    expect(error.code).toBe("RLLM_020");
    expect(spent.calls).toBe(0);
  });

  test("without max_tokens sends what it affords, and refuses where that is no usual answer", async () => {
    const { tools, sent } = meteredTools(() => 0.5);
    const loaded = await load({ root: {} });
    await runAlone(loaded, {}, tools, { budget: { tokens: 500 } });
    expect(sent).toEqual([496]);
    expect((await failure(runAlone(loaded, {}, tools, { budget: { tokens: 100 } }))).code).toBe(
      "RLLM_020",
    );
    expect(sent).toHaveLength(1);
  });

  test("of a file holds for it and its children only, and lies within the caller's", async () => {
    const { tools } = meteredTools(() => 0.5);
    const loaded = await load({
      root: { uses: "[{name: a, path: child.rllm}]", llm_params: "{max_tokens: 100}" },
      child: { budget: "{tokens: 50}", llm_params: "{max_tokens: 100}" },
    });
    const error = await failure(runAlone(loaded, {}, tools, { budget: { tokens: 10_000 } }));
    expect(error).toMatchObject({
      code: "RLLM_020",
      details: { scope: '"child"', limit: { tokens: 50 } },
    });
    expect((error.details["chain"] as { name: string }[])[0]?.name).toBe("a");
  });

  test("in dollars needs a price, and says how to set one", async () => {
    const { tools, spent } = meteredTools(() => 0.5);
    const unpriced = { ...tools, catalog: { facts: async () => null } };
    const error = await failure(
      runAlone(await load({ root: { uses: CHILDREN }, child: {} }), {}, unpriced, {
        budget: { usd: 1 },
      }),
    );
    expect(error).toMatchObject({ code: "RLLM_020", details: { model: "a/m", limit: { usd: 1 } } });
    expect(error.hint).toContain("input_price");
    expect(spent.calls).toBe(0);
  });

  test("of time ends the run", async () => {
    const script = createScript({
      "a/m": [
        (_, signal) =>
          new Promise((_resolve, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason as Error)),
          ),
      ],
    });
    const error = await failure(
      runAlone(await load({ root: { budget: "{ms: 30}" } }), {}, script.tools),
    );
    expect(error).toMatchObject({ code: "RLLM_020", details: { limit: { ms: 30 } } });
  });

  test("stops an answer that does not keep to it", async () => {
    let pieces = 0;
    async function* endless(): AsyncGenerator<ModelPart> {
      for (;;) {
        pieces++;
        await new Promise((resolve) => setTimeout(resolve, 0));
        yield { type: "text", text: "word ".repeat(20) };
      }
    }
    const { tools } = meteredTools(() => 0.5);
    const model = { id: "a/m", window: null, ready: async () => {}, call: endless };
    const error = await failure(
      runAlone(
        await load({ root: {} }),
        {},
        { ...tools, model: async () => model },
        { budget: { tokens: 400 } },
      ),
    );
    expect(error.code).toBe("RLLM_020");
    expect(pieces).toBeLessThan(20);
  });

  test("is never overspent, whatever the tree, the retries and the timing", async () => {
    const trees = fc.record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      width: fc.integer({ min: 1, max: 4 }),
      depth: fc.integer({ min: 0, max: 2 }),
      retries: fc.integer({ min: 0, max: 2 }),
      maxTokens: fc.option(fc.integer({ min: 20, max: 300 }), { nil: null }),
      budget: fc.oneof(
        fc.record({ tokens: fc.integer({ min: 0, max: 4000 }) }),
        fc.record({ usd: fc.double({ min: 0, max: 0.01, noNaN: true }) }),
        fc.record({
          calls: fc.integer({ min: 0, max: 12 }),
          tokens: fc.integer({ min: 0, max: 6000 }),
        }),
      ),
    });
    const loadedTrees = new Map<string, LoadedProgram>();
    await fc.assert(
      fc.asyncProperty(trees, async ({ seed, width, depth, retries, maxTokens, budget }) => {
        const shape = JSON.stringify([width, depth, retries, maxTokens]);
        const loaded =
          loadedTrees.get(shape) ?? (await load(treeOf(width, depth, retries, maxTokens)));
        loadedTrees.set(shape, loaded);
        let state = seed;
        const { tools, spent } = meteredTools(
          () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647,
        );
        const options: AloneOptions = { budget, concurrency: 4 };
        await runAlone(loaded, {}, tools, options).catch((thrown: ModullmError) => {
          if (!["RLLM_020", "RLLM_013", "RLLM_022"].includes(thrown.code)) throw thrown;
        });
        for (const [kind, limit] of Object.entries(budget))
          expect(spent[kind as keyof typeof spent]).toBeLessThanOrEqual(limit + 1e-9);
      }),
      { numRuns: Number(process.env["FC_RUNS"] ?? 1000) },
    );
  }, 180_000);
});

function treeOf(
  width: number,
  depth: number,
  retries: number,
  maxTokens: number | null,
): Record<string, Record<string, string>> {
  const files: Record<string, Record<string, string>> = {};
  for (let level = 0; level <= depth; level++) {
    const uses = Array.from(
      { length: level === depth ? 0 : width },
      (_, index) => `{name: c${index}, path: level${level + 1}.rllm, with: {n: ${index}}}`,
    );
    files[`level${level}`] = {
      uses: `[${uses.join(", ")}]`,
      retries: String(retries),
      ...(maxTokens === null ? {} : { llm_params: `{max_tokens: ${maxTokens}}` }),
    };
  }
  return files;
}

describe("createBudget()", () => {
  const spender = { program: "p", model: "m" };
  const of = (tokens: number) => ({ usd: 0, tokens, calls: 1 });

  test("holds a reservation back until it is settled with the truth", () => {
    const budget = createBudget({ tokens: 100 }, "x", null);
    const first = budget.tryReserve(of(60), spender);
    expect(budget.tryReserve(of(60), spender)).toBeNull();
    first?.settle(of(10));
    expect(budget.left().tokens).toBe(90);
    expect(budget.tryReserve(of(60), spender)).not.toBeNull();
  });

  test("a child's reservation counts above as well", () => {
    const outer = createBudget({ tokens: 100 }, "outer", null);
    const inner = createBudget({ tokens: 500 }, "inner", outer);
    expect(inner.left().tokens).toBe(100);
    expect(inner.tryReserve(of(101), spender)).toBeNull();
    inner.tryReserve(of(70), spender)?.settle(of(70));
    expect(outer.left().tokens).toBe(30);
    expect(inner.refusal(of(31)).details).toMatchObject({ scope: "outer", limit: { tokens: 100 } });
  });
});

describe("parseLimits()", () => {
  test("reads limits, and nothing else", () => {
    expect(parseLimits("usd=0.05, tokens=20000,calls=3,ms=5")).toEqual({
      usd: 0.05,
      tokens: 20000,
      calls: 3,
      ms: 5,
    });
    for (const text of ["", "usd", "usd=-1", "tokens=1.5", "euro=5", "usd=1;tokens=2"])
      expect(parseLimits(text)).toBeNull();
  });
});
