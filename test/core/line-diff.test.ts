import { describe, expect, test } from "bun:test";
import { lineDiff, unifiedDiff } from "../../src/core/line-diff.ts";
import { randomFrom } from "../../src/core/random.ts";

describe("lineDiff()", () => {
  test("gives both texts again, for texts that are drawn", () => {
    const random = randomFrom(1);
    const draw = (): string =>
      Array.from({ length: Math.floor(random() * 9) }, () => "abc"[Math.floor(random() * 3)]).join(
        "\n",
      );
    for (let round = 0; round < 500; round++) {
      const [before, after] = [draw(), draw()];
      const lines = lineDiff(before, after);
      const without = (kind: string): string =>
        lines.flatMap((line) => (line.kind === kind ? [] : [line.text])).join("\n");
      expect([without("added"), without("removed")]).toEqual([before, after]);
    }
  });
});

test("unifiedDiff() shows changes with three lines around them", () => {
  const before = [..."abcdefghijklmnop"].join("\n");
  const after = before.replace("b", "B").replace("o\n", "");
  expect(unifiedDiff(before, after, "x.rllm")).toBe(
    "--- x.rllm\n+++ x.rllm\n@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n d\n e\n" +
      "@@ -12,5 +12,4 @@\n l\n m\n n\n-o\n p\n",
  );
  expect(unifiedDiff(before, before, "x.rllm")).toBe("");
});
