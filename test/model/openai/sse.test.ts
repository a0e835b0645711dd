import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { readEvents } from "../../../src/model/openai/sse.ts";

async function events(...pieces: readonly (string | Uint8Array)[]): Promise<string[]> {
  const encoder = new TextEncoder();
  async function* bytes() {
    for (const piece of pieces) yield typeof piece === "string" ? encoder.encode(piece) : piece;
  }
  return Array.fromAsync(readEvents(bytes()));
}

test("readEvents() takes every end of line, comments, names, and a last event without its blank line", async () => {
  expect(
    await events(": ping\n\nevent: x\nid: 1\ndata: a\n\ndata:b\r\n\r\ndata: c\r\rdata: d"),
  ).toEqual(["a", "b", "c", "d"]);
});

test("readEvents() joins the lines of one event", async () => {
  expect(await events("data: a\ndata: b\n\n")).toEqual(["a\nb"]);
  expect(await events("data: a\r", "\ndata: b\r", "\n\r", "\n")).toEqual(["a\nb"]);
});

test("readEvents() gives the same events however the bytes are cut", async () => {
  const text = `: héllo\r\ndata: {"a":"ü😀"}\r\n\r\ndata: x\ndata: y\n\ndata: [DONE]\n\n`;
  const bytes = new TextEncoder().encode(text);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 }),
      async (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const pieces = edges.slice(1).map((edge, index) => bytes.subarray(edges[index] ?? 0, edge));
        expect(await events(...pieces)).toEqual([`{"a":"ü😀"}`, "x\ny", "[DONE]"]);
      },
    ),
    { numRuns: 200 },
  );
});
