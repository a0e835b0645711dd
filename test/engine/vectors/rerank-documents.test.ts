import { describe, expect, test } from "bun:test";
import { ModullmError } from "../../../src/core/error.ts";
import { rerankDocuments } from "../../../src/engine/vectors/rerank-documents.ts";
import type { Reranker } from "../../../src/model/reranker.ts";
import { errorOf } from "../../model/calls.ts";
import { openScope, stage } from "./stage.ts";

interface Scripted {
  readonly reranker: Reranker;
  readonly asked: (readonly string[])[];
}

/** Scores a document by the number in it. */
function scripted(more: Partial<Reranker> = {}): Scripted {
  const asked: (readonly string[])[] = [];
  const reranker: Reranker = {
    id: "priced/r",
    origin: "http://127.0.0.1:9",
    limits: { texts: 3, tokens: null },
    takesBlank: false,
    ready: () => Promise.resolve(),
    async rerank({ documents }) {
      asked.push(documents);
      const scores = documents.map((text) => Number(/-?\d+/.exec(text)?.[0] ?? 0));
      return { scores, usage: { prompt_tokens: 50, completion_tokens: 0 } };
    },
    ...more,
  };
  return { reranker, asked };
}

const DOCUMENTS = ["a 1", "b 7", " ", "c -2", "d 7", "e 0", "f 3"];

describe("rerankDocuments()", () => {
  test("gives the best first, of several requests together; blank ones last", async () => {
    const { reranker, asked } = scripted();
    const { results, totals } = await rerankDocuments("q", DOCUMENTS, reranker, stage().context);
    expect(results.map(({ index, score }) => [index, score])).toEqual([
      [1, 7],
      [4, 7],
      [6, 3],
      [0, 1],
      [5, 0],
      [3, -2],
      [2, null],
    ]);
    expect(results[0]?.text).toBe("b 7");
    expect(asked.map(({ length }) => length)).toEqual([3, 3]);
    expect(totals).toMatchObject({ requests: 2, prompt_tokens: 100 });
  });

  test("gives no more than were asked for", async () => {
    const { reranker } = scripted();
    const context = { ...stage().context, top: 2 };
    const { results } = await rerankDocuments("q", DOCUMENTS, reranker, context);
    expect(results.map(({ index }) => index)).toEqual([1, 4]);
  });

  test("asks for halves of what a server calls too large", async () => {
    const sizes: number[] = [];
    const { reranker } = scripted({
      limits: { texts: 100, tokens: null },
      async rerank({ documents }) {
        sizes.push(documents.length);
        if (documents.length > 2)
          throw new ModullmError("RLLM_017", "no", {
            details: { status: 413, reason: "Payload Too Large" },
          });
        return { scores: documents.map(({ length }) => length), usage: null };
      },
    });
    const { results } = await rerankDocuments("q", DOCUMENTS, reranker, stage().context);
    expect(results.map(({ score }) => score)).toEqual([4, 3, 3, 3, 3, 3, null]);
    expect(sizes).toEqual([6, 3, 2, 1, 3, 2, 1]);
  });

  test("counts the query once for each document", async () => {
    const { reranker, asked } = scripted({ limits: { texts: 100, tokens: 30 } });
    await rerankDocuments("one two three four five", DOCUMENTS, reranker, stage().context);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.flat()).toHaveLength(6);
  });

  test("refuses a blank query before anything is asked; no documents are no question", async () => {
    const { reranker, asked } = scripted();
    const error = await errorOf(() => rerankDocuments(" ", ["a"], reranker, stage().context));
    expect(error.code).toBe("RLLM_016");
    expect((await rerankDocuments("q", [], reranker, stage().context)).results).toEqual([]);
    expect(asked).toEqual([]);
  });

  test("keeps to its budget, and ends with its scope", async () => {
    const tight = openScope().within({ name: "all", limits: { calls: 1 } });
    const { reranker } = scripted();
    const { context, events } = stage({ concurrency: 1 }, tight);
    const error = await errorOf(() => rerankDocuments("q", DOCUMENTS, reranker, context));
    expect(error.code).toBe("RLLM_020");
    expect(events.at(-1)).toMatchObject({ type: "run-end", ok: false });
    const stop = new AbortController();
    const scope = openScope().within({ name: "all", signal: stop.signal });
    const waits = scripted({
      rerank: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")));
          stop.abort();
        }),
    });
    const ended = await errorOf(() =>
      rerankDocuments("q", DOCUMENTS, waits.reranker, stage({}, scope).context),
    );
    expect(ended.code).toBe("RLLM_022");
  });
});
