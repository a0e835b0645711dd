import { ERRORS } from "../../../plugins/sdk/protocol.ts";
import { refuses } from "./abilities.ts";
import { modelOf, resultOf, RPC } from "./answers.ts";
import type { Bench, Check } from "./check.ts";
import { want } from "./verdict.ts";

const QUERY = "How wet is water?";
const DOCUMENTS = ["Water is wet.", "A cat sleeps on the old piano.", ""];

/** Scores. */
export const rerankChecks: readonly Check[] = [
  {
    id: "rerank/scores",
    needs: "rerank",
    wants: "gives one score for each document, an empty one too",
    run: async (bench) => void (await rerank(bench, DOCUMENTS)),
  },
  {
    id: "rerank/order",
    needs: "rerank",
    wants: "gives the scores in the order of the documents",
    async run(bench) {
      const [forth, back] = [
        await rerank(bench, DOCUMENTS),
        await rerank(bench, DOCUMENTS.toReversed()),
      ];
      want(same(forth, back.toReversed()), `${forth.join(", ")} are ${back.join(", ")} backwards`);
    },
  },
  {
    id: "rerank/alone",
    needs: "rerank",
    wants: "scores a document by the query and itself, whatever other ones are there",
    async run(bench) {
      const together = await rerank(bench, DOCUMENTS);
      const alone = [];
      for (const document of DOCUMENTS) alone.push(...(await rerank(bench, [document])));
      want(same(together, alone), `${together.join(", ")} together, ${alone.join(", ")} alone`);
    },
  },
  {
    id: "rerank/unicode",
    needs: "rerank",
    wants: "takes documents in every script",
    run: async (bench) => void (await rerank(bench, ["Grüße, 世界, שלום", "👩‍👩‍👧 𝔘\u0000\u2028"])),
  },
  {
    id: "rerank/many",
    needs: "rerank",
    wants: "takes 100 documents at once",
    run: async (bench) =>
      void (await rerank(
        bench,
        Array.from({ length: 100 }, (_, at) => `Document ${at}`),
      )),
  },
  refuses(
    "rerank/unknown-model",
    "rerank",
    { model: "modullm-no-such-model", query: "a", documents: ["a"] },
    ERRORS.model_not_found,
  ),
  refuses(
    "rerank/documents-are-text",
    "rerank",
    { model: "MODEL", query: "a", documents: "a" },
    RPC.params,
  ),
];

async function rerank(
  { shared, facts }: Bench,
  documents: readonly string[],
): Promise<readonly number[]> {
  const params = { model: facts.rerankModel ?? modelOf(facts), query: QUERY, documents };
  const { scores } = resultOf(await (await shared()).ask("rerank", params));
  want(Array.isArray(scores), `scores is ${JSON.stringify(scores)}`);
  want(
    scores.length === documents.length,
    `${scores.length} scores for ${documents.length} documents`,
  );
  want(scores.every(Number.isFinite), "a score is no number");
  return scores as readonly number[];
}

/** Batches of several sizes round differently. */
const NEAR = 0.01;

function same(one: readonly number[], other: readonly number[]): boolean {
  const widest = Math.max(1e-9, ...one.map(Math.abs));
  return one.every((score, at) => Math.abs(score - (other[at] ?? 0)) <= NEAR * widest);
}
