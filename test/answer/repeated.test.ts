import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readAnswer } from "../../src/answer/read.ts";
import { contractOf } from "./contracts.ts";

/** Characters of a short text; the long one has four times as many. */
const SHORT = 10_000;
/**
 * Four times the text may take eight times as long: limits that a long text meets count too. A
 * quadratic reader takes sixteen. Below the floor nobody waits. Of the processor's time.
 */
const MOST_GROWTH = 8;
const FLOOR_MS = 400;

setDefaultTimeout(600_000);

/** Each stands for a mechanism: blanks, brackets, quotes, marks of notations, words that decide. */
const PIECES = [
  [" ", "\t", "\n", " \n", "\u3000", "\u200B", "a", "1", "1 ", "1.", "1,", "12/", "-1", "1e"],
  [",", '"', "'", "`", "{", "}", "[", "]", "(", ")", "{}", "[]", "[x]", ":", "=", "=>", "->"],
  ["<", ">", "<a>", "</a>", "&lt;", "&quot;", "<tr><td>", "<td>", "<think>", "</think>"],
  ["#", "# ", "# a\n", "- ", "- a\n", "* ", "**", "> a\n", "1. ", "|", "| ", "|a|b|\n", "_"],
  ["a: ", "a: 1\n", "a = 1\n", "a,b\n", "a\tb\n", '"a":1,', '{"a":', "'a':", "Option A\n"],
  ["f(", "f(a=1,", "Person(", "Decimal('1')", "date(", "\\", "\\n", "\\\\", "//", "/*", "*/"],
  ["...", "…", "e.g. ", "not ", "or ", "no ", "true ", "null ", "Jan ", "5 March ", "月", "，"],
  ["<|im_end|>", "<|channel|>", "%", "$ ", "€", "ก", "word "],
].flat();

const PLACES: Readonly<Record<string, (piece: string) => string>> = {
  alone: (text) => text,
  "in a line": (text) => `title: a${text}b\ntotal: 3`,
  "within an object": (text) => `{"title": "x", "total": ${text} 3}`,
  "behind one": (text) => `{"title": "x", "total": 3}${text}`,
  "before one": (text) => `${text}{"title": "x", "total": 3}`,
  "in strings": (text) => `{"title": "a${text}b", "total": "${text}", "day": "${text}"}`,
  "in lines": (text) => `title: ${text}\ntotal: ${text}\n`,
  "in a fence": (text) => `\`\`\`\n${text}\n\`\`\``,
};

const record = {
  type: "object",
  properties: {
    title: { type: "string" },
    total: { type: "number" },
    day: { type: "string", format: "date" },
    tags: { type: "array", items: { type: "string" } },
  },
  required: ["title"],
} as const;

const CONTRACTS = {
  record: contractOf(record),
  list: contractOf({ type: "array", items: record }),
  number: contractOf({ type: "number" }),
  choice: contractOf({ enum: ["low", "high"] }),
};

function milliseconds(text: string, contract: (typeof CONTRACTS)["record"]): number {
  const start = process.cpuUsage();
  readAnswer(text, contract, { repair: "full" });
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

describe("readAnswer() takes linear time on what repeats", () => {
  for (const [place, put] of Object.entries(PLACES)) {
    test(place, () => {
      const slow: string[] = [];
      for (const piece of PIECES) {
        const text = (size: number): string => put(piece.repeat(Math.ceil(size / piece.length)));
        for (const [name, contract] of Object.entries(CONTRACTS)) {
          if (name !== "record" && place !== "alone") continue;
          if (milliseconds(text(4 * SHORT), contract) < FLOOR_MS) continue;
          // The least of several: whoever else works here only ever makes it more.
          const growths = [1, 2, 3].map(
            () => milliseconds(text(4 * SHORT), contract) / milliseconds(text(SHORT), contract),
          );
          const growth = Math.min(...growths);
          if (growth > MOST_GROWTH) slow.push(`${JSON.stringify(piece)}, ${name}: ${growth}`);
        }
      }
      expect(slow).toEqual([]);
    });
  }
});
