import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { createModels } from "../../../src/model/models.ts";
import { ask, noBaseline, notesOf, outcome } from "../calls.ts";
import type { Outcome } from "../calls.ts";
import { settings } from "../settings.ts";
import type { Reply, Wire } from "../wires/wire.ts";
import { check } from "./bench.ts";

const RUNS = { numRuns: 60 };
const TYPES = [
  "text/event-stream",
  "application/json",
  "application/x-ndjson",
  "text/plain; charset=utf-8",
  "",
];

/** What a model says: any characters, in any pieces; no piece is empty. */
const PIECES = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 6,
});
const REPLY: fc.Arbitrary<Reply> = fc.record({
  texts: PIECES,
  reasoning: fc.oneof(fc.constant([]), PIECES),
  finish: fc.constantFrom("stop", "length"),
});
/** Where a body is cut into packets, as shares of its length. */
const CUTS = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

/** However a reply is cut, labelled and spaced out: it is the reply. */
export function checkSplits(wire: Wire): void {
  describe(`${wire.name}: whatever the split`, () => {
    test("a stream is what it is in one piece", async () => {
      await fc.assert(
        fc.asyncProperty(REPLY, CUTS, fc.constantFrom(...TYPES), async (reply, cuts, type) => {
          const whole = wire.events(reply).join("");
          const result = await read(wire, whole, { cuts, type });
          expect(seen(result)).toEqual({
            text: (reply.texts ?? []).join(""),
            reasoning: (reply.reasoning ?? []).join(""),
            reason: reply.finish,
            usage: { prompt_tokens: 3, completion_tokens: 5 },
            error: null,
          });
        }),
        RUNS,
      );
    });

    test("a reply in one piece is read whatever its label, indented too", async () => {
      const indents = fc.constantFrom(0, 2);
      await fc.assert(
        fc.asyncProperty(
          REPLY,
          CUTS,
          fc.constantFrom(...TYPES),
          indents,
          async (reply, cuts, type, indent) => {
            const body = `${JSON.stringify(wire.whole(reply), null, indent)}\n`;
            const result = await read(wire, body, { cuts, type, encoding: "utf8" });
            expect([result.error, result.text]).toEqual([null, (reply.texts ?? []).join("")]);
            expect(String(result.finish?.reason)).toBe(reply.finish ?? "stop");
          },
        ),
        RUNS,
      );
    });

    test("a stream that is cut anywhere before its finish is no answer", async () => {
      await fc.assert(
        fc.asyncProperty(REPLY, fc.double({ min: 0, max: 1, noNaN: true }), async (reply, at) => {
          const events = wire.events(reply).slice(0, -wire.ending);
          const bytes = Buffer.from(events.join(""), wire.encoding);
          const result = await read(wire, bytes.slice(0, Math.floor(at * bytes.length)), {});
          expect([result.finish, result.error?.code]).toEqual([null, "RLLM_017"]);
        }),
        RUNS,
      );
    });

    for (const [form, error] of ERRORS) {
      check(
        wire,
        `an error anywhere before the finish is one: ${form}`,
        "text-errors",
        async () => {
          await fc.assert(
            fc.asyncProperty(REPLY, CUTS, fc.nat(), async (reply, cuts, at) => {
              const events = wire.events(reply).slice(0, -wire.ending);
              const place = at % (events.length + 1);
              const body = [...events.slice(0, place), error, ...events.slice(place)].join("");
              const result = await read(wire, body, { cuts });
              expect([result.finish, result.error?.code]).toEqual([null, "RLLM_017"]);
              expect(result.error?.message).toContain("the wheels came off");
            }),
            RUNS,
          );
        },
      );
    }

    const { finishing } = wire;
    const name = "a reason on any piece ends nothing that goes on";
    if (finishing === null) test.skip(`${name} (not here: one event alone has it)`, () => {});
    else
      test(name, async () => {
        await fc.assert(
          fc.asyncProperty(REPLY, CUTS, fc.array(fc.boolean()), async (reply, cuts, early) => {
            const body = wire
              .events(reply)
              .map((event, index) => (early[index] === true ? finishing(event) : event))
              .join("");
            const result = await read(wire, body, { cuts });
            expect([result.error, result.text]).toEqual([null, (reply.texts ?? []).join("")]);
            expect(notesOf(result, "warning")).toEqual([]);
          }),
          RUNS,
        );
      });
  });
}

/** An error in each of the forms that servers have for it; lines for streams of lines, too. */
const ERRORS: readonly (readonly [form: string, event: string])[] = [
  ["a name", `\n\nevent: error\ndata: the wheels came off\n\n`],
  ["a named object", `\n\nevent: error\ndata: {"message":"the wheels came off"}\n\n`],
  ["an error", `\n\ndata: {"error":{"message":"the wheels came off"}}\n\n`],
  ["an error as a text", `\n\n{"error":"the wheels came off"}\n\n`],
  ["a type", `\n\ndata: {"type":"error","message":"the wheels came off"}\n\n`],
  ["an object", `\n\ndata: {"object":"error","message":"the wheels came off","code":500}\n\n`],
  ["a status", `\n\ndata: {"status_code":503,"detail":"the wheels came off"}\n\n`],
  ["a list", `\n\ndata: {"errors":[{"message":"the wheels came off"}]}\n\n`],
];

function seen({ text, reasoning, finish, error }: Outcome): object {
  return { text, reasoning, reason: finish?.reason, usage: finish?.usage, error };
}

interface Delivery {
  readonly cuts?: readonly number[];
  readonly type?: string;
  readonly encoding?: BufferEncoding | undefined;
}

/** What a model gives for this body, tried once. */
async function read(
  wire: Wire,
  body: string | Uint8Array,
  { cuts = [], type = wire.type, encoding = wire.encoding }: Delivery,
): Promise<Outcome> {
  const bytes = typeof body === "string" ? Buffer.from(body, encoding) : body;
  const edges = [...cuts, 1].map((cut) => Math.floor(cut * bytes.length)).toSorted((a, b) => a - b);
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      let from = 0;
      for (const edge of edges) {
        if (edge > from) controller.enqueue(bytes.slice(from, edge));
        from = Math.max(from, edge);
      }
      controller.close();
    },
  });
  const answer = async () =>
    new Response(stream, type === "" ? {} : { headers: { "content-type": type } });
  const models = createModels({
    config: settings(wire.settings("http://stand-in.example")),
    baseline: noBaseline,
    fetch: Object.assign(answer, { preconnect: () => undefined }),
  });
  const provider = await models.provider(wire.provider);
  return await outcome(provider.model(wire.model), ask({ stream: true }));
}
