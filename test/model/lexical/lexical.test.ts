import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createBuiltin } from "../../../src/model/builtin.ts";
import type { Embedder } from "../../../src/model/embedder.ts";
import { lexicalEmbedder, lexicalReranker } from "../../../src/model/lexical/lexical.ts";
import { lexicalScores } from "../../../src/model/lexical/rank.ts";
import { termsOf } from "../../../src/model/lexical/terms.ts";
import { lexicalVector } from "../../../src/model/lexical/vector.ts";
import { errorOf } from "../calls.ts";

function cosine(one: string, other: string): number {
  const [a, b] = [lexicalVector(one), lexicalVector(other)];
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

const TEXT = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc
    .array(fc.constantFrom("to", "be", "Größe", "漢字", "です", "สวัสดี", "42", "🙂", "\n"))
    .map((w) => w.join(" ")),
);

describe("lexicalVector()", () => {
  test("is of unit length and the same again, whatever the text", () => {
    fc.assert(
      fc.property(TEXT, fc.integer({ min: 16, max: 600 }), (text, dimensions) => {
        const vector = lexicalVector(text, dimensions);
        expect(vector).toHaveLength(dimensions);
        expect(vector.every(Number.isFinite)).toBe(true);
        expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
        expect(lexicalVector(text, dimensions)).toEqual(vector);
      }),
      { numRuns: 300 },
    );
  });

  test("is the same on every machine", () => {
    expect(lexicalVector("to be, or not to be", 16)).toEqual(PINNED);
    expect(lexicalVector("Größe 漢字です สวัสดี 🙂", 16)).toEqual(PINNED_UNICODE);
  });

  test("is nearer to what shares words, or parts of them, than to what does not", () => {
    const query = "return an invoice";
    const near = ["The invoice can be returned.", "Invoices, and returning them"];
    for (const text of near)
      for (const far of ["A cat sleeps on the old piano.", "何もない", ""])
        expect(cosine(query, text)).toBeGreaterThan(cosine(query, far) + 0.1);
    expect(cosine("返品できますか", "返品はできますか")).toBeGreaterThan(
      cosine("返品できますか", "猫が好きです") + 0.1,
    );
  });

  test("knows nothing of meaning", () => {
    expect(Math.abs(cosine("car", "automobile"))).toBeLessThan(0.2);
  });

  test("makes nothing of case, accents, width, ligatures and ways to write a character", () => {
    for (const [one, other] of [
      ["Straße naïve", "STRASSE NAIVE"],
      ["ＡＢＣ１２", "abc12"],
      ["eﬃcient", "efficient"],
      ["e\u0301te\u0301", "été"],
      ["don’t", "don't"],
      ["ΟΔΟΣ", "οδος"],
    ] as const)
      expect([one, lexicalVector(one)]).toEqual([one, lexicalVector(other)]);
  });

  test("tells apart what has no words at all", () => {
    expect(lexicalVector("🙂")).not.toEqual(lexicalVector("🙃"));
    expect(lexicalVector("+")).not.toEqual(lexicalVector(""));
    expect(lexicalVector(" \n")).toEqual(lexicalVector(""));
  });

  test("takes a long text of any script in one go", () => {
    for (const piece of ["word thing ", "返品できますか", "สวัสดีครับ", "a\u0301", "''''", "🙂"]) {
      const text = piece.repeat(Math.ceil(200_000 / piece.length));
      expect(Math.hypot(...lexicalVector(text))).toBeCloseTo(1, 6);
    }
  });
});

describe("termsOf()", () => {
  test("finds words of every script", () => {
    expect(termsOf("Don’t stop: 3 cafés!")).toEqual({
      words: ["don't", "stop", "3", "cafes"],
      signs: [":", "!"],
    });
    expect(termsOf("Привет мир שלום עולם").words).toEqual(["привет", "мир", "שלום", "עולם"]);
    expect(termsOf("漢字です").words).toEqual(["漢字", "字で", "です"]);
    expect(termsOf("猫").words).toEqual(["猫"]);
    expect(termsOf("हिन्दी में").words).toEqual(["हिन्दी", "में"]);
    expect(termsOf("한국어 문장").words).toEqual(["한국어", "문장"]);
  });
});

