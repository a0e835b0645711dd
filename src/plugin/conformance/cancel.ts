import { ERRORS } from "../../../plugins/sdk/protocol.ts";
import { HOST_DEADLINES } from "../limits.ts";
import { chat, chatParams, errorIn, errorOf, goesOn, resultOf } from "./answers.ts";
import { type Bench, type Check } from "./check.ts";
import { Skip, want } from "./verdict.ts";
import type { Exchange, Message, Wire } from "./wire.ts";

/** Text that keeps a model busy for a while. */
const LONG = "Tell a long story of a lighthouse. ".repeat(40);
const MORE = { params: { max_tokens: 4096 } };

/** A request that was cancelled ends as `cancelled`, unless its result was on its way. */
export const cancelChecks: readonly Check[] = [
  {
    id: "cancel/under-way",
    wants: "answers a chat that is cancelled within 2 s, with -32000 or with what it had by then",
    needs: "chat",
    async run(bench) {
      const wire = await bench.ready();
      const exchange = wire.open("chat", chatParams(bench.facts, LONG, MORE));
      await Promise.race([
        wire.rest(50),
        wire.until(() => exchange.notes.length > 0, "no part came"),
      ]);
      seen(await endsCancelled(wire, exchange));
      await goesOn(wire);
    },
  },
  {
    id: "cancel/at-once",
    wants: "answers a chat that is cancelled in the same breath",
    needs: "chat",
    async run(bench) {
      const wire = await bench.ready();
      const end = await endsCancelled(wire, wire.open("chat", chatParams(bench.facts, LONG, MORE)));
      await goesOn(wire);
      seen(end);
    },
  },
  {
    id: "cancel/many",
    wants: "answers each of 16 chats that are all cancelled, once",
    needs: "chat",
    async run(bench) {
      const wire = await bench.ready();
      const exchanges = Array.from({ length: 16 }, () =>
        wire.open("chat", chatParams(bench.facts, LONG, MORE)),
      );
      const ends = await Promise.all(exchanges.map((exchange) => endsCancelled(wire, exchange)));
      await wire.rest();
      want(
        exchanges.every(({ answers }) => answers.length === 1),
        "some were answered more than once",
      );
      seen(...ends);
    },
  },
  {
    id: "cancel/one-of-two",
    wants: "goes on with a chat when another one is cancelled",
    needs: "chat",
    async run(bench) {
      const wire = await bench.ready();
      const [cancelled, kept] = [
        wire.open("chat", chatParams(bench.facts, LONG, MORE)),
        wire.open("chat", chatParams(bench.facts, "Say hello.")),
      ];
      const end = await endsCancelled(wire, cancelled);
      resultOf(await wire.answer(kept));
      seen(end);
    },
  },
  {
    id: "cancel/too-late",
    wants: "passes over a cancel for what it has answered",
    needs: "chat",
    async run(bench) {
      const [exchange, , wire] = await chat(bench, "Say hello.");
      await passesOver(wire, { id: exchange.id });
      want(exchange.answers.length === 1, "it answered once more");
    },
  },
  {
    id: "cancel/unknown",
    wants: "passes over a cancel for what was never asked",
    run: async (bench: Bench) => await passesOver(await bench.shared(), { id: 2 ** 40 }),
  },
  ...[{}, { id: "1" }, { id: null }, []].map((params, at): Check => ({
    id: `cancel/malformed-${at + 1}`,
    wants: `passes over a cancel with the params \`${JSON.stringify(params)}\``,
    run: async (bench) => await passesOver(await bench.shared(), params),
  })),
];

/**
 * Whether a request ended as cancelled, or with its result. @throws {Miss} when it ended otherwise
 */
export async function endsCancelled(
  wire: Wire,
  exchange: Exchange,
): Promise<"cancelled" | "result"> {
  wire.send({ method: "cancel", params: { id: exchange.id } });
  const answer: Message = await wire.answer(exchange, HOST_DEADLINES.cancel);
  if (errorIn(answer) === null) {
    resultOf(answer);
    return "result";
  }
  errorOf(answer, ERRORS.cancelled);
  return "cancelled";
}

/** A result may have been on its way. @throws {Skip} when all requests ended with one */
export function seen(...ends: readonly ("cancelled" | "result")[]): void {
  if (ends.includes("cancelled")) return;
  throw new Skip("it answered in full, as without a cancel: try a slower one");
}

async function passesOver(wire: Wire, params: unknown): Promise<void> {
  wire.send({ method: "cancel", params });
  await goesOn(wire);
  want(
    wire.refusals.length === 0,
    () => `it answered: ${JSON.stringify(wire.refusals.splice(0)[0])}`,
  );
}
