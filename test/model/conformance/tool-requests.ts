import { describe, expect, test } from "bun:test";
import type { Message, ModelRequest, ToolMessage } from "../../../src/model/model.ts";
import type { ToolCall, ToolChoice } from "../../../src/model/tool.ts";
import { ask, notesOf, outcome } from "../calls.ts";
import type { AskedTurn, ToolWire, Wire } from "../wires/wire.ts";
import { bench, check, closeAfterEach, gives, refuses } from "./bench.ts";

const INPUT = {
  type: "object",
  properties: { id: { type: "string" }, days: { type: "integer" } },
  required: ["id", "days"],
  additionalProperties: false,
};
export const OFFERS = [
  { name: "find_order", description: "Finds an order by its number", input: INPUT },
  { name: "list-stock", description: "Lists what is there", input: INPUT },
];
const SCHEMA = {
  type: "object",
  properties: { text: { type: "string" } },
  required: ["text"],
  additionalProperties: false,
};
const PICTURE = { mediaType: "image/png", data: "iVBORw0KGgo=", name: "dot.png" };

export function withTools(
  more: Partial<ModelRequest> = {},
  choice: ToolChoice = "auto",
): ModelRequest {
  return ask({ stream: true, tools: { offers: OFFERS, choice, parallel: true }, ...more });
}

/** A call, and what came of it. */
export function exchanged(call: ToolCall, result: Partial<ToolMessage> = {}): readonly Message[] {
  const { id, name } = call;
  return [
    { role: "assistant", content: "", calls: [call] },
    { role: "tool", content: "found", call: { id, name }, failed: false, ...result },
  ];
}

const ASKED: Message = { role: "user", content: "Where is it?" };
const CALL = { id: "call_a1", name: "find_order", arguments: '{"id":"A1","days":3}' };