describe("lexicalScores()", () => {
  test("puts first what has the query's rare words", () => {
    const documents = [
      "A cat sleeps on the old piano.",
      "Goods can be returned within 14 days.",
      "The goods are on the piano.",
      "",
    ];
    const scores = lexicalScores("can I return goods?", documents);
    expect(scores.indexOf(Math.max(...scores))).toBe(1);
    expect(scores[3]).toBe(0);
    expect(scores.every((score) => score >= 0)).toBe(true);
  });

  test("finds words by their parts", () => {
    const [related = 0, other = 0] = lexicalScores("invoice", ["two invoices came", "a cat slept"]);
    expect(related).toBeGreaterThan(0);
    expect(other).toBe(0);
  });

  test("takes no account of marks where there are words, and of nothing else where not", () => {
    expect(lexicalScores("cat?", ["Really?", "a cat"])).toEqual([0, expect.any(Number)]);
    const [smile = 0, none] = lexicalScores("🙂", ["I am 🙂", "I am not"]);
    expect([smile > 0, none]).toEqual([true, 0]);
  });

  test("gives 0 to everything where nothing is shared, and no score to no documents", () => {
    expect(lexicalScores("x", ["a", "b"])).toEqual([0, 0]);
    expect(lexicalScores("", ["a"])).toEqual([0]);
    expect(lexicalScores("a", [])).toEqual([]);
  });
});

async function embed(embedder: Embedder, dimensions: number | null) {
  const { signal } = new AbortController();
  const request = { texts: ["a", ""], dimensions, purpose: "query" } as const;
  return await embedder.embed(request, signal, () => undefined);
}

describe("builtin/lexical", () => {
  test("is an embedder of 512 numbers, or as many as are asked for", async () => {
    const { vectors, usage } = await embed(lexicalEmbedder(), null);
    expect([vectors.map(({ length }) => length), usage]).toEqual([[512, 512], null]);
    expect((await embed(lexicalEmbedder(), 16)).vectors[0]).toHaveLength(16);
    for (const odd of [1, 15, 8193]) {
      const error = await errorOf(() => embed(lexicalEmbedder(), odd));
      expect([error.code, error.details["value"]]).toEqual(["RLLM_002", odd]);
    }
  });

  test("ends when it is cancelled", async () => {
    const stopped = AbortSignal.abort();
    const request = { texts: ["a"], dimensions: null, purpose: "document" } as const;
    const embedding = errorOf(() => lexicalEmbedder().embed(request, stopped, () => undefined));
    const ranking = errorOf(() =>
      lexicalReranker().rerank({ query: "a", documents: ["a"] }, stopped, () => undefined),
    );
    expect([(await embedding).code, (await ranking).code]).toEqual(["RLLM_022", "RLLM_022"]);
  });

  test("is the only one of its kind, and no model", async () => {
    const { embedder, reranker, model, health } = createBuiltin();
    expect([embedder?.("lexical").id, reranker?.("lexical").id]).toEqual([
      "builtin/lexical",
      "builtin/lexical",
    ]);
    expect((await errorOf(async () => embedder?.("lexicl"))).message).toContain(
      `Did you mean "builtin/lexical"?`,
    );
    expect((await errorOf(async () => reranker?.("baseline"))).code).toBe("RLLM_002");
    expect((await errorOf(async () => model("lexical"))).code).toBe("RLLM_002");
    expect(await health?.(new AbortController().signal)).toMatchObject({ ok: true });
  });
});

const PINNED = [
  0, 0.397063677, 0, -0.280766418, 0, 0, 0.198531838, 0, 0, -0.574410007, 0, 0.198531838, 0,
  -0.397063677, 0.280766418, 0.343867231,
];
const PINNED_UNICODE = [
  0.617340218, 0, -0.035606663, 0.526932836, 0.126014044, -0.244742436, 0.092248683, -0.308670109,
  0, 0, -0.218262727, 0.126014044, 0, -0.182656065, 0.218262727, 0.126014044,
];
