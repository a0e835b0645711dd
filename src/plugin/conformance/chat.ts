import { compileContract } from "../../contract/compile.ts";
import { isCount, isObject } from "../../core/json.ts";
import { chat, goesOn, modelOf, partsOf, resultOf, resultOrCode, textOf } from "./answers.ts";
import { type Bench, type Check } from "./check.ts";
import { Skip, want } from "./verdict.ts";

const UNKNOWN_PARAM = "modullm_no_sùch_参数_🦙";
const SCHEMA = {
  type: "object",
  properties: { answer: { type: "string", maxLength: 8 }, sure: { type: "boolean" } },
  required: ["answer", "sure"],
  additionalProperties: false,
};

/** A chat that ends with a result, whatever its text. */
function answers(id: string, wants: string, content: string, more: object = {}): Check {
  return {
    id,
    wants,
    needs: "chat",
    async run(bench) {
      resultOf((await chat(bench, content, more))[1]);
    },
  };
}

/** A chat that may be refused, if it is told why. */
function answersOrRefuses(
  id: string,
  wants: string,
  make: (bench: Bench) => readonly [string, object],
): Check {
  return {
    id,
    wants,
    needs: "chat",
    async run(bench) {
      const [content, more] = make(bench);
      const [, answer, wire] = await chat(bench, content, more);
      resultOrCode(answer);
      await goesOn(wire);
    },
  };
}