/** What reaches the server of tools, calls and results. */
export function checkToolRequests(base: Wire, toolWire: ToolWire): void {
  const wire = { ...base, skips: { ...base.skips, ...toolWire.skips } };
  const sent = async (request: ModelRequest) => {
    const made = await bench(wire, gives(wire, { texts: ["ok"] }));
    const result = await outcome(made.model, request);
    const [seen] = made.server.seen;
    if (seen === undefined) throw new Error(`Nothing was sent: ${String(result.error?.message)}`);
    return { result, seen };
  };
  const turns = async (...messages: readonly Message[]) =>
    toolWire.turns((await sent(withTools({ messages: [ASKED, ...messages] }))).seen);
  const results = (all: readonly AskedTurn[]) =>
    all.flatMap((turn) => (turn.role === "results" ? [turn] : []));
  const assistants = (all: readonly AskedTurn[]) =>
    all.flatMap((turn) => (turn.role === "assistant" ? [turn] : []));

  describe(`${wire.name}: tools in requests`, () => {
    closeAfterEach();
    test("are offered with name, description and schema", async () => {
      const { seen, result } = await sent(withTools());
      expect(toolWire.offers(seen)).toEqual(
        OFFERS.map(({ name, description, input }) => ({ name, description, schema: input })),
      );
      expect(notesOf(result, "schema-weakened")).toEqual([]);
    });
    for (const choice of ["auto", "required", "none"] as const)
      check(wire, `go with the choice "${choice}"`, `choice-${choice}`, async () => {
        const { seen } = await sent(withTools({}, choice));
        expect(toolWire.choice(seen)).toEqual(toolWire.choices[choice]);
      });
    check(wire, "go with one tool that has to be called", "choice-named", async () => {
      const { seen } = await sent(withTools({}, { name: "find_order" }));
      expect(toolWire.choice(seen)).toEqual(toolWire.choices.named);
    });
    check(wire, "ask for calls one by one where several are not wanted", "single", async () => {
      const tools = { offers: OFFERS, choice: "auto" as const, parallel: false };
      const { seen } = await sent(withTools({ tools }));
      expect(toolWire.single(seen)).toBe(true);
      expect(toolWire.single((await sent(withTools())).seen)).toBe(false);
    });
    test("are not there where none are offered", async () => {
      const { seen } = await sent(
        ask({ stream: true, tools: { offers: [], choice: "auto", parallel: true } }),
      );
      expect(toolWire.offers(seen)).toEqual([]);
      expect(seen.text).not.toContain("tool");
    });
    test("say once what the server does not hold the model to", async () => {
      const input = {
        ...INPUT,
        properties: { ...INPUT.properties, id: { type: "string", not: { const: "x" } } },
      };
      const tools = { offers: [{ ...OFFERS[0], input }], choice: "auto" as const, parallel: true };
      const first = (await sent(withTools({ tools } as Partial<ModelRequest>))).result;
      const later = [ASKED, ...exchanged(CALL)];
      const second = (await sent(withTools({ tools, messages: later } as Partial<ModelRequest>)))
        .result;
      const count = wire.skips["tool-schema-note"] === undefined ? 1 : 0;
      expect(notesOf(first, "schema-weakened")).toHaveLength(count);
      expect(notesOf(second, "schema-weakened")).toEqual([]);
      if (count > 0)
        expect(notesOf(first, "schema-weakened").join()).toContain("/tools/find_order/");
    });

    test("carry a call and its result back", async () => {
      const all = await turns(...exchanged(CALL));
      const [call] = assistants(all);
      const [result] = results(all);
      expect(all.map(({ role }) => role)).toEqual(["user", "assistant", "results"]);
      expect(call?.calls).toEqual([
        { id: call?.calls[0]?.id ?? null, name: "find_order", input: { id: "A1", days: 3 } },
      ]);
      expect(result?.results).toEqual([
        { id: call?.calls[0]?.id ?? null, text: "found", failed: false },
      ]);
      if (wire.skips["call-ids"] === undefined) expect(call?.calls[0]?.id).toBe("call_a1");
    });
    test("carry the results of one turn together, in their order", async () => {
      const calls = ["a", "b", "c"].map((letter) => ({ ...CALL, id: `call_${letter}` }));
      const answers = calls.map(({ id, name }): Message => ({
        role: "tool",
        content: `of ${id}`,
        call: { id, name },
        failed: false,
      }));
      const all = await turns({ role: "assistant", content: "", calls }, ...answers);
      expect(all.map(({ role }) => role)).toEqual(["user", "assistant", "results"]);
      expect(results(all)[0]?.results.map(({ text }) => text)).toEqual([
        "of call_a",
        "of call_b",
        "of call_c",
      ]);
      expect(results(all)[0]?.results.map(({ id }) => id)).toEqual(
        assistants(all)[0]?.calls.map(({ id }) => id) ?? [],
      );
    });
    test("carry two turns of calls, and the answer of a turn before", async () => {
      const second = { ...CALL, id: "call_b2", arguments: '{"id":"B2","days":1}' };
      const all = await turns(
        ...exchanged(CALL),
        ...exchanged(second, { content: "gone" }),
        { role: "assistant", content: "It is gone." },
        { role: "user", content: "Really?" },
      );
      expect(all.map(({ role }) => role)).toEqual([
        "user",
        "assistant",
        "results",
        "assistant",
        "results",
        "assistant",
        "user",
      ]);
      expect(results(all).map(({ results: [only] }) => only?.text)).toEqual(["found", "gone"]);
      expect(assistants(all)[2]).toMatchObject({ text: "It is gone.", calls: [] });
    });
    test("carry the text beside a call", async () => {
      const [, answer] = exchanged(CALL);
      const all = await turns(
        { role: "assistant", content: "Let me look.", calls: [CALL] },
        ...(answer === undefined ? [] : [answer]),
      );
      expect(assistants(all)[0]).toMatchObject({
        text: "Let me look.",
        calls: [{ name: "find_order" }],
      });
    });
    test("say that a call failed", async () => {
      const all = await turns(...exchanged(CALL, { content: "no such order", failed: true }));
      expect(results(all)[0]?.results).toMatchObject([{ text: "no such order", failed: true }]);
    });
    test("carry a result byte for byte", async () => {
      const content = '  Zwölf\r\n {{x}} \u{1F600} \\u00e9 "quoted" {"a":1}\n\n';
      expect(results(await turns(...exchanged(CALL, { content })))[0]?.results[0]?.text).toBe(
        content,
      );
    });
    test("carry a result of a megabyte", async () => {
      const content = "0123456789abcde\n".repeat(65_536);
      const [found] = results(await turns(...exchanged(CALL, { content })));
      expect(found?.results[0]?.text === content).toBe(true);
    });
    test("carry arguments with all their characters and digits", async () => {
      const input = '{"id":"Köln \u{1F600} \\"x\\"","days":12345678901234567890}';
      const { seen } = await sent(
        withTools({ messages: [ASKED, ...exchanged({ ...CALL, arguments: input })] }),
      );
      expect(seen.text).toContain("12345678901234567890");
      expect(seen.text).toContain("Köln \u{1F600}");
    });
    check(wire, "carry a picture as a result", "image", async () => {
      const [found] = results(await turns(...exchanged(CALL, { attachments: [PICTURE] })));
      expect(found?.results.map(({ text }) => text)).toEqual(["found"]);
      expect(found?.files).toEqual(["data:image/png;base64,iVBORw0KGgo="]);
    });
    test("carry pictures of several results behind each other", async () => {
      const calls = ["a", "b"].map((letter) => ({ ...CALL, id: `call_${letter}` }));
      const pictures = ["iVBORw0KGgo=", "iVBORw0KGgp="].map((data) => ({ ...PICTURE, data }));
      const answers = calls.map(({ id, name }, index): Message => ({
        role: "tool",
        content: id,
        call: { id, name },
        failed: false,
        attachments: pictures.slice(index, index + 1),
      }));
      const [found, ...others] = results(
        await turns({ role: "assistant", content: "", calls }, ...answers),
      );
      expect(others).toEqual([]);
      expect(found?.results.map(({ text }) => text)).toEqual(["call_a", "call_b"]);
      expect(found?.files).toEqual(pictures.map(({ data }) => `data:image/png;base64,${data}`));
    });
    test("carry arguments that the model damaged, as what they are", async () => {
      const [call] = assistants(await turns(...exchanged({ ...CALL, arguments: '{"id": "A1", ' })));
      expect(call?.calls[0]?.input).toEqual({ INVALID_JSON: '{"id": "A1", ' });
    });
    test("carry a name that the model made up in characters that are taken", async () => {
      const made = { ...CALL, name: "find order/ü" };
      expect(assistants(await turns(...exchanged(made)))[0]?.calls[0]?.name).toBe("find_order__");
    });
    check(
      wire,
      "carry an id of another server in a form that is taken",
      "foreign-ids",
      async () => {
        const foreign = { ...CALL, id: `functions.find_order:0/${"x".repeat(90)}` };
        const all = await turns(...exchanged(foreign));
        const id = assistants(all)[0]?.calls[0]?.id ?? "";
        expect(id).toMatch(/^[A-Za-z0-9_-]{1,40}$/);
        expect(results(all)[0]?.results[0]?.id).toBe(id);
      },
    );
    test("carry what another protocol wanted back to nobody else", async () => {
      const secret = "an opaque thought of another server";
      const [call, answer] = exchanged({ ...CALL, signature: secret });
      const kept = [{ protocol: "elsewhere" as never, value: { reasoning_content: secret } }];
      const messages = [ASKED, { ...call, kept } as Message, answer as Message];
      const { seen } = await sent(withTools({ messages }));
      if (wire.skips["signature"] === undefined) expect(seen.text).not.toContain(secret);
      else expect(seen.text.split(secret)).toHaveLength(2);
    });

    checkSchema(wire, toolWire);
    test("are refused with RLLM_017, once, where the model calls none", async () => {
      const { status, message } = toolWire.refused;
      const made = await bench(
        wire,
        refuses(wire, status, message),
        gives(wire, { texts: ["ok"] }),
      );
      const { error } = await outcome(made.model, withTools());
      expect([error?.code, error?.retryable, made.server.seen.length]).toEqual([
        "RLLM_017",
        false,
        1,
      ]);
      expect(error?.hint).toContain("Name a model that calls tools");
    });
  });
}

function checkSchema(wire: Wire, toolWire: ToolWire): void {
  const { apart } = toolWire;
  const name = "go without the answer's schema where both can't go, until none may be called";
  if (apart === null) return test.skip(`${name} (not here: every model takes both)`, () => {});
  test(name, async () => {
    const made = await bench({ ...wire, ...apart }, gives(wire, { texts: ["{}"] }));
    const first = await outcome(made.model, withTools({ schema: SCHEMA }));
    const last = await outcome(made.model, withTools({ schema: SCHEMA }, "none"));
    const [early, late] = made.server.seen;
    if (early === undefined || late === undefined) throw new Error("Two calls should have come");
    expect([wire.ask(early).schema, toolWire.offers(early).length]).toEqual([null, 2]);
    expect(wire.ask(late).schema).toEqual(SCHEMA);
    expect([first, last].map((result) => notesOf(result, "schema-weakened").length)).toEqual([
      1, 0,
    ]);
  });
}
