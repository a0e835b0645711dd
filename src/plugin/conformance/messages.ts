import { chat, errorIn, errorOf, goesOn, resultOf, RPC } from "./answers.ts";
import { type Check } from "./check.ts";
import { Skip, want } from "./verdict.ts";

/** What every program that speaks JSON-RPC in lines must bear, whatever it does besides. */
export const messageChecks: readonly Check[] = [
  {
    id: "messages/ids",
    wants: "answers with the id of the request, up to 2^53 - 1",
    async run({ shared }) {
      const wire = await shared();
      for (const id of [0, 2 ** 31, Number.MAX_SAFE_INTEGER])
        resultOf(await wire.ask("health", {}, id));
    },
  },
  {
    id: "messages/unknown-method",
    wants: "answers an unknown method with -32601",
    async run({ shared }) {
      errorOf(await (await shared()).ask("modullm/no-such-method", {}), RPC.method);
    },
  },
  {
    id: "messages/not-provided",
    wants: "answers methods that it does not provide with -32601",
    async run({ shared, facts }) {
      const wire = await shared();
      const { provides } = facts.initialized;
      const missing = (
        [
          "chat",
          "embed",
          "models/list",
          "models/pull",
          "rerank",
          "tokens/count",
          "tools/call",
          "tools/list",
        ] as const
      ).filter((method) => !provides.includes(method));
      if (missing.length === 0) throw new Skip("it provides everything");
      const params = {
        model: "x",
        name: "x",
        input: {},
        text: "x",
        texts: ["x"],
        query: "x",
        documents: ["x"],
        messages: [{ role: "user", content: "x" }],
      };
      for (const method of missing)
        errorOf(await wire.ask(method, { ...params, params: {}, schema: null }), RPC.method);
    },
  },
  {
    id: "messages/params-list",
    needs: "chat",
    wants: "answers params that are a list with -32602",
    async run({ shared }) {
      errorOf(await (await shared()).ask("chat", ["model"]), RPC.params);
    },
  },
  {
    id: "messages/unknown-notification",
    wants: "passes over notifications that it does not know",
    async run({ shared }) {
      const wire = await shared();
      wire.send({ method: "modullm/no-such-notification", params: { id: 1, later: [] } });
      await goesOn(wire);
      want(
        wire.refusals.length === 0,
        () => `it answered: ${JSON.stringify(wire.refusals.splice(0)[0])}`,
      );
    },
  },
  {
    id: "messages/unknown-members",
    wants: "passes over members that it does not know",
    async run({ shared }) {
      const wire = await shared();
      const exchange = wire.expect("health", {});
      wire.send({
        id: exchange.id,
        method: "health",
        params: { later: { id: 99 } },
        trace: "x",
        meta: { id: 98 },
      });
      resultOf(await wire.answer(exchange));
    },
  },
  {
    id: "messages/member-order",
    wants: "reads the members of a message in any order",
    async run({ shared }) {
      const wire = await shared();
      const exchange = wire.expect("health", {});
      wire.write(
        `{"params":{"x":{"id":5}},"method":"health","id":${exchange.id},"jsonrpc":"2.0"}\n`,
      );
      resultOf(await wire.answer(exchange));
    },
  },
  {
    id: "messages/deep",
    needs: "chat",
    wants: "bears parameters that are nested 500 levels deep",
    async run(bench) {
      const deep: unknown = JSON.parse(`${"[".repeat(500)}1${"]".repeat(500)}`);
      const [, , wire] = await chat(bench, "Hello", { params: { deep } });
      await goesOn(wire);
    },
  },
  {
    id: "messages/prototype",
    needs: "chat",
    wants: "takes names such as __proto__ for names",
    async run(bench) {
      const params: unknown = JSON.parse(
        '{"__proto__":{"max_tokens":1},"constructor":1,"toString":null,"max_tokens":8}',
      );
      const [, answer, wire] = await chat(bench, "Hello", { params });
      want(errorIn(answer)?.code !== RPC.internal, () => `it failed: ${errorIn(answer)?.message}`);
      await goesOn(wire);
    },
  },
  {
    id: "health/answers",
    wants: "says that it is well",
    async run({ shared }) {
      const { ok, message } = resultOf(await (await shared()).ask("health", {}));
      want(ok === true, `ok is ${JSON.stringify(ok)}: ${JSON.stringify(message)}`);
    },
  },
];
