import { isDeepStrictEqual as equal } from "node:util";
import { isCount } from "../../core/json.ts";
import { errorOf, goesOn, resultOf } from "./answers.ts";
import { endsCancelled, seen } from "./cancel.ts";
import { type Check } from "./check.ts";
import { callParams, type Example, exampleOf, examplesOf } from "./tool-calls.ts";
import { Skip, want } from "./verdict.ts";
import type { Wire } from "./wire.ts";

/** Many calls of tools: at once, one after the other, cancelled. */
export const toolTrafficChecks: readonly Check[] = [
  {
    id: "tools/many-at-once",
    needs: "tools/call",
    wants: "answers 32 calls that come at once, each once",
    async run({ shared, facts }) {
      const wire = await shared();
      const example = exampleOf(facts);
      const exchanges = Array.from({ length: 32 }, () => open(wire, example));
      for (const exchange of exchanges) resultOf(await wire.answer(exchange));
      const twice = exchanges.filter(({ answers }) => answers.length !== 1);
      want(twice.length === 0, `${twice.length} were answered more than once`);
    },
  },
  {
    id: "tools/own-answers",
    needs: "tools/call",
    wants: "answers calls that come at once each with its own result",
    async run({ shared, facts }) {
      const wire = await shared();
      const examples = examplesOf(facts).slice(0, 16);
      if (examples.length < 2) throw new Skip("it takes two examples to tell");
      const alone: unknown[] = [];
      for (const example of [...examples, ...examples])
        alone.push(resultOf(await wire.answer(open(wire, example))));
      const [once, again] = [alone.slice(0, examples.length), alone.slice(examples.length)];
      if (!equal(once, again)) throw new Skip("it does not give the same twice");
      const exchanges = examples.map((example) => open(wire, example));
      for (const [at, exchange] of exchanges.entries()) {
        const answer = resultOf(await wire.answer(exchange));
        want(equal(answer, once[at]), "a call that came with others had another result than alone");
      }
    },
  },
  {
    id: "tools/one-after-another",
    needs: "tools/call",
    wants: "answers 50 calls one after the other on one process",
    async run({ ready, facts }) {
      const wire = await ready();
      const example = exampleOf(facts);
      for (let count = 0; count < 50; count++) resultOf(await wire.answer(open(wire, example)));
    },
  },
  {
    id: "tools/after-errors",
    needs: "tools/call",
    wants: "answers after 20 calls that it refused",
    async run({ shared, facts }) {
      const wire = await shared();
      const example = exampleOf(facts);
      const wrong = Array.from({ length: 20 }, () => wire.open("tools/call", { name: 7 }));
      for (const exchange of wrong) errorOf(await wire.answer(exchange));
      resultOf(await wire.answer(open(wire, example)));
    },
  },
  {
    id: "tools/health-meanwhile",
    needs: "tools/call",
    wants: "tells that it is well while calls are under way",
    async run({ shared, facts }) {
      const wire = await shared();
      const example = exampleOf(facts);
      const exchanges = Array.from({ length: 8 }, () => open(wire, example));
      await goesOn(wire);
      for (const exchange of exchanges) resultOf(await wire.answer(exchange));
    },
  },
  {
    id: "tools/cancel",
    needs: "tools/call",
    wants: "answers a call that is cancelled within 2 s, with -32000 or its result",
    async run({ ready, facts }) {
      const wire = await ready();
      const end = await endsCancelled(wire, open(wire, exampleOf(facts)));
      await goesOn(wire);
      seen(end);
    },
  },
  {
    id: "tools/cancel-many",
    needs: "tools/call",
    wants: "answers each of 16 calls that are all cancelled, once",
    async run({ ready, facts }) {
      const wire = await ready();
      const example = exampleOf(facts);
      const exchanges = Array.from({ length: 16 }, () => open(wire, example));
      const ends = await Promise.all(exchanges.map((exchange) => endsCancelled(wire, exchange)));
      await wire.rest();
      const twice = exchanges.filter(({ answers }) => answers.length !== 1);
      want(twice.length === 0, `${twice.length} were answered more than once`);
      seen(...ends);
    },
  },
  {
    id: "tools/cancel-one-of-two",
    needs: "tools/call",
    wants: "goes on with a call when another one is cancelled",
    async run({ ready, facts }) {
      const wire = await ready();
      const example = exampleOf(facts);
      const [cancelled, kept] = [open(wire, example), open(wire, example)];
      const end = await endsCancelled(wire, cancelled);
      resultOf(await wire.answer(kept));
      seen(end);
    },
  },
  {
    id: "tools/progress",
    needs: "tools/call",
    wants: "says in each progress what it is at, and no more done than there is",
    async run({ shared, facts }) {
      resultOf(await (await shared()).ask("tools/call", callParams(exampleOf(facts))));
      const notes = facts.wires
        .flatMap(({ exchanges }) => [...exchanges.values()])
        .filter(({ method }) => method === "tools/call")
        .flatMap((exchange) => exchange.notes.map(({ params }) => params));
      if (notes.length === 0) throw new Skip("it sent no progress");
      for (const { message, completed, total } of notes) {
        want(typeof message === "string" && message.trim() !== "", "a message is blank");
        const beyond = isCount(completed) && isCount(total) && completed > total;
        want(!beyond, `${String(completed)} of ${String(total)} are done`);
      }
    },
  },
];

function open(wire: Wire, example: Example) {
  return wire.open("tools/call", callParams(example));
}
