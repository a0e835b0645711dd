import { describe, expect, test } from "bun:test";
import { feedback } from "../../src/answer/feedback.ts";
import { readPartial } from "../../src/answer/partial.ts";
import { readAnswer } from "../../src/answer/read.ts";
import { createAnswerReader } from "../../src/answer/reader.ts";
import { contractOf } from "./contracts.ts";

const contract = contractOf({
  type: "object",
  properties: {
    title: { type: "string" },
    tags: { type: "array", items: { type: "string" } },
    size: { type: "integer" },
  },
  required: ["title", "tags"],
});

function partial(text: string): unknown {
  return readPartial(text, contract).value;
}

describe("readPartial()", () => {
  test("closes what is open", () =>
    expect(partial('{"title": "a", "tags": ["x", "y')).toEqual({ title: "a", tags: ["x", "y"] }));
  test("leaves out a key without a value", () =>
    expect(partial('{"title": "a", "size":')).toEqual({ title: "a", tags: [] }));
  test("gives [] and null for what has not come", () =>
    expect(partial('```json\n{"ti')).toEqual({ title: null, tags: [] }));
  test("drops half an escape", () =>
    expect(partial('{"title": "a\\u00')).toEqual({ title: "a", tags: [] }));
  test("reads the digits that are there", () =>
    expect(partial('{"title": "a", "size": 12')).toEqual({ title: "a", tags: [], size: 12 }));
  test("completes a literal", () => {
    expect(readPartial('{"a": tr', contractOf({})).value).toEqual({ a: true });
  });
  test("has nothing before the answer begins, and nothing from reasoning", () => {
    expect(readPartial("Let me see", contract).ok).toBe(false);
    expect(readPartial('<think>\nmaybe {"title": "x"', contract).ok).toBe(false);
  });
});

describe("createAnswerReader()", () => {
  test("gives a value when it changed, and null when not", () => {
    const reader = createAnswerReader(contract);
    expect(reader.push('{"title":')).toEqual({ ok: true, value: { title: null, tags: [] } });
    expect(reader.push(" ")).toBeNull();
    expect(reader.push('"a')).toEqual({ ok: true, value: { title: "a", tags: [] } });
    reader.push('", "tags": ["x"]}');
    expect(reader.end()).toMatchObject({ ok: true, value: { title: "a", tags: ["x"] }, edits: [] });
  });
});

describe("feedback()", () => {
  test("names the path and what was there", () => {
    const reading = readAnswer('{"title": "a", "tags": [{}]}', contract);
    expect(feedback(reading, contract)).toBe(
      "- $.tags[0] is an empty object, but a string is wanted",
    );
  });
  test("writes a key that is no name in brackets and quotes, and the root in words", () => {
    const keyed = contractOf({
      properties: { "due date": { type: "integer" } },
      required: ["due date"],
    });
    const wrong = readAnswer('{"due date": {"a": 1, "b": 2}}', keyed);
    expect(feedback(wrong, keyed)).toStartWith('- $["due date"] is an object');
    const list = contractOf({ type: "array", items: { type: "integer" }, minItems: 2 });
    expect(feedback(readAnswer("[1]", list), list)).toStartWith("- the answer ");
  });
  test("says what form the answer must have when there is no JSON", () => {
    expect(feedback(readAnswer("no", contract), contract)).toContain(
      "answer with one JSON object and nothing else",
    );
  });
  test("is empty for an answer that was read", () => {
    expect(feedback(readAnswer('{"title": "a", "tags": []}', contract), contract)).toBe("");
  });
});
