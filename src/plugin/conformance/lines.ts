import { LIMITS } from "../limits.ts";
import { chatParams, errorOf, goesOn, resultOf, RPC } from "./answers.ts";
import { type Check } from "./check.ts";
import { want } from "./verdict.ts";

/** Lines that are not what they should be, or look otherwise than usual. */
export const lineChecks: readonly Check[] = [
  ...[
    "This is not JSON",
    '{"jsonrpc":"2.0","id":7,"method":',
    '{"jsonrpc":"2.0","id":7,"method":"health"}}',
  ].map((line, at): Check => ({
    id: ["messages/prose", "messages/half", "messages/too-many-brackets"][at] ?? "",
    wants: `answers the line \`${line}\` with -32700 and the id null, and goes on`,
    async run({ shared }) {
      const wire = await shared();
      wire.write(`${line}\n`);
      errorOf(await wire.refusal(), RPC.parse);
      await goesOn(wire);
    },
  })),
  ...["42", "null", "[]", "{}"].map((line, at): Check => ({
    id:
      ["messages/number", "messages/null", "messages/empty-list", "messages/empty-object"][at] ??
      "",
    wants: `answers the line \`${line}\` with -32600 or -32700 and the id null, and goes on`,
    async run({ shared }) {
      const wire = await shared();
      wire.write(`${line}\n`);
      errorOf(await wire.refusal(), RPC.request, RPC.parse);
      await goesOn(wire);
    },
  })),
  {
    id: "messages/batch",
    wants: "refuses a batch, which this protocol has not, as a whole",
    async run({ shared }) {
      const wire = await shared();
      const inner = wire.expect("health", {});
      wire.write(
        `${JSON.stringify([{ jsonrpc: "2.0", id: inner.id, method: "health", params: {} }])}\n`,
      );
      errorOf(await wire.refusal(), RPC.request, RPC.parse);
      await goesOn(wire);
      want(inner.answers.length === 0, "it answered a request of the batch");
    },
  },
  {
    id: "messages/other-version",
    wants: "refuses a message of JSON-RPC 1.0 with -32600",
    async run({ shared }) {
      const wire = await shared();
      const exchange = wire.expect("health", {});
      wire.write(
        `${JSON.stringify({ jsonrpc: "1.0", id: exchange.id, method: "health", params: {} })}\n`,
      );
      await wire.until(
        () => exchange.answers.length + wire.refusals.length > 0,
        "nothing was answered",
      );
      errorOf(exchange.answers[0] ?? (await wire.refusal()), RPC.request);
    },
  },
  {
    id: "messages/blank-lines",
    wants: "passes over blank lines",
    async run({ shared }) {
      const wire = await shared();
      wire.write("\n  \n\n");
      await goesOn(wire);
      want(
        wire.refusals.length === 0,
        () => `it answered: ${JSON.stringify(wire.refusals.splice(0)[0])}`,
      );
    },
  },
  {
    id: "messages/white-space",
    wants: "reads JSON with white space in every place, and a carriage return at its end",
    async run({ shared }) {
      const wire = await shared();
      const exchange = wire.expect("health", {});
      wire.write(
        ` { "jsonrpc" :\t"2.0" , "id" : ${exchange.id} , "method" : "health" , "params" : { ` +
          `} } \r\n`,
      );
      resultOf(await wire.answer(exchange));
    },
  },
  {
    id: "messages/escapes",
    needs: "chat",
    wants: "reads every escape of JSON in a text",
    async run({ shared, facts }) {
      const wire = await shared();
      const params = JSON.stringify(chatParams(facts, "ESCAPES"));
      const exchange = wire.expect("chat", params);
      const text = params.replace("ESCAPES", String.raw`\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00`);
      wire.write(`{"jsonrpc":"2.0","id":${exchange.id},"method":"chat","params":${text}}\n`);
      resultOf(await wire.answer(exchange));
    },
  },
  {
    id: "messages/pieces",
    needs: "chat",
    wants: "reads a line that comes in pieces, cut within characters",
    async run({ shared, facts }) {
      const wire = await shared();
      const exchange = wire.expect("chat", chatParams(facts, "Grüße 😀"));
      const { id, method, params } = exchange;
      const bytes = Buffer.from(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
      const cut = bytes.indexOf("😀") + 2;
      for (const piece of [bytes.subarray(0, 9), bytes.subarray(9, cut), bytes.subarray(cut)]) {
        wire.write(piece);
        await wire.rest(20);
      }
      resultOf(await wire.answer(exchange));
    },
  },
  {
    id: "messages/several-at-once",
    wants: "answers 64 requests that come in one piece, each once",
    async run({ shared }) {
      const wire = await shared();
      const exchanges = Array.from({ length: LIMITS.open }, () => wire.expect("health", {}));
      const lines = exchanges.map(({ id, method, params }) =>
        JSON.stringify({ jsonrpc: "2.0", id, method, params }),
      );
      wire.write(`${lines.join("\n")}\n`);
      const answered = (): number => exchanges.filter(({ answers }) => answers.length > 0).length;
      for (const exchange of exchanges) {
        await wire.until(
          () => exchange.answers.length > 0,
          () => `${answered()} of ${exchanges.length} were answered, and no other`,
        );
        resultOf(exchange.answers[0] ?? {});
      }
    },
  },
  {
    id: "messages/not-utf-8",
    wants: "bears a line that is not UTF-8",
    async run({ shared }) {
      const wire = await shared();
      const exchange = wire.expect("health", {});
      const [before, after] = [
        `{"jsonrpc":"2.0","id":${exchange.id},"method":"health","params":{"x":"`,
        '"}}\n',
      ];
      wire.write(
        Buffer.concat([Buffer.from(before), Buffer.of(0xff, 0xc3, 0x28), Buffer.from(after)]),
      );
      await wire.until(
        () => exchange.answers.length + wire.refusals.length > 0,
        "nothing was answered",
      );
      wire.refusals.length = 0;
      await goesOn(wire);
    },
  },
];
