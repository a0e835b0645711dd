import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { EventStreamDecoder } from "../../../src/model/bedrock/event-stream.ts";
import { errorOf } from "../calls.ts";
import { eventFrame, exceptionFrame, frame } from "../wires/frames.ts";

const CALLEE = { provider: "bedrock", model: "bedrock/x", host: "aws.example", secrets: [] };

function decoded(frames: string, cuts: readonly number[] = []): string {
  const decoder = new EventStreamDecoder(CALLEE);
  const bytes = Buffer.from(frames, "latin1");
  const edges = [...cuts, 1].map((cut) => Math.floor(cut * bytes.length)).toSorted((a, b) => a - b);
  let from = 0;
  let text = "";
  for (const edge of edges) {
    text += decoder.decode(bytes.subarray(from, edge));
    from = edge;
  }
  return text + decoder.end();
}

function objectsIn(text: string): readonly unknown[] {
  const events = text.split("\n\n").filter((event) => event !== "");
  return events.map((event) => JSON.parse(event.replace(/^data: /, "")) as unknown);
}

describe("EventStreamDecoder", () => {
  test("gives the same events however the bytes are cut", () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
    const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 30 }), { minLength: 1 });
    fc.assert(
      fc.property(texts, cuts, (all, edges) => {
        const frames = all.map((text) => eventFrame("delta", { text })).join("");
        expect(objectsIn(decoded(frames, edges))).toEqual(all.map((text) => ({ delta: { text } })));
      }),
    );
  });
  test("gives errors as errors, with what they mean over HTTP", () => {
    expect(objectsIn(decoded(exceptionFrame("throttlingException", "Too many")))).toEqual([
      { error: { message: "Too many", code: "throttlingException", status: 429 } },
    ]);
    const facts = { ":message-type": "error", ":error-code": "Broken", ":error-message": "Oh" };
    expect(objectsIn(decoded(frame(facts, "")))).toEqual([
      { error: { message: "Oh", code: "Broken" } },
    ]);
  });
  test("refuses a stream of which one byte is another", async () => {
    const bytes = Buffer.from(eventFrame("delta", { text: "hello" }), "latin1");
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      // A first byte of another kind makes it no such stream at all.
      const first = damaged[0] === 0 || damaged[0] === 1;
      if (!first) continue;
      const { code, message } = await errorOf(async () => decoded(damaged.toString("latin1")));
      expect([code, message.includes("a damaged event stream")]).toEqual(["RLLM_017", true]);
    }
  });
  test("leaves a text as it is, its characters whole", () => {
    const text = Buffer.from('{"message":"Zürich \u{1F600}"}').toString("latin1");
    expect(decoded(text, [0.1, 0.5, 0.62, 0.7, 0.75, 0.8])).toBe('{"message":"Zürich \u{1F600}"}');
  });
});
