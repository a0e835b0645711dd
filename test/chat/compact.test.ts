import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { piecesOf, turnsToShorten } from "../../src/chat/compact.ts";
import { isChatName, nameFor } from "../../src/chat/names.ts";
import { turn } from "../store/samples.ts";

const count = async (text: string): Promise<number> => Math.ceil(text.length / 4);

describe("what is summarised", () => {
  test("are the oldest turns, until the rest fits into half of the window", () => {
    const turns = ["a", "b", "c", "d"].map((text) => turn({ text }));
    const cases = [
      [1000, 0, []],
      [200, 0, ["a", "b"]],
      [200, 60, ["a", "b", "c", "d"]],
      [40, 0, ["a", "b", "c", "d"]],
    ] as const;
    for (const [window, taken, texts] of cases) {
      const oldest = turnsToShorten(turns, [50, 50, 50, 50], { window, taken });
      expect(oldest.map(({ text }) => text)).toEqual([...texts]);
    }
  });

  test("is asked for in pieces that fit, each turn in one, long ones without their middle", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "grapheme", maxLength: 600 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 400 }),
        async (answers, window) => {
          const turns = answers.map((answer) => turn({ answer }));
          const pieces = await piecesOf(turns, window, count);
          for (const piece of pieces) {
            expect(piece.isWellFormed()).toBe(true);
            // A blank line stands behind each turn.
            expect(await count(piece)).toBeLessThanOrEqual(window / 2 + turns.length + 1);
          }
        },
      ),
      { numRuns: 300 },
    );
    const [piece = ""] = await piecesOf([turn({ answer: "x".repeat(9000) })], 1000, count);
    expect(piece).toStartWith("User: What is it?");
    expect(piece).toContain("\n[…]\n");
    expect(piece.trimEnd()).toEndWith("xxx");
  });
});

test("names are what a shell and a file take, and no other chat's, whatever was said", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.nat(3)), (text, numbers) => {
      const first = nameFor(text, new Set());
      const taken = new Set([first, ...numbers.map((number) => `${first}-${number}`)]);
      const name = nameFor(text, taken);
      expect(isChatName(name)).toBe(true);
      expect(taken.has(name)).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
