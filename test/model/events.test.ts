import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { EventSplitter } from "../../src/model/events.ts";
import type { StreamEvent } from "../../src/model/events.ts";

function events(...pieces: readonly string[]): readonly StreamEvent[] {
  const splitter = new EventSplitter();
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
}

function data(...pieces: readonly string[]): readonly string[] {
  return events(...pieces).map((event) => event.data);
}

test("EventSplitter takes every end of line, comments, ids, and a last event without its blank line", () => {
  expect(data(": ping\n\nevent: x\nid: 1\ndata: a\n\ndata:b\r\n\r\ndata: c\r\rdata: d")).toEqual([
    "a",
    "b",
    "c",
    "d",
  ]);
});

test("EventSplitter joins the lines of one event", () => {
  expect(data("data: a\ndata: b\n\n")).toEqual(["a\nb"]);
  expect(data("data: a\r", "\ndata: b\r", "\n\r", "\n")).toEqual(["a\nb"]);
});

test("EventSplitter tells names, and forgets one with its event", () => {
  expect(events("event: error\ndata: a\n\ndata: b\n\nevent:x\n\ndata: c\n\n")).toEqual([
    { data: "a", name: "error", bare: false },
    { data: "b", name: null, bare: false },
    { data: "c", name: null, bare: false },
  ]);
});

test("EventSplitter takes a line that begins with a brace for an event of its own", () => {
  expect(events(`{"a":1}\n{"b":2}\n\ndata: c\n{"d":3}`)).toEqual([
    { data: `{"a":1}`, name: null, bare: true },
    { data: `{"b":2}`, name: null, bare: true },
    { data: "c", name: null, bare: false },
    { data: `{"d":3}`, name: null, bare: true },
  ]);
});

test("EventSplitter gives the same events however the text is cut", () => {
  const text = `: héllo\r\ndata: {"a":"ü😀"}\r\n\r\nevent: y\rdata: x\ndata: y\n\n{"b":1}\r\n\r\ndata: [DONE]\n\n`;
  const whole = events(text);
  expect(whole).toHaveLength(4);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 12 }), (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      const pieces = edges.slice(1).map((edge, index) => text.slice(edges[index] ?? 0, edge));
      expect(events(...pieces)).toEqual(whole);
    }),
    { numRuns: 500 },
  );
});
