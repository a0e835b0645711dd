import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { Message, ModelPart } from "../../../src/model/model.ts";
import { outcome } from "../calls.ts";
import type { Outcome } from "../calls.ts";
import { answers } from "../faulty-server.ts";
import type { Reply, SaidCall, ToolWire, Wire } from "../wires/wire.ts";
import { bench, check, closeAfterEach, gives, sends } from "./bench.ts";
import { exchanged, withTools } from "./tool-requests.ts";

const FIND: SaidCall = { id: "call_x1", name: "find_order", input: '{"id":"A1","days":3}' };
const LIST: SaidCall = {
  id: "call_x2",
  name: "list-stock",
  input: '{"id":"ü \u{1F600}","days":0}',
};

type Call = Extract<ModelPart, { type: "tool-call" }>;

export function callsIn({ parts }: Outcome): readonly Call[] {
  return parts.filter((part) => part.type === "tool-call");
}

/** What calls in a reply are made into. */
export function checkToolReplies(base: Wire, toolWire: ToolWire): void {
  const wire = { ...base, skips: { ...base.skips, ...toolWire.skips } };
  const given = async (reply: Reply, messages?: readonly Message[]) =>
    outcome(
      (await bench(wire, gives(wire, reply))).model,
      withTools(messages === undefined ? {} : { messages }),
    );
  const plain = (result: Outcome) =>
    callsIn(result).map(({ name, arguments: input }) => [name, JSON.parse(input) as unknown]);

  describe(`${wire.name}: calls in replies`, () => {
    closeAfterEach();
    test("are parts of their own, before the finish", async () => {
      const result = await given({ calls: [FIND] });
      expect([result.error, result.text]).toEqual([null, ""]);
      expect(plain(result)).toEqual([["find_order", { id: "A1", days: 3 }]]);
      expect(result.parts.at(-1)?.type).toBe("finish");
      expect(result.finish).toMatchObject({ reason: "tool-calls", called: ["find_order"] });
    });
    test("come in the order in which the model made them", async () => {
      const calls = [LIST, FIND, { ...LIST, id: "call_x3", input: '{"id":"z","days":1}' }];
      const result = await given({ calls });
      expect(plain(result)).toEqual(calls.map(({ name, input }) => [name, JSON.parse(input)]));
      expect(new Set(callsIn(result).map(({ id }) => id)).size).toBe(3);
    });
    test("follow the text beside them", async () => {
      const result = await given({ texts: ["Let me ", "look."], calls: [FIND] });
      expect([result.text, plain(result).length]).toEqual(["Let me look.", 1]);
      const kinds = result.parts.map(({ type }) => type).filter((type) => type !== "note");
      expect(kinds).toEqual(["text", "text", "tool-call", "finish"]);
    });
    check(wire, "keep the server's ids", "call-ids", async () => {
      const result = await given({ calls: [FIND, LIST] });
      expect(callsIn(result).map(({ id }) => id)).toEqual(["call_x1", "call_x2"]);
    });
    check(wire, "get ids where the server gives none", "ids-missing", async () => {
      const result = await given({ calls: [FIND, LIST].map((call) => ({ ...call, id: null })) });
      expect(callsIn(result).map(({ id }) => id)).toEqual(["call_1", "call_2"]);
    });
    test("have ids that no call before them has", async () => {
      const before = exchanged({ id: "call_x1", name: "find_order", arguments: "{}" });
      const result = await given({ calls: [FIND, LIST] }, [
        { role: "user", content: "Where is it?" },
        ...before,
      ]);
      const ids = callsIn(result).map(({ id }) => id);
      expect(new Set([...ids, "call_x1"]).size).toBe(3);
    });
    test("are whole however a stream is cut into events", async () => {
      const input = fc.dictionary(
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }),
        fc.oneof(fc.string({ unit: "grapheme", maxLength: 12 }), fc.integer(), fc.boolean()),
        { maxKeys: 4 },
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.constantFrom("find_order", "list-stock"), input), {
            minLength: 1,
            maxLength: 4,
          }),
          fc.integer({ min: 1, max: 9 }),
          async (made, fragment) => {
            const calls = made.map(([name, value], index) => ({
              id: `call_${index}_x`,
              name,
              input: JSON.stringify(value),
            }));
            const result = await given({ calls, fragment });
            expect(result.error).toBeNull();
            expect(plain(result)).toEqual(calls.map((call) => [call.name, JSON.parse(call.input)]));
          },
        ),
        { numRuns: 25 },
      );
    });
    check(wire, "are read from a reply in one piece", "whole", async () => {
      const body = wire.whole({ texts: ["So."], calls: [FIND, LIST] });
      const { model } = await bench(wire, answers(200, body));
      const result = await outcome(model, withTools());
      expect([result.error, result.text, result.finish?.reason]).toEqual([
        null,
        "So.",
        "tool-calls",
      ]);
      expect(plain(result)).toEqual(
        [FIND, LIST].map(({ name, input }) => [name, JSON.parse(input)]),
      );
    });
    test("without arguments have an empty object", async () => {
      const input = toolWire.damaged ? "" : "{}";
      const result = await given({ calls: [{ ...FIND, input }] });
      expect(callsIn(result).map((call) => call.arguments)).toEqual(["{}"]);
    });
    check(wire, "keep damaged arguments as the model wrote them", "damaged", async () => {
      const input = '{"id": "A1", "days": three}';
      const result = await given({ calls: [{ ...FIND, input }, LIST], fragment: 4 });
      expect([result.error, callsIn(result).map((call) => call.arguments)]).toEqual([
        null,
        [input, LIST.input],
      ]);
    });
    test("of a tool that nobody offered are given all the same", async () => {
      const result = await given({ calls: [{ ...FIND, name: "delete_all" }] });
      expect(callsIn(result).map(({ name }) => name)).toEqual(["delete_all"]);
    });
    for (const prefix of ["functions.", "default_api.", "default_api:", "tools/"])
      test(`lose the "${prefix}" that stands before a name on offer`, async () => {
        const result = await given({ calls: [{ ...FIND, name: `${prefix}find_order` }] });
        expect(callsIn(result).map(({ name }) => name)).toEqual(["find_order"]);
      });
    test("keep a prefix that belongs to the name", async () => {
      const result = await given({ calls: [{ ...FIND, name: "functions.drop" }] });
      expect(callsIn(result).map(({ name }) => name)).toEqual(["functions.drop"]);
    });
    test("are counted", async () => {
      const result = await given({ calls: [FIND], usage: { input: 120, output: 34 } });
      expect(result.finish?.usage).toEqual({ prompt_tokens: 120, completion_tokens: 34 });
    });
    test("of a megabyte are whole", async () => {
      const input = JSON.stringify({ id: "0123456789äöü\n".repeat(70_000), days: 1 });
      const result = await given({ calls: [{ ...FIND, input }], fragment: 65_536 });
      expect(result.error).toBeNull();
      expect(JSON.stringify(plain(result)[0]?.[1]) === input).toBe(true);
    });
    test("are none where the stream ends within one", async () => {
      const reply = { calls: [FIND, LIST], fragment: 3 };
      const events = wire.events(reply).slice(0, -wire.ending);
      for (
        let kept = 0;
        kept <= events.length;
        kept += Math.max(1, Math.floor(events.length / 6))
      ) {
        const { model, server } = await bench(wire, sends(wire, events.slice(0, kept)));
        const result = await outcome(model, withTools());
        expect([result.error?.code, result.finish, callsIn(result)]).toEqual([
          "RLLM_017",
          null,
          [],
        ]);
        expect(server.seen.length).toBeGreaterThan(0);
      }
    });
    check(wire, "are none where the limit cut them in half", "half-call", async () => {
      const result = await given({
        calls: [LIST, { ...FIND, input: '{"id":"A' }],
        finish: "length",
        fragment: 3,
      });
      expect([result.finish?.reason, callsIn(result).map(({ name }) => name)]).toEqual([
        "length",
        ["list-stock"],
      ]);
    });
    check(wire, "are none where a filter stopped the answer", "content-filter", async () => {
      const result = await given({ calls: [FIND], finish: "content-filter" });
      expect([result.finish?.reason, callsIn(result)]).toEqual(["content-filter", []]);
    });
    check(wire, "take the thoughts that led to them back with them", "thoughts", async () => {
      const reply = { reasoning: ["let me ", "see"], calls: [FIND], signed: true };
      const made = await bench(wire, gives(wire, reply), gives(wire, { texts: ["ok"] }));
      const first = await outcome(made.model, withTools());
      expect(first.reasoning).toBe("let me see");
      const kept = first.parts.flatMap((part) => (part.type === "kept" ? [part.kept] : []));
      const calls = callsIn(first).map(({ type: _type, ...call }) => call);
      const [call] = calls;
      if (call === undefined) throw new Error("There should be a call");
      await outcome(
        made.model,
        withTools({
          messages: [
            { role: "user", content: "Where is it?" },
            { role: "assistant", content: first.text, calls, kept },
            { role: "tool", content: "found", call, failed: false },
          ],
        }),
      );
      const seen = made.server.seen[1];
      const turns = seen === undefined ? [] : toolWire.turns(seen);
      const [assistant] = turns.flatMap((turn) => (turn.role === "assistant" ? [turn] : []));
      expect(assistant?.thoughts).toEqual(toolWire.thoughts);
    });
  });
}
