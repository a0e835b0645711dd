import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import llama2 from "llama-tokenizer-js";
import llama3 from "llama3-tokenizer-js";
import mistral from "mistral-tokenizer-js";
import { get_encoding } from "tiktoken";
import { createTokenCounter, encodingOf } from "../../../src/model/tokens.ts";
import { slicesOf } from "../../../src/model/tokens/encoding.ts";
import { estimateTokens, type Vocabulary } from "../../../src/model/tokens/estimate.ts";
import { TEXTS } from "./texts.ts";
import { patience } from "../../patience.ts";

const ROOT = join(import.meta.dir, "../../..");
const o200k = get_encoding("o200k_base");
const cl100k = get_encoding("cl100k_base");

/** The open tokenizers that the estimate answers to. */
const TRUE_COUNTS: Readonly<
  Record<Vocabulary, Readonly<Record<string, (text: string) => number>>>
> = {
  narrow: {
    "Llama 2": (text) => llama2.encode(text, false, false).length,
    "Mistral 7B": (text) => mistral.encode(text, false, false).length,
  },
  wide: {
    "Llama 3": (text) => llama3.encode(text, { bos: false, eos: false }).length,
    "GPT-4": (text) => cl100k.encode_ordinary(text).length,
    "GPT-4o": (text) => o200k.encode_ordinary(text).length,
  },
};

/** Whole files: prose, code, data and documentation, besides the short texts. */
const FILES = [
  "examples/article.txt",
  "examples/meeting_extractor.rllm",
  "src/core/codes.ts",
  "src/model/catalog/models.json",
  "docs/decisions/0004-tokens.md",
  "LICENSE",
];

describe("estimateTokens()", () => {
  const texts = new Map(Object.entries(TEXTS));
  for (const file of FILES) texts.set(file, readFileSync(join(ROOT, file), "utf8"));
  for (const vocabulary of ["narrow", "wide"] as const) {
    test.each(Object.entries(TRUE_COUNTS[vocabulary]))(
      `is never more than a tenth under ${vocabulary} %s`,
      (_, count) => {
        const low = [...texts].filter(
          ([, text]) => estimateTokens(text, vocabulary) < 0.9 * count(text),
        );
        expect(low.map(([name]) => name)).toEqual([]);
      },
    );
    test(`is at most 35 % over the largest of the ${vocabulary} ones on average, and never more than twice as high`, () => {
      const counts = Object.values(TRUE_COUNTS[vocabulary]);
      const over = Object.values(TEXTS).map(
        (text) =>
          estimateTokens(text, vocabulary) / Math.max(...counts.map((count) => count(text))),
      );
      expect(over.reduce((sum, ratio) => sum + ratio, 0) / over.length).toBeLessThan(1.35);
      expect(Math.max(...over)).toBeLessThan(2);
    });
  }

  test("takes well under a second for 10 MB", () => {
    const text = "The quick brown fox jumps over the lazy dog; 12 dogs sleep. ".repeat(170_000);
    const started = performance.now();
    estimateTokens(text, "narrow");
    expect(performance.now() - started).toBeLessThan(patience(2000));
  });
});

describe("encodingOf()", () => {
  test.each([
    "openai/gpt-4o",
    "openai/gpt-4o-mini-2024-07-18",
    "openai/gpt-4.1",
    "openai/gpt-5-nano",
    "openai/o3",
    "openai/o4-mini",
    "openrouter/openai/gpt-5.2",
    "groq/openai/gpt-oss-20b",
    "ollama/gpt-oss:20b",
    "openai/chatgpt-4o-latest",
  ])("knows that %s counts with o200k_base", (model) =>
    expect(encodingOf(model)).toBe("o200k_base"),
  );
  test.each([
    "openai/gpt-4",
    "openai/gpt-4-turbo",
    "openai/gpt-3.5-turbo-16k",
    "azure/gpt-35-turbo",
  ])("knows that %s counts with cl100k_base", (model) =>
    expect(encodingOf(model)).toBe("cl100k_base"),
  );
  test.each([
    "anthropic/claude-haiku-4-5",
    "ollama/llama3.1:8b",
    "mistral/open-mistral-nemo",
    "builtin/baseline",
    "ollama/orca",
    "olmo",
    "",
  ])("knows no encoding of %p", (model) => expect(encodingOf(model)).toBeNull());
});

