import { describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModullmError } from "../../src/core/error.ts";
import type { RunEvent } from "../../src/core/events.ts";
import { type AloneOptions, runAlone } from "./alone.ts";
import { type LoadedProgram, loadProgram } from "../../src/library/load.ts";
import type { ModelRequest } from "../../src/model/model.ts";
import { programText } from "../cli/command-line.ts";
import { createScript, type Script } from "./scripted.ts";

const OPEN = "{type: object}";

/** Programs in a folder; the first is loaded. Each says its own name and input in its prompt. */
async function load(
  files: Record<string, Record<string, string>>,
  bodies: Record<string, string> = {},
): Promise<LoadedProgram> {
  const folder = mkdtempSync(join(tmpdir(), "tree-"));
  for (const [name, front] of Object.entries(files)) {
    const keys = { name, input_schema: OPEN, llm: "{model: a/m}", ...front };
    writeFileSync(
      join(folder, `${name}.rllm`),
      programText(keys, bodies[name] ?? `${name} {{input}}`),
    );
  }
  return await loadProgram(join(folder, `${Object.keys(files)[0]}.rllm`));
}

/**
 * A model that answers every prompt after a while, with its prompt as `out`; prompts that contain
 * `fail` end in an error.
 */
function slowModel(milliseconds: number): {
  script: Script;
  most: () => number;
} {
  let [now, most] = [0, 0];
  const script = createScript({
    "a/m": [
      async (request: ModelRequest, signal: AbortSignal) => {
        most = Math.max(most, ++now);
        try {
          await new Promise<void>((resolve, reject) => {
            const timer = setTimeout(resolve, milliseconds);
            signal.addEventListener("abort", () => {
              clearTimeout(timer);
              reject(signal.reason as Error);
            });
          });
        } finally {
          now--;
        }
        return JSON.stringify({ out: request.messages.at(-1)?.content });
      },
    ],
  });
  return { script, most: () => most };
}

async function failure(promise: Promise<unknown>): Promise<ModullmError> {
  return await promise.then(
    () => {
      throw new Error("it did not fail");
    },
    (thrown: ModullmError) => thrown,
  );
}

function prompts(script: Script): (string | undefined)[] {
  return script.asked.map((ask) => ask.messages[0]?.content);
}

describe("scheduling", () => {
  const ten = Array.from(
    { length: 10 },
    (_, index) => `{name: c${index}, path: child.rllm, with: {n: ${index}}}`,
  ).join(", ");

  test("ten independent children at concurrency 10 are called together", async () => {
    const { script, most } = slowModel(100);
    const loaded = await load({ parent: { uses: `[${ten}]` }, child: {} });
    await runAlone(loaded, {}, script.tools, { concurrency: 10 });
    expect(most()).toBe(10);
  });

  test("no more calls at a time than the concurrency", async () => {
    const { script, most } = slowModel(5);
    await runAlone(await load({ parent: { uses: `[${ten}]` }, child: {} }), {}, script.tools, {
      concurrency: 3,
    });
    expect(most()).toBe(3);
  });

  test("the two sides of a diamond are called together, between its top and its end", async () => {
    const { script, most } = slowModel(100);
    const uses = `[{name: top, path: child.rllm}, {name: left, path: child.rllm, with: {x: "{{uses.top.out}}", side: left}}, {name: right, path: child.rllm, with: {x: "{{uses.top.out}}", side: right}}, {name: end, path: child.rllm, with: {l: "{{uses.left.out}}", r: "{{uses.right.out}}"}}]`;
    await runAlone(await load({ parent: { uses }, child: {} }), {}, script.tools);
    expect(most()).toBe(2);
  });

  test("outputs stand in the order of the file, whatever ends first", async () => {
    const waits: Record<string, number> = { one: 30, two: 5, three: 15 };
    const script = createScript({
      "a/m": [
        async ({ messages }) => {
          const text = messages[0]?.content ?? "";
          await Bun.sleep(waits[/one|two|three/.exec(text)?.[0] ?? ""] ?? 0);
          return JSON.stringify({ out: "x" });
        },
      ],
    });
    const uses =
      "[{name: one, path: child.rllm, with: {a: one}}, {name: two, path: child.rllm, with: {a: two}}, {name: three, path: child.rllm, with: {a: three}}]";
    const loaded = await load({ parent: { uses }, child: {} }, { parent: "{{uses}}" });
    await runAlone(loaded, {}, script.tools);
    expect(prompts(script).at(-1)).toBe(
      '{"one": {"out": "x"}, "two": {"out": "x"}, "three": {"out": "x"}}',
    );
  });

  test("a failing child cancels its siblings' calls, and its own error shows", async () => {
    const { script } = slowModel(60_000);
    const start = performance.now();
    const uses =
      "[{name: slow, path: child.rllm}, {name: bad, path: strict.rllm, with: {n: '{{input.bad}}'}}]";
    const strict = { input_schema: "{type: object, properties: {n: {type: integer}}}" };
    const loaded = await load({ parent: { uses }, child: {}, strict });
    const error = await failure(runAlone(loaded, { bad: "no" }, script.tools));
    expect(error).toMatchObject({ code: "RLLM_004" });
    expect((error.details["chain"] as { name: string }[])[0]?.name).toBe("bad");
    expect(performance.now() - start).toBeLessThan(30_000);
  });
});

