import { ERRORS } from "../../../plugins/sdk/protocol.ts";
import { isObject } from "../../core/json.ts";
import { chat, chatParams, errorOf, goesOn, resultOf, RPC } from "./answers.ts";
import { type Check } from "./check.ts";
import { want } from "./verdict.ts";
import type { Exchange, Wire } from "./wire.ts";

const UNKNOWN_MODEL = "modullm-no-sùch-模型-🦙";

/** A chat that is not one. */
function refuses(id: string, wants: string, change: (params: object) => object): Check {
  return {
    id,
    wants: `${wants} with -32602`,
    needs: "chat",
    async run({ shared, facts }) {
      const wire = await shared();
      errorOf(await wire.ask("chat", change(chatParams(facts, "Hello"))), RPC.params);
    },
  };
}

/** Chats that are none, and many chats. */
export const chatTrafficChecks: readonly Check[] = [
  {
    id: "chat/unknown-model",
    wants: "answers for a model that it has not with -32001 and the model in its data",
    needs: "chat",
    async run(bench) {
      const [, answer] = await chat(bench, "Hello", { model: UNKNOWN_MODEL });
      const { data } = errorOf(answer, ERRORS.model_not_found);
      want(isObject(data) && data["model"] === UNKNOWN_MODEL, `data is ${JSON.stringify(data)}`);
    },
  },
  refuses("chat/no-params", "answers a chat without params", () => ({})),
  refuses("chat/model-is-a-number", "answers a model that is a number", (params) => ({
    ...params,
    model: 7,
  })),
  refuses("chat/no-messages", "answers a chat without messages", (params) => ({
    ...params,
    messages: undefined,
  })),
  refuses("chat/messages-are-text", "answers messages that are text", (params) => ({
    ...params,
    messages: "Hello",
  })),
  refuses("chat/empty-messages", "answers an empty list of messages", (params) => ({
    ...params,
    messages: [],
  })),
  refuses("chat/unknown-role", "answers a role that is none", (params) => ({
    ...params,
    messages: [{ role: "robot", content: "Hello" }],
  })),
  refuses("chat/no-content", "answers a message without content", (params) => ({
    ...params,
    messages: [{ role: "user" }],
  })),
  {
    id: "chat/after-errors",
    wants: "answers after 20 requests that it refused",
    needs: "chat",
    async run(bench) {
      const wire = await bench.shared();
      const wrong = Array.from({ length: 20 }, () => wire.open("chat", { model: 7 }));
      for (const exchange of wrong) errorOf(await wire.answer(exchange));
      resultOf((await chat(bench, "Say hello."))[1]);
    },
  },
  {
    id: "chat/many-at-once",
    wants: "answers 32 chats that come at once, each once",
    needs: "chat",
    async run(bench) {
      const wire = await bench.shared();
      await allAnswered(
        wire,
        Array.from({ length: 32 }, (_, at) =>
          wire.open("chat", chatParams(bench.facts, `Say ${at}.`)),
        ),
      );
    },
  },
  {
    id: "chat/health-meanwhile",
    wants: "tells that it is well while chats are under way",
    needs: "chat",
    async run(bench) {
      const wire = await bench.shared();
      const exchanges = Array.from({ length: 8 }, () =>
        wire.open("chat", chatParams(bench.facts, "Say hello.")),
      );
      await goesOn(wire);
      await allAnswered(wire, exchanges);
    },
  },
  {
    id: "chat/one-after-another",
    wants: "answers 50 chats one after the other on one process",
    needs: "chat",
    async run(bench) {
      const wire = await bench.ready();
      for (let count = 0; count < 50; count++) {
        const params = chatParams(bench.facts, `Say ${count}.`, { params: { max_tokens: 2 } });
        resultOf(await wire.ask("chat", params));
      }
    },
  },
];

async function allAnswered(wire: Wire, exchanges: readonly Exchange[]): Promise<void> {
  for (const exchange of exchanges) resultOf(await wire.answer(exchange));
  const twice = exchanges.filter((exchange) => exchange.answers.length !== 1);
  want(twice.length === 0, `${twice.length} were answered more than once`);
}