describe("createTokenCounter()", () => {
  const counter = createTokenCounter();

  test("bounds a text by its UTF-8 length", () => {
    expect(counter.bound("aé漢🚀")).toBe(1 + 2 + 3 + 4);
    for (const text of Object.values(TEXTS))
      expect(counter.bound(text)).toBeGreaterThanOrEqual(o200k.encode_ordinary(text).length);
  });

  test("counts exactly what OpenAI's encodings give", async () => {
    for (const text of [...Object.values(TEXTS), "<|endoftext|>", ""]) {
      expect(await counter.count(text, "openai/gpt-4o")).toBe(o200k.encode_ordinary(text).length);
      expect(await counter.count(text, "openai/gpt-4")).toBe(cl100k.encode_ordinary(text).length);
    }
  });

  test("counts a long text in slices, and comes within a token a slice of the whole", async () => {
    const text = Object.values(TEXTS).join("\n\n").repeat(20);
    const whole = o200k.encode_ordinary(text).length;
    const count = await counter.count(text, "openai/gpt-4o");
    expect(text.length).toBeGreaterThan(150_000);
    expect(Math.abs(count - whole)).toBeLessThanOrEqual([...slicesOf(text)].length);
  });

  test.each([
    ["a", "a"],
    ["blanks", " "],
    ["dashes", "-"],
    ["Han characters", "漢字"],
    ["digits", "7"],
    ["emoji", "🚀"],
  ])(
    "takes time in proportion to a text of a million %s",
    async (_, unit) => {
      for (const model of ["openai/gpt-4o", "openai/gpt-4"]) {
        const spent: number[] = [];
        for (const length of [100_000, 1_000_000]) {
          const text = unit.repeat(length / unit.length);
          const before = process.cpuUsage();
          const count = await counter.count(text, model);
          const { user, system } = process.cpuUsage(before);
          spent.push(Math.max(user + system, 20_000));
          expect(count).toBeGreaterThan(0);
          expect(count).toBeLessThanOrEqual(counter.bound(text));
        }
        // In processor time: ten times as much, where squares would take a hundred times.
        const [short = 1, long = 1] = spent;
        expect(long / short).toBeLessThan(40);
      }
    },
    300_000,
  );

  test("estimates other models, never over the bound", async () => {
    for (const text of [...Object.values(TEXTS), ""]) {
      const count = await counter.count(text, "ollama/llama3.1:8b");
      expect(count).toBeLessThanOrEqual(counter.bound(text));
      expect(await counter.count(text, "nobody/unknown")).toBeLessThanOrEqual(counter.bound(text));
    }
    expect(await counter.count("", "ollama/llama3.1:8b")).toBe(0);
  });

  test("takes an unknown model for one with a small vocabulary", async () => {
    const text = TEXTS["english"] ?? "";
    expect(await counter.count(text, "nobody/unknown")).toBe(estimateTokens(text, "narrow"));
    expect(await counter.count(text, "ollama/qwen3:8b")).toBe(estimateTokens(text, "wide"));
  });
});

describe("slicesOf()", () => {
  test("gives back the text, without parting surrogates", () => {
    for (const text of [
      ...Object.values(TEXTS),
      "🚀".repeat(2000),
      "a".repeat(5000),
      "word ".repeat(30_000),
    ]) {
      const slices = [...slicesOf(text)];
      expect(slices.join("")).toBe(text);
      expect(slices.every((slice) => slice.isWellFormed())).toBe(true);
    }
  });
});