describe("an edge that can never fit", () => {
  test("is refused before anything is called", async () => {
    const { script } = slowModel(0);
    const strict = { input_schema: "{type: object, properties: {n: {type: integer}}}" };
    const loaded = await load({
      parent: {
        uses: "[{name: ok, path: child.rllm}, {name: bad, path: strict.rllm, with: {n: no}}]",
      },
      child: {},
      strict,
    });
    expect(await failure(runAlone(loaded, {}, script.tools))).toMatchObject({
      code: "RLLM_008",
      details: { entry: "bad" },
    });
    expect(script.asked).toEqual([]);
  });
});

describe("each", () => {
  const uses = (more = "") =>
    `[{name: c, path: child.rllm, each: "{{input.list}}", with: {n: "{{item}}"}${more}}]`;

  test("runs once for each element and keeps the order", async () => {
    const { script, most } = slowModel(5);
    const loaded = await load(
      { parent: { uses: uses() }, child: {} },
      { parent: "{{uses.c}}", child: "n={{input.n}}" },
    );
    await runAlone(loaded, { list: [3, 1, 2, 5, 4, 6] }, script.tools);
    expect(most()).toBe(4);
    expect(prompts(script).at(-1)).toBe(
      `[${[3, 1, 2, 5, 4, 6].map((n) => `{"out": "n=${n}"}`).join(", ")}]`,
    );
  });

  test.each([
    ["null", '[{"out": "1"}, null, {"out": "3"}]'],
    ["skip", '[{"out": "1"}, {"out": "3"}]'],
  ])("on_error: %s", async (policy, shown) => {
    const script = createScript({
      "a/m": [
        async ({ messages }) =>
          messages[0]?.content === "2" ? "no" : JSON.stringify({ out: messages[0]?.content }),
      ],
    });
    const loaded = await load(
      { parent: { uses: uses(`, on_error: "${policy}"`) }, child: { retries: "0" } },
      { parent: "{{uses.c}}", child: "{{input.n}}" },
    );
    await runAlone(loaded, { list: [1, 2, 3] }, script.tools);
    expect(prompts(script).at(-1)).toBe(shown);
  });

  test("a failing element fails the run and says which", async () => {
    const script = createScript({
      "a/m": [
        async ({ messages }) =>
          messages[0]?.content === "2" ? "no" : JSON.stringify({ out: "x" }),
      ],
    });
    const loaded = await load(
      { parent: { uses: uses() }, child: { retries: "0" } },
      { child: "{{input.n}}" },
    );
    const error = await failure(runAlone(loaded, { list: [1, 2, 3] }, script.tools));
    expect(error).toMatchObject({ code: "RLLM_013", details: { chain: [{ name: "c", item: 1 }] } });
  });

  test("no list is RLLM_008, an empty one an empty list", async () => {
    const { script } = slowModel(0);
    const loaded = await load({ parent: { uses: uses() }, child: {} }, { parent: "{{uses.c}}" });
    expect(await failure(runAlone(loaded, { list: "x" }, script.tools))).toMatchObject({
      code: "RLLM_008",
      details: { entry: "c", actual_type: "string" },
    });
    await runAlone(loaded, { list: [] }, script.tools);
    expect(prompts(script)).toEqual(["[]"]);
  });
});

