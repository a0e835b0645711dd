import { chatParams, resultOf } from "./answers.ts";
import { type Bench, type Check } from "./check.ts";
import { want } from "./verdict.ts";
import type { Exchange, Wire } from "./wire.ts";

/** Milliseconds to end in, with what a busy machine needs. */
const SOON = 3000;

/** How a process ends. */
export const endChecks: readonly Check[] = [
  {
    id: "end/shutdown",
    wants: "answers shutdown, and ends with status 0 within 3 s",
    async run({ ready }) {
      const wire = await ready();
      resultOf(await wire.ask("shutdown", {}));
      await endsWell(wire);
    },
  },
  {
    id: "end/shutdown-while-busy",
    wants: "ends within 3 s of shutdown while chats are under way",
    needs: "chat",
    async run(bench) {
      const wire = await bench.ready();
      const exchanges = busy(bench, wire);
      wire.open("shutdown", {});
      await endsWell(wire);
      onceAtMost(exchanges);
    },
  },
  {
    id: "end/input-closed",
    wants: "ends with status 0 within 3 s when standard input is closed",
    async run({ ready }) {
      const wire = await ready();
      wire.endInput();
      await endsWell(wire);
    },
  },
  {
    id: "end/input-closed-while-busy",
    wants: "ends within 3 s when standard input is closed while chats are under way",
    needs: "chat",
    async run(bench) {
      const wire = await bench.ready();
      const exchanges = busy(bench, wire);
      wire.endInput();
      await endsWell(wire);
      onceAtMost(exchanges);
    },
  },
  {
    id: "end/input-closed-at-the-start",
    wants: "ends with status 0 when standard input is closed before initialize",
    async run({ start }) {
      const wire = start();
      wire.endInput();
      await endsWell(wire);
    },
  },
  {
    id: "end/input-closed-within-a-line",
    wants: "ends within 3 s when standard input is closed within a line",
    async run({ ready }) {
      const wire = await ready();
      wire.write('{"jsonrpc":"2.0","id":9,"met');
      wire.endInput();
      await endsWell(wire);
      // Whether it says a word about the half line is its own affair.
      wire.refusals.length = 0;
    },
  },
];

async function endsWell(wire: Wire): Promise<void> {
  const late = new Promise<null>((resolve) => setTimeout(resolve, SOON, null));
  const end = await Promise.race([wire.ended, late]);
  want(end !== null, `it still runs after ${SOON / 1000} s`);
  want(end.clean, `${end.how}${wire.lastWords()}`);
}

function busy({ facts }: Bench, wire: Wire): readonly Exchange[] {
  const params = chatParams(facts, "Tell a long story of a lighthouse.", {
    params: { max_tokens: 512 },
  });
  return Array.from({ length: 4 }, () => wire.open("chat", params));
}

function onceAtMost(exchanges: readonly Exchange[]): void {
  want(
    exchanges.every(({ answers }) => answers.length <= 1),
    "it answered a chat more than once",
  );
}
