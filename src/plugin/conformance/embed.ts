import { ERRORS } from "../../../plugins/sdk/protocol.ts";
import { refuses } from "./abilities.ts";
import { modelOf, resultOf, resultOrCode, RPC } from "./answers.ts";
import { type Bench, type Check, type Facts } from "./check.ts";
import { want } from "./verdict.ts";

/** Vectors. */
export const embedChecks: readonly Check[] = [
  {
    id: "embed/vectors",
    needs: "embed",
    wants: "gives one vector for each text, all of one length",
    async run(bench) {
      const vectors = await embed(bench, ["Water is wet.", "Fire is hot.", ""]);
      want(vectors[0]?.length !== 0, "the vectors are empty");
    },
  },
  {
    id: "embed/order",
    needs: "embed",
    wants: "gives the vectors in the order of the texts, and the same ones again",
    async run(bench) {
      const texts = ["Water is wet.", "A cat sleeps on the old piano.", "Fire"];
      const [forth, back] = [await embed(bench, texts), await embed(bench, texts.toReversed())];
      const far = forth.findIndex((vector, at) => distance(vector, back.at(-1 - at) ?? []) > 0.01);
      want(
        far === -1,
        `the vector of "${texts[far]}" is another one when the texts come in another order`,
      );
    },
  },
  {
    id: "embed/none",
    needs: "embed",
    wants: "gives no vectors for no texts, or says that it can't",
    async run({ shared, facts }) {
      const wire = await shared();
      const result = resultOrCode(
        await wire.ask("embed", { model: embedModelOf(facts), texts: [] }),
      );
      const vectors = result?.["vectors"] ?? [];
      want(Array.isArray(vectors) && vectors.length === 0, `vectors is ${JSON.stringify(vectors)}`);
    },
  },
  {
    id: "embed/unicode",
    needs: "embed",
    wants: "takes texts in every script",
    run: async (bench) => void (await embed(bench, ["Grüße, 世界, שלום", "👩‍👩‍👧 𝔘\u0000\u2028"])),
  },
  {
    id: "embed/many",
    needs: "embed",
    wants: "takes 100 texts at once",
    run: async (bench) =>
      void (await embed(
        bench,
        Array.from({ length: 100 }, (_, at) => `Text ${at}`),
      )),
  },
  refuses(
    "embed/unknown-model",
    "embed",
    { model: "modullm-no-such-model", texts: ["a"] },
    ERRORS.model_not_found,
  ),
  refuses("embed/texts-are-text", "embed", { model: "MODEL", texts: "a" }, RPC.params),
  refuses("embed/texts-are-numbers", "embed", { model: "MODEL", texts: [1] }, RPC.params),
];

function embedModelOf(facts: Facts): string {
  return facts.embedModel ?? modelOf(facts);
}

async function embed(
  { shared, facts }: Bench,
  texts: readonly string[],
): Promise<readonly (readonly number[])[]> {
  const { vectors } = resultOf(
    await (await shared()).ask("embed", { model: embedModelOf(facts), texts }),
  );
  want(Array.isArray(vectors), `vectors is ${JSON.stringify(vectors)}`);
  want(vectors.length === texts.length, `${vectors.length} vectors for ${texts.length} texts`);
  const lists = vectors as readonly (readonly number[])[];
  const lengths = new Set(lists.map((vector) => (Array.isArray(vector) ? vector.length : -1)));
  want(
    lengths.size === 1 && !lengths.has(-1),
    `the lengths of the vectors are ${[...lengths].join(", ")}`,
  );
  want(lists.flat().every(Number.isFinite), "a vector holds what is no number");
  return lists;
}

/** Between two directions: 0 the same, 2 opposite ones. */
function distance(one: readonly number[], other: readonly number[]): number {
  const size = Math.sqrt(dot(one, one) * dot(other, other));
  return size === 0 ? Math.abs(dot(one, one) - dot(other, other)) : 1 - dot(one, other) / size;
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}
