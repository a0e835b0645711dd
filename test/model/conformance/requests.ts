import { describe, expect, test } from "bun:test";
import type { Message } from "../../../src/model/model.ts";
import type { ModelRequest } from "../../../src/model/model.ts";
import { ask, notesOf, outcome } from "../calls.ts";
import { answers } from "../faulty-server.ts";
import type { Wire } from "../wires/wire.ts";
import { bench, check, closeAfterEach, gives, refuses } from "./bench.ts";

const SCHEMA = {
  type: "object",
  properties: { text: { type: "string" }, size: { type: "integer" } },
  required: ["text", "size"],
  additionalProperties: false,
};
const TOOL = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Looks out",
    parameters: { type: "object", properties: {} },
  },
};
const PICTURE = { mediaType: "image/png", data: "iVBORw0KGgo=", name: "dot.png" };

/** What reaches the server, in whichever form. */
export function checkRequests(wire: Wire): void {
  const sent = async (more: Partial<ModelRequest>) => {
    const made = await bench(wire, gives(wire, { texts: ["ok"] }));
    const result = await outcome(made.model, ask({ stream: true, ...more }));
    const [seen] = made.server.seen;
    if (seen === undefined) throw new Error(`Nothing was sent: ${String(result.error?.message)}`);
    return { result, seen, asked: wire.ask(seen) };
  };

  describe(`${wire.name}: requests`, () => {
    closeAfterEach();
    test("go to the protocol's address", async () => {
      expect((await sent({})).seen).toMatchObject({ method: "POST", path: wire.path });
    });
    check(
      wire,
      "carry the key where the provider looks for it, and nowhere else",
      "key-header",
      async () => {
        const { seen } = await sent({});
        const [name, value] = wire.keyHeader;
        expect(seen.headers[name]).toBe(value);
        expect(
          Object.values({ ...seen.headers, [name]: "" }).join() + seen.path + seen.text,
        ).not.toContain(value);
      },
    );
    test("carry the prompt byte for byte", async () => {
      const content = '  Zwölf\r\n\u0000 {{x}} \u{1F600} \\u00e9 "quoted"\n\n';
      expect((await sent({ messages: [{ role: "user", content }] })).asked.turns).toEqual([
        { role: "user", text: content },
      ]);
    });
    test("carry a prompt of a megabyte", async () => {
      const content = "0123456789abcde\n".repeat(65_536);
      expect(
        (await sent({ messages: [{ role: "user", content }] })).asked.turns[0]?.text === content,
      ).toBe(true);
    });
    test("carry the system message and the turns of a conversation in order", async () => {
      const messages: readonly Message[] = [
        { role: "system", content: "Be brief." },
        { role: "user", content: "One" },
        { role: "assistant", content: "1" },
        { role: "user", content: "Two" },
      ];
      const { asked } = await sent({ messages });
      expect(asked.system).toBe("Be brief.");
      expect(asked.turns).toEqual(
        messages.slice(1).map(({ role, content }) => ({ role, text: content })),
      );
    });
    test("carry limit, temperature and stop under the protocol's names", async () => {
      const { asked } = await sent({ params: { max_tokens: 77, temperature: 0.5, stop: ["END"] } });
      const stop = wire.name === "responses" ? undefined : ["END"];
      expect([asked.maxTokens, asked.temperature, asked.stop]).toEqual([77, 0.5, stop]);
    });
    test("leave out what the provider refuses, and say so", async () => {
      const [name, value] = wire.refusedParam;
      const { seen, result } = await sent({ params: { [name]: value } });
      expect(seen.text).not.toContain(`"${name}"`);
      expect(notesOf(result, "degraded").join()).toContain(`"${name}"`);
    });
    test("carry headers and body fields of the program's own", async () => {
      const params = {
        extra_headers: { "X-Trace": "t-1" },
        extra_body: { some_field: { deep: 1 } },
      };
      const { seen } = await sent({ params });
      expect([seen.headers["x-trace"], seen.body["some_field"]]).toEqual(["t-1", { deep: 1 }]);
    });
    test("carry the program's tools", async () => {
      expect((await sent({ params: { tools: [TOOL] } })).asked.tools).toEqual(["get_weather"]);
    });
    test("carry the schema of the answer", async () => {
      const { asked, result } = await sent({ schema: SCHEMA });
      expect(asked.schema).toEqual(SCHEMA);
      expect(notesOf(result, "schema-weakened")).toEqual([]);
    });
    test("carry no schema where there is none", async () => {
      expect((await sent({})).asked.schema).toBeNull();
    });
    test("name what the provider does not enforce", async () => {
      const schema = {
        ...SCHEMA,
        properties: { ...SCHEMA.properties, text: { type: "string", not: { const: "x" } } },
      };
      const { result } = await sent({ schema });
      const [note] = result.parts.filter(
        (part) => part.type === "note" && part.kind === "schema-weakened",
      );
      expect(note).toMatchObject({
        data: { weakened: [{ pointer: "/properties/text", keyword: "not" }] },
      });
    });
    check(
      wire,
      "go again without the schema where the server refuses it",
      "schema-refused",
      async () => {
        const made = await bench(
          wire,
          refuses(wire, 400, wire.schemaRefused),
          gives(wire, { texts: ["{}"] }),
        );
        const result = await outcome(made.model, ask({ stream: true, schema: SCHEMA }));
        expect(result.text).toBe("{}");
        expect(made.server.seen.map((seen) => wire.ask(seen).schema)).toEqual([SCHEMA, null]);
        expect(notesOf(result, "schema-weakened")).toHaveLength(1);
      },
    );
    check(wire, "carry a picture before the text", "image", async () => {
      const { asked } = await sent({
        messages: [{ role: "user", content: "What is it?", attachments: [PICTURE] }],
      });
      expect(asked.files).toEqual(["data:image/png;base64,iVBORw0KGgo="]);
      expect(asked.turns).toEqual([{ role: "user", text: "What is it?" }]);
    });
    check(wire, "are not made with a file that the model can't take", "not-taken", async () => {
      const made = await bench(wire, gives(wire, { texts: ["ok"] }));
      const attachments = [{ mediaType: "application/zip", data: "UEsDBA==", name: "all.zip" }];
      const result = await outcome(
        made.model,
        ask({ messages: [{ role: "user", content: "Open it", attachments }] }),
      );
      expect([result.error?.code, made.server.seen.length]).toEqual(["RLLM_017", 0]);
      expect(result.error?.message).toContain(`"all.zip" is application/zip`);
    });
    test("made at the same time get their own answers", async () => {
      const { model } = await bench(wire, (socket, seen) =>
        gives(wire, { texts: [`${wire.ask(seen).turns[0]?.text}!`] })(socket, seen),
      );
      const asked = Array.from({ length: 20 }, (_, index) => `call ${index}`);
      const results = await Promise.all(
        asked.map((content) => outcome(model, ask({ messages: [{ role: "user", content }] }))),
      );
      expect(results.map(({ text }) => text)).toEqual(asked.map((content) => `${content}!`));
    });
    test("for the names of models go to the protocol's address", async () => {
      const { list, server } = await bench(wire, answers(200, wire.list(["one", "two"])));
      expect(await list()).toEqual(["one", "two"]);
      expect([server.seen[0]?.method, server.seen[0]?.path]).toEqual(["GET", wire.listPath]);
    });
  });
}
