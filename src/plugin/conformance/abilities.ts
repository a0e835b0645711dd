import { isDeepStrictEqual as equal } from "node:util";
import { ERRORS, type ModelInfo } from "../../../plugins/sdk/protocol.ts";
import { isCount } from "../../core/json.ts";
import { errorIn, errorOf, listModels, modelOf, resultOf, RPC } from "./answers.ts";
import { type Bench, type Check, type Facts } from "./check.ts";
import { Skip, want } from "./verdict.ts";

/** Lists of models, counts of tokens, and getting models. */
export const abilityChecks: readonly Check[] = [
  {
    id: "models/lists",
    needs: "models/list",
    wants: "lists models, or none where it knows none",
    async run({ shared }) {
      await listModels(await shared());
    },
  },
  {
    id: "models/names",
    needs: "models/list",
    wants: "names each model once, in a way that can stand in a program",
    run({ facts }) {
      const names = listed(facts).map(({ name }) => name);
      const odd = names.find(
        (name, at) => name.trim() !== name || name === "" || names.indexOf(name) !== at,
      );
      want(odd === undefined, `"${odd}" is empty, has blanks around it or comes twice`);
      want(
        // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
        !names.some((name) => /[\u0000-\u001F\u007F]/.test(name)),
        "a name has a control character",
      );
    },
  },
  {
    id: "models/windows",
    needs: "models/list",
    wants: "gives the window of a model in tokens, or null",
    run({ facts }) {
      const odd = listed(facts).find(
        ({ window }) => window !== null && !(isCount(window) && window > 0),
      );
      want(odd === undefined, `the window of "${odd?.name}" is ${JSON.stringify(odd?.window)}`);
    },
  },
  {
    id: "models/media",
    needs: "models/list",
    wants: "gives media types as type/subtype or type/*",
    run({ facts }) {
      const odd = listed(facts)
        .flatMap(({ media = [] }) => media)
        .find((type) => !/^[\w.+-]+\/(?:[\w.+-]+|\*)$/.test(type));
      want(odd === undefined, `"${odd}" is no media type`);
    },
  },
  {
    id: "models/same-again",
    needs: "models/list",
    wants: "lists the same models when it is asked again",
    async run({ shared, facts }) {
      const before = listed(facts);
      const after = await listModels(await shared());
      const lost = before.find((model) => !after.some((other) => equal(model, other)));
      const added = after.find((model) => !before.some((other) => equal(model, other)));
      want(
        lost === undefined,
        () => `it listed ${JSON.stringify(lost)} at first, and ${same(after, lost)} later`,
      );
      want(added === undefined, () => `it listed ${JSON.stringify(added)} only later`);
    },
  },
  {
    id: "tokens/counts",
    needs: "tokens/count",
    wants: "counts the tokens of a text, in every script",
    async run(bench) {
      for (const text of ["Water is wet.", "Grüße, 世界, שלום 👩‍👩‍👧"]) {
        const tokens = await count(bench, text);
        want(tokens > 0, `it counts ${tokens} in ${JSON.stringify(text)}`);
      }
    },
  },
  {
    id: "tokens/longer",
    needs: "tokens/count",
    wants: "counts more tokens in a longer text, and as many in the same one",
    async run(bench) {
      const [one, again, ten] = [
        await count(bench, "Water is wet. "),
        await count(bench, "Water is wet. "),
        await count(bench, "Water is wet. ".repeat(10)),
      ];
      want(one === again, `it counts ${one}, then ${again} in the same text`);
      want(ten > one, `it counts ${one}, and ${ten} in ten times the text`);
    },
  },
  {
    id: "tokens/empty",
    needs: "tokens/count",
    wants: "counts hardly any token in an empty text",
    async run(bench) {
      const tokens = await count(bench, "");
      want(tokens <= 4, `it counts ${tokens}`);
    },
  },
  {
    id: "tokens/large",
    needs: "tokens/count",
    wants: "counts the tokens of 1 MB of text",
    run: async (bench) => void (await count(bench, "All work and no play. ".repeat(48_000))),
  },
  refuses("tokens/text-is-a-number", "tokens/count", { model: "MODEL", text: 1 }, RPC.params),
  {
    id: "pull/unknown-model",
    needs: "models/pull",
    wants: "tells by a code that there is no such model to pull",
    async run({ shared }) {
      const wire = await shared();
      errorOf(
        await wire.ask("models/pull", { model: "modullm-test/no-such-model" }),
        ...PULL_CODES,
      );
    },
  },
  refuses("pull/model-is-a-number", "models/pull", { model: 1 }, RPC.params),
];

/** The models it listed. @throws {Skip} where its list can't be had, which `models/lists` tells */
function listed({ models }: Facts): readonly ModelInfo[] {
  if (models === null) throw new Skip("its models can't be listed");
  return models;
}

function same(models: readonly ModelInfo[], wanted: ModelInfo | undefined): string {
  const found = models.find(({ name }) => name === wanted?.name);
  return found === undefined ? "no such model" : JSON.stringify(found);
}

/** Without a network it can't know whether there is one. */
const PULL_CODES = [
  ERRORS.model_not_found,
  ERRORS.unavailable,
  ERRORS.refused,
  ERRORS.unauthorized,
];

/** A request whose params are wrong; MODEL in them stands for the model that is tested. */
export function refuses(
  id: string,
  method: "embed" | "rerank" | "tokens/count" | "models/pull",
  params: object,
  code: number,
): Check {
  return {
    id,
    needs: method,
    wants: `answers ${method} with the params \`${JSON.stringify(params)}\` with ${code}`,
    async run({ shared, facts }) {
      const text = JSON.stringify(params).replace('"MODEL"', () => JSON.stringify(modelOf(facts)));
      errorOf(await (await shared()).ask(method, JSON.parse(text)), code);
    },
  };
}

async function count({ shared, facts }: Bench, text: string): Promise<number> {
  const answer = await (await shared()).ask("tokens/count", { model: modelOf(facts), text });
  if (errorIn(answer)?.code === ERRORS.unavailable)
    throw new Skip("what stands behind it is not there");
  const { tokens } = resultOf(answer);
  want(isCount(tokens), `tokens is ${JSON.stringify(tokens)}`);
  return tokens;
}