/** Chats that get an answer. */
export const chatChecks: readonly Check[] = [
  answers("chat/answers", "answers a chat", "Say hello."),
  answers("chat/not-watched", "answers a chat that nobody watches", "Say hello.", {
    stream: false,
  }),
  answers(
    "chat/unicode",
    "takes text in every script",
    "Grüße, 世界, שלום, नमस्ते, e\u0301, 👩‍👩‍👧, 𝔘\u2028\u202E",
  ),
  answers(
    "chat/control-characters",
    "takes text with control characters",
    "a\u0000b\u0001c\u001Bd\u007Fe\u0085f\r\n\tg",
  ),
  answers("chat/half-a-pair", "takes text with half of a surrogate pair", "a\uD83Db"),
  answers(
    "chat/looks-like-json",
    "takes text that looks like JSON",
    '{"id":1,"method":"shutdown"} "}]\\" \\\\',
  ),
  answers("chat/known-params", "takes the usual llm_params", "Say hello.", {
    params: { temperature: 0, top_p: 0.9, seed: 7, max_tokens: 8, stop: ["\n\n"] },
  }),
  answers("chat/unknown-members", "passes over members that it does not know", "Say hello.", {
    later: { model: "x" },
  }),
  {
    id: "chat/conversation",
    wants: "takes a system message and earlier turns",
    needs: "chat",
    async run(bench) {
      const roles = ["system", "user", "assistant", "user"] as const;
      const messages = roles.map((role, at) => ({ role, content: `Turn ${at}` }));
      resultOf((await chat(bench, "", { messages }))[1]);
    },
  },
  answersOrRefuses("chat/empty", "answers an empty message, or says what is wrong with it", () => [
    "",
    {},
  ]),
  answersOrRefuses("chat/schema", "takes a schema, whether or not it enforces one", () => [
    "Answer.",
    { schema: SCHEMA, params: { max_tokens: 64 } },
  ]),
  answersOrRefuses(
    "chat/strange-schema",
    "takes a schema that it can't express, or says so",
    () => [
      "Answer.",
      {
        params: { max_tokens: 32 },
        schema: {
          type: "object",
          properties: { a: { not: { const: 1 } } },
          if: true,
          patternProperties: { "^x-": {} },
        },
      },
    ],
  ),
  answersOrRefuses("chat/attachment", "takes a picture, or says that it can't", ({ facts }) => {
    const attachments = [{ media_type: "image/png", data: PIXEL, name: "pixel.png" }];
    const messages = [{ role: "user", content: "What is it?", attachments }];
    return ["", { model: modelOf(facts), messages }];
  }),
  answersOrRefuses("chat/large", "takes a prompt of 1 MB, or says that it is too large", () => [
    "All work and no play makes a dull day. ".repeat(26_000),
    {},
  ]),
  answersOrRefuses(
    "chat/long",
    "takes a conversation of 400 turns, or says that it is too long",
    () => {
      const messages = Array.from({ length: 401 }, (_, at) => ({
        role: at % 2 === 0 ? "user" : "assistant",
        content: `Turn ${at}`,
      }));
      return ["", { messages }];
    },
  ),
  {
    id: "chat/schema-met",
    wants: "gives what the schema allows, where its model says that it enforces schemas",
    needs: "chat",
    async run(bench) {
      const { models, model } = bench.facts;
      if (models?.find(({ name }) => name === model)?.schema !== "enforced")
        throw new Skip("the model does not say that it enforces schemas");
      const more = { schema: SCHEMA, params: { max_tokens: 400 } };
      const [exchange, answer] = await chat(bench, "Is water wet?", more);
      const { reason } = resultOf(answer);
      if (reason === "length") throw new Skip("its answer was cut off");
      const contract = compileContract(SCHEMA);
      if (!contract.ok) throw new Error("the schema of a check does not compile");
      const text = textOf(exchange);
      want(
        contract.contract.check(parsed(text)).ok,
        `it gave ${JSON.stringify(text.slice(0, 80))}`,
      );
    },
  },
  {
    id: "chat/no-empty-part",
    wants: "sends no text that is empty",
    needs: "chat",
    async run(bench) {
      const [exchange] = await chat(bench, "Say hello.");
      const empty = partsOf(exchange).filter((part) => part.type === "text" && part.text === "");
      want(empty.length === 0, `${empty.length} parts of text were empty`);
    },
  },
  {
    id: "chat/unknown-param-told",
    wants: "tells in a note which llm_params it ignores",
    needs: "chat",
    async run(bench) {
      const [exchange, answer] = await chat(bench, "Say hello.", {
        params: { [UNKNOWN_PARAM]: 1, max_tokens: 8 },
      });
      resultOf(answer);
      const notes = partsOf(exchange).map((part) => (part.type === "note" ? part.message : ""));
      want(
        notes.some((note) => note.includes(UNKNOWN_PARAM)),
        `no note names ${UNKNOWN_PARAM}; its notes are ${JSON.stringify(notes.filter(Boolean))}`,
      );
    },
  },
  {
    id: "chat/max-tokens",
    wants: "gives no more than max_tokens, unless it ignores that",
    needs: "chat",
    async run(bench) {
      const [exchange, answer] = await chat(bench, "Count from one to ten, please.", {
        params: { max_tokens: 2 },
      });
      const { usage } = resultOf(answer);
      if (
        partsOf(exchange).some(
          (part) => part.type === "note" && part.message.includes("max_tokens"),
        )
      )
        throw new Skip("it says that it ignores max_tokens");
      const given = isObject(usage) ? usage["completion_tokens"] : null;
      if (!isCount(given)) throw new Skip("it does not count");
      want(given <= 2, `it gave ${given} tokens where 2 were allowed`);
    },
  },
  {
    id: "chat/usage",
    wants: "counts more tokens for a longer prompt, where it counts",
    needs: "chat",
    async run(bench) {
      const counts: number[] = [];
      for (const times of [1, 20]) {
        const { usage } = resultOf((await chat(bench, "Water is wet. ".repeat(times)))[1]);
        const count = isObject(usage) ? usage["prompt_tokens"] : null;
        if (!isCount(count)) throw new Skip("it does not count");
        counts.push(count);
      }
      const [short = 0, long = 0] = counts;
      want(long > short, `${short} tokens, and ${long} for twenty times the text`);
    },
  },
];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A PNG of one pixel. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
