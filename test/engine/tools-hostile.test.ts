/** Whatever a model calls, its run ends within its limits, with a coded error or an answer. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { LoadedProgram } from "../../src/library/load.ts";
import { createScript, type Called, type Line } from "./scripted.ts";
import { echo, ended, programs } from "./tools.ts";

const RUNS = Number(process.env["FC_RUNS"] ?? 100);
const MOST_TURNS = 4;
const MOST_CALLS = 64;
const RETRIES = 1;

/** A desk that calls a finder and functions; the finder calls a leaf. */
async function tree(): Promise<LoadedProgram> {
  const front = { max_turns: `${MOST_TURNS}`, retries: `${RETRIES}`, max_context_window: "60000" };
  return await programs({
    desk: { ...front, tools: "[{program: ./find.rllm, max_calls: 5}, {program: ./leaf.rllm}]" },
    find: { ...front, tools: "[{program: ./leaf.rllm}]" },
    leaf: { ...front, llm: "{model: b/m}" },
  });
}

const NAMES = ["find", "leaf", "echo", "throws", "read_result", "desk", "constructor", "", "ü\0"];
const ARGUMENTS = fc.oneof(
  fc.json(),
  fc.string(),
  fc.constantFrom(
    "",
    "{}",
    '{"text": "x"}',
    '{"text": "y", "times": 3}',
    '{"call": "call_1", "from": 1e9}',
    '{"call": "call_1"}',
    '{"__proto__": {"text": "x"}}',
    "[".repeat(100_000),
    `{"text": "${"x".repeat(1_500_000)}"}`,
  ),
);
const called: fc.Arbitrary<Called> = fc.tuple(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...NAMES) }, fc.string()),
  ARGUMENTS,
);

const replies: fc.Arbitrary<Line> = fc.oneof(
  fc.record({ calls: fc.array(called, { minLength: 1, maxLength: 6 }) }),
  fc.record({
    text: fc.constantFrom("Well", '{"out": "o"}'),
    calls: fc.array(called, { maxLength: 2 }),
  }),
  fc.record({ one: called, times: fc.constantFrom(65, 5000) }).map(({ one, times }) => ({
    calls: Array.from({ length: times }, () => one),
  })),
  fc.constantFrom<Line>(
    '<tool_call>{"name": "echo", "arguments": {"text": "x"}}</tool_call>',
    '{"name": "find", "arguments": {"text": "x"}}',
    "[TOOL_CALLS]".repeat(5000),
    "<function=echo>".repeat(5000),
    "no JSON",
    null,
  ),
);

test("a hostile model ends within its limits", async () => {
  const loaded = await tree();
  const endings = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(replies, { minLength: 1, maxLength: 8 }), async (lines) => {
      // What stands last is said for ever.
      const { tools, asked } = createScript({ "a/m": [...lines], "b/m": ['{"out": "leaf"}'] });
      const throws = {
        ...echo(),
        run: () => {
          throw new RangeError("no");
        },
      };
      const given: unknown[] = [];
      const { output, error } = await ended(loaded, tools, {
        tools: { echo: echo(given), throws },
      });
      if (error === null) expect(loaded.program.output.check(output).ok).toBe(true);
      else expect(error.code).not.toBe("RLLM_999");
      const ending = error?.code ?? "answered";
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
      const turns = MOST_TURNS + RETRIES;
      expect(given.length).toBeLessThanOrEqual(MOST_CALLS * MOST_TURNS);
      const runs = new Map<string, number>();
      for (const { model } of asked) runs.set(model, (runs.get(model) ?? 0) + 1);
      // The desk, and five finders at most.
      expect(runs.get("a/m") ?? 0).toBeLessThanOrEqual(turns * (1 + 5));
      const longest = Math.max(...asked.map(({ messages }) => JSON.stringify(messages).length));
      expect(longest).toBeLessThan(2_000_000);
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 300_000 },
  );
  expect(endings.size).toBeGreaterThan(2);
}, 600_000);

test("a million calls in one turn are sixty-four", async () => {
  const call: Called = ["echo", '{"text": "x"}'];
  const calls = Array.from({ length: 1_000_000 }, () => call);
  const { tools, asked } = createScript({ "a/m": [{ calls }, '{"out": "o"}'], "b/m": [null] });
  const { output } = await ended(await tree(), tools, { tools: { echo: echo() } });
  expect(output).toEqual({ out: "o" });
  expect(JSON.stringify(asked[1]?.messages).length).toBeLessThan(20_000);
});
