import { expect, test } from "bun:test";
import { assert, integer, property } from "fast-check";
import { cost } from "../../src/core/cost.ts";
import type { ModelFacts } from "../../src/model/facts.ts";

test("cost() has no digits that only binary fractions brought in", () => {
  const cents = integer({ min: 0, max: 10_000 });
  const tokens = integer({ min: 0, max: 2_000_000 });
  assert(
    property(cents, cents, tokens, tokens, (input, output, prompt, completion) => {
      const facts = { inputPrice: input / 100, outputPrice: output / 100 } as ModelFacts;
      const usd = cost(facts, { prompt_tokens: prompt, completion_tokens: completion });
      // Whole hundred-millionths of a dollar, which integers count exactly.
      const exact = BigInt(prompt) * BigInt(input) + BigInt(completion) * BigInt(output);
      expect(usd).toBe(Number(exact) / 1e8);
    }),
  );
});
