/** Whole runs with tools, over every protocol. */
import { afterEach, describe, expect, test } from "bun:test";
import { createModels } from "../../src/model/models.ts";
import { noBaseline } from "../model/calls.ts";
import { gives } from "../model/conformance/bench.ts";
import { openServer } from "../model/faulty-server.ts";
import type { FaultyServer } from "../model/faulty-server.ts";
import { settings } from "../model/settings.ts";
import { AZURE, CHAT } from "../model/wires/chat.ts";
import { CHAT_TOOLS } from "../model/wires/chat-tools.ts";
import { CONVERSE, CONVERSE_TOOLS } from "../model/wires/converse.ts";
import { GENERATE, VERTEX } from "../model/wires/generate.ts";
import { GENERATE_TOOLS } from "../model/wires/generate-tools.ts";
import { MESSAGES } from "../model/wires/messages.ts";
import { MESSAGES_TOOLS } from "../model/wires/messages-tools.ts";
import { OLLAMA } from "../model/wires/ollama.ts";
import { OLLAMA_TOOLS } from "../model/wires/ollama-tools.ts";
import { RESPONSES } from "../model/wires/responses.ts";
import { RESPONSES_TOOLS } from "../model/wires/responses-tools.ts";
import type { AskedTurn, Reply, ToolWire, Wire } from "../model/wires/wire.ts";
import { createScript } from "./scripted.ts";
import { desk, echo, ended } from "./tools.ts";

const opened: FaultyServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

const WIRES: readonly (readonly [wire: Wire, tools: ToolWire])[] = [
  [CHAT, CHAT_TOOLS],
  [AZURE, CHAT_TOOLS],
  [{ ...RESPONSES, model: "gpt-5-mini" }, RESPONSES_TOOLS],
  [MESSAGES, MESSAGES_TOOLS],
  [GENERATE, GENERATE_TOOLS],
  [{ ...GENERATE, name: "gemini 3", model: "gemini-3-pro-preview" }, GENERATE_TOOLS],
  [VERTEX, GENERATE_TOOLS],
  [CONVERSE, CONVERSE_TOOLS],
  [OLLAMA, OLLAMA_TOOLS],
];

const TWO: Reply = {
  reasoning: ["let me see"],
  texts: ["Both."],
  calls: [
    { id: "call_a", name: "echo", input: '{"text":"Köln \u{1F600}"}' },
    { id: "call_b", name: "echo", input: '{"text":"two"}' },
  ],
  fragment: 4,
  signed: true,
};
const WRONG: Reply = { calls: [{ id: "call_c", name: "echo", input: '{"times":"many"}' }] };
const DONE: Reply = { texts: ['{"out": "done"}'] };

/** A run of a program that may call `echo`, against a server that answers like this in turn. */
async function run(
  [wire, toolWire]: readonly [Wire, ToolWire],
  front: Record<string, string>,
  ...replies: readonly Reply[]
) {
  const server = await openServer(
    ...replies.map((reply): ReturnType<typeof gives> => (socket, seen) => {
      // Ollama is asked first whether the model is there.
      if (seen.path !== "/api/tags") return gives(wire, reply)(socket, seen);
      const text = JSON.stringify(wire.list([wire.model]));
      socket.end(
        `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
      );
    }),
  );
  opened.push(server);
  const config = settings(wire.settings(`http://${server.host}`));
  const models = createModels({ config, baseline: noBaseline });
  const { tools } = createScript({});
  const given: unknown[] = [];
  const result = await ended(
    await desk({ llm: `{model: "${wire.provider}/${wire.model}"}`, ...front }),
    { ...tools, model: (id) => models.get(id) },
    { tools: { echo: echo(given) } },
  );
  const asked = server.seen.filter(({ path }) => path !== "/api/tags");
  const last = asked.at(-1);
  const turns: readonly AskedTurn[] = last === undefined ? [] : toolWire.turns(last);
  return { ...result, given, asked, turns };
}

for (const pair of WIRES) {
  const [wire, toolWire] = pair;
  describe(`a program with tools over ${wire.name}`, () => {
    test("has its calls made, and gives its answer", async () => {
      const first = wire.name === "ollama" ? [DONE] : [];
      const { output, error, given, asked, turns } = await run(
        pair,
        {},
        ...first,
        TWO,
        WRONG,
        DONE,
      );
      expect([error, output]).toEqual([null, { out: "done" }]);
      expect(given).toEqual([{ text: "Köln \u{1F600}" }, { text: "two" }]);
      expect(asked).toHaveLength(3);
      const results = turns.flatMap((turn) => (turn.role === "results" ? [turn.results] : []));
      expect(results.map((all) => all.map(({ failed }) => failed))).toEqual([
        [false, false],
        [true],
      ]);
      expect(results[0]?.map(({ text }) => text)).toEqual(["Köln \u{1F600}!", "two!"]);
      const assistants = turns.flatMap((turn) => (turn.role === "assistant" ? [turn] : []));
      expect(assistants[0]?.text).toBe("Both.");
      expect(assistants[0]?.thoughts).toEqual(toolWire.thoughts);
    });
    test("is asked for its answer once its turns are over", async () => {
      const first = wire.name === "ollama" ? [DONE] : [];
      const { output, error, asked } = await run(pair, { max_turns: "2" }, ...first, TWO, DONE);
      expect([error, output]).toEqual([null, { out: "done" }]);
      const [, last] = asked;
      if (last === undefined) throw new Error("There should be a second turn");
      expect(wire.ask(last).schema).not.toBeNull();
    });
  });
}