describe("when", () => {
  test.each([
    [false, 1],
    [null, 1],
    ["", 1],
    [[], 1],
    [true, 2],
    ["yes", 2],
    [0, 2],
  ])("%j gives %i calls", async (deep, calls) => {
    const { script } = slowModel(0);
    const loaded = await load(
      { parent: { uses: '[{name: c, path: child.rllm, when: "{{input.deep}}"}]' }, child: {} },
      { parent: "got {{uses.c.out}}" },
    );
    const events: RunEvent[] = [];
    await runAlone(loaded, { deep }, script.tools, { listener: (event) => events.push(event) });
    expect(script.asked).toHaveLength(calls);
    expect(events.some((event) => event.type === "note" && event.kind === "skipped")).toBe(
      calls === 1,
    );
  });
});

describe("the same call once", () => {
  const twice =
    "[{name: a, path: child.rllm, with: {x: 1}}, {name: b, path: child.rllm, with: {x: 1}}]";

  async function run(
    child: Record<string, string>,
    uses = twice,
    options: AloneOptions = {},
  ): Promise<{ asked: number; cached: unknown[] }> {
    const { script } = slowModel(5);
    const events: RunEvent[] = [];
    await runAlone(await load({ parent: { uses }, child }), {}, script.tools, {
      ...options,
      listener: (event) => events.push(event),
    });
    return {
      asked: script.asked.length,
      cached: events.flatMap((event) =>
        event.type === "attempt-end" && event.cached ? [event.cached] : [],
      ),
    };
  }

  test("identical deterministic calls are made once", async () => {
    expect(await run({ llm_params: "{temperature: 0}" })).toEqual({ asked: 2, cached: ["run"] });
    expect(await run({ llm_params: "{seed: 7}" })).toEqual({ asked: 2, cached: ["run"] });
  });

  test("others, and fresh ones, are made each time", async () => {
    expect((await run({})).asked).toBe(3);
    expect(
      (
        await run(
          { llm_params: "{temperature: 0}" },
          twice.replace("with: {x: 1}}]", "with: {x: 1}, fresh: true}]"),
        )
      ).asked,
    ).toBe(3);
    expect(
      (await run({ llm_params: "{temperature: 0}" }, twice.replace("{x: 1}}]", "{x: 2}}]"))).asked,
    ).toBe(3);
  });
});

describe("answers of earlier runs", () => {
  test("are used again while they are young, unless the caller says no", async () => {
    const { script } = slowModel(0);
    const kept = new Map<string, unknown>();
    const ages: number[] = [];
    const answers = {
      get: async (key: string, maxAge: number) => {
        ages.push(maxAge);
        return kept.get(key);
      },
      put: (key: string, value: unknown) => void kept.set(key, value),
    };
    const tools = { ...script.tools, answers };
    const loaded = await load({ parent: { cache: "7d" } });
    const first = await runAlone(loaded, { x: 1 }, tools);
    expect((await runAlone(loaded, { x: 1 }, tools)).output).toEqual(first.output);
    expect(script.asked).toHaveLength(1);
    await runAlone(loaded, { x: 2 }, tools);
    await runAlone(loaded, { x: 1 }, tools, { cache: false });
    await runAlone(loaded, { x: 1 }, tools, { model: "a/m" });
    expect(script.asked).toHaveLength(3);
    expect(new Set(ages)).toEqual(new Set([7 * 86_400_000]));
  });

  test("an answer that breaks the contract of today is asked for again", async () => {
    const { script } = slowModel(0);
    const tools = {
      ...script.tools,
      answers: { get: async () => ({ wrong: true }), put: () => {} },
    };
    expect((await runAlone(await load({ parent: { cache: "7d" } }), {}, tools)).output).toEqual({
      out: "parent {}",
    });
  });
});
