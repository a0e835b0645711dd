import { describe, expect, test } from "bun:test";
import type { RepairLevel } from "../../src/answer/answer.ts";
import { readAnswer } from "../../src/answer/read.ts";
import type { JsonSchema } from "../../src/contract/contract.ts";
import { contractOf } from "./contracts.ts";

const ticket: JsonSchema = {
  type: "object",
  properties: {
    title: { type: "string" },
    priority: { enum: ["LOW", "HIGH"], "x-aliases": { HIGH: "urgent" } },
    hours: { type: "number" },
    open: { type: "boolean" },
    labels: { type: "array", items: { type: "string" } },
    due: { type: "string", format: "date" },
    owner: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
  },
  required: ["title"],
  additionalProperties: false,
};

/** The value that a level reads, or the code it refuses with. */
function read(text: string, schema: JsonSchema = {}, repair: RepairLevel = "safe"): unknown {
  const reading = readAnswer(text, contractOf(schema), { repair });
  return reading.ok ? reading.value : reading.code;
}

function rung(text: string): string | null {
  const reading = readAnswer(text, contractOf(ticket), { repair: "full" });
  return reading.ok ? reading.rung : null;
}

function rules(text: string, schema: JsonSchema = {}, repair: RepairLevel = "full"): string[] {
  return readAnswer(text, contractOf(schema), { repair }).edits.map((edit) => edit.rule);
}

describe("readAnswer() finds", () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    ["the whole text", '{"title": "a"}', { title: "a" }],
    ["a fence", 'Sure!\n```json\n{"title": "a"}\n```\nDone.', { title: "a" }],
    ["an object in prose", 'The ticket is {"title": "a"}, as asked.', { title: "a" }],
    [
      "the later of two",
      '{"title": "draft"}\nOn reflection:\n{"title": "final"}',
      { title: "final" },
    ],
    [
      "what comes after reasoning",
      '<think>{"title": "no"}</think>\n{"title": "yes"}',
      { title: "yes" },
    ],
    [
      "what comes after reasoning whose start is missing",
      'so {"title": "no"}\n</think>\n{"title": "yes"}',
      { title: "yes" },
    ],
    ["a bracket inside a string", 'Here: {"title": "} ]"} ok', { title: "} ]" }],
    ["the object beside a citation", 'As [1] says:\n{"title": "a"}\n[2] agrees.', { title: "a" }],
  ];
  for (const [name, text, value] of cases)
    test(name, () => expect(read(text, ticket, "off")).toEqual(value));
});

describe("readAnswer() repairs at safe", () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    ["a trailing comma", '{"title": "a",}', { title: "a" }],
    ["comments", '{"title": "a" /* why */, // so\n "hours": 2}', { title: "a", hours: 2 }],
    ["single quotes and bare keys", "{title: 'it is', 'hours': 2}", { title: "it is", hours: 2 }],
    ["smart quotes", "{“title”: “a”}", { title: "a" }],
    ["Python's literals", '{"title": "a", "open": True}', { title: "a", open: true }],
    ["a missing comma", '{"title": "a" "hours": 2}', { title: "a", hours: 2 }],
    ["a line end in a string", '{"title": "a\nb"}', { title: "a\nb" }],
    [
      "unescaped quotes",
      '{"title": "say "hi" now", "hours": 1}',
      { title: 'say "hi" now', hours: 1 },
    ],
    ["a backslash that escapes nothing", '{"title": "C:\\work"}', { title: "C:\\work" }],
    ["strings that are added", '{"title": "a" + "b"}', { title: "ab" }],
    ["JSON escaped as a whole", '{\\"title\\": \\"a\\"}', { title: "a" }],
    ["a call around it", 'callback({"title": "a"});', { title: "a" }],
    [
      "text without quotes",
      "{title: fix the door, labels: [one, two]}",
      { title: "fix the door", labels: ["one", "two"] },
    ],
    ["a block of text", '{"title": """\n  a\n    b\n  """}', { title: "a\n  b" }],
    ["tags", "<ticket><title>a</title><hours>2</hours></ticket>", { title: "a", hours: 2 }],
  ];
  for (const [name, text, value] of cases)
    test(name, () => expect(read(text, ticket)).toEqual(value));
});

describe("readAnswer() coerces at safe", () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    ["a number in text", '{"title": "a", "hours": "1,234.5"}', { title: "a", hours: 1234.5 }],
    ["yes to true", '{"title": "a", "open": "yes"}', { title: "a", open: true }],
    ["one value to a list", '{"title": "a", "labels": "x"}', { title: "a", labels: ["x"] }],
    [
      "an enum by case and by alias",
      '{"title": "a", "priority": "Urgent"}',
      { title: "a", priority: "HIGH" },
    ],
    ["a key by case and punctuation", '{"Title ": "a", "HOURS": 1}', { title: "a", hours: 1 }],
    ["a date to ISO", '{"title": "a", "due": "March 5, 2026"}', { title: "a", due: "2026-03-05" }],
    [
      "an object in a string",
      '{"title": "a", "owner": "{\\"name\\": \\"b\\"}"}',
      { title: "a", owner: { name: "b" } },
    ],
    ["a wrapper with one key", '{"result": {"title": "a"}}', { title: "a" }],
    ["a list of one", '[{"title": "a"}]', { title: "a" }],
    ["null for what may be absent", '{"title": "a", "hours": null}', { title: "a" }],
  ];
  for (const [name, text, value] of cases)
    test(name, () => expect(read(text, ticket)).toEqual(value));
});

describe("readAnswer() at full only", () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    [
      "closes what was cut off",
      '{"title": "a", "labels": ["x", "y"',
      { title: "a", labels: ["x", "y"] },
    ],
    ["takes a number for text", '{"title": 5}', { title: "5" }],
    ["finds a missing closing quote", '{"title": "a, "hours": 2}', { title: "a", hours: 2 }],
    ["finds a missing opening brace", '"title": "a", "hours": 2}', { title: "a", hours: 2 }],
    [
      "drops a property that is not wanted",
      '{"title": "a long enough title", "mood": "ok"}',
      { title: "a long enough title" },
    ],
    [
      "finds an enum's value in a sentence",
      '{"title": "a", "priority": "It is urgent today"}',
      { title: "a", priority: "HIGH" },
    ],
    [
      "reads lines of keys and values",
      "**Title:** a\n**Hours:** 2\n**Labels:**\n- x\n- y",
      { title: "a", hours: 2, labels: ["x", "y"] },
    ],
  ];
  for (const [name, text, value] of cases) {
    test(name, () => {
      expect(read(text, ticket, "safe")).toBeString();
      expect(read(text, ticket, "full")).toEqual(value);
    });
  }
});

describe("readAnswer() at full guesses where a mark is missing", () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    ["a key that is cut off before its colon", '{"a": "x", "b"', { a: "x" }],
    ["the same in an object that holds nothing else", '{"a": [1, {"b"', { a: [1, {}] }],
    ["colons between plain keys and values", '{"a" 1, "b" "x"}', { a: 1, b: "x" }],
    ["arrows", '{"a" => 1, "b" => 2}', { a: 1, b: 2 }],
    ["the quote before a list's end", '{"a": ["one", "two], "b": 1}', { a: ["one", "two"], b: 1 }],
    ["the quote before an object's end", '{"a": {"c": "two}, "b": 1}', { a: { c: "two" }, b: 1 }],
    ["an object that was closed too early", '{"a": 1}, "b" "c"}', { a: 1, b: "c" }],
    [
      "a word behind a string",
      '{"a": "a string that is long enough" extra, "b": 2}',
      { a: "a string that is long enough", b: 2 },
    ],
  ];
  for (const [name, text, value] of cases)
    test(name, () => expect(read(text, {}, "full")).toEqual(value));
  test("JSON escaped as a whole is no object with a backslash for a key", () => {
    expect(read('{\\"a\\": \\"b\\"}', {}, "full")).toEqual({ a: "b" });
  });
  test("a word in quotes at the start of a string keeps both its quotes", () => {
    expect(read('{"a": ""so" it goes", "b": 1}')).toEqual({ a: '"so" it goes', b: 1 });
  });
});

describe("readAnswer() refuses", () => {
  const labels: JsonSchema = { type: "array", items: { type: "string" } };
  test("prose where a list is wanted", () =>
    expect(read("I can't do that.", labels, "full")).toBe("RLLM_006"));
  test("bullets as one item of a list, at safe", () => {
    expect(read("- x\n- y", labels)).toBe("RLLM_006");
    expect(read("- x\n- y", labels, "full")).toEqual(["x", "y"]);
  });
  test("a colon with no key before it", () =>
    expect(read('{"a": 1, : 2}', {}, "full")).toBe("RLLM_006"));
  test("text without JSON: RLLM_006", () =>
    expect(read("I can't do that.", ticket, "full")).toBe("RLLM_006"));
  test("JSON of another shape: RLLM_005, with the value and where it fails", () => {
    const reading = readAnswer(
      '{"title": "a", "hours": "many"}',
      contractOf({ ...ticket, required: ["hours"] }),
    );
    expect(reading.ok ? null : [reading.code, reading.value, reading.issues[0]?.path]).toEqual([
      "RLLM_005",
      { title: "a", hours: "many" },
      ["hours"],
    ]);
  });
  test("a list where the root must be an object: RLLM_007", () => {
    const reading = readAnswer("[1, 2]", contractOf({}), { root: "object" });
    expect(reading.ok ? null : reading.code).toBe("RLLM_007");
  });
  test.each(["42", '"a"', "null", "true"])("%s alone, also fenced: RLLM_007", (text) => {
    for (const answer of [text, `\`\`\`json\n${text}\n\`\`\``, `\`\`\`\n${text}\n\`\`\`\n`]) {
      const reading = readAnswer(answer, contractOf(ticket), { root: "object" });
      expect(reading.ok ? null : [reading.code, reading.value]).toEqual([
        "RLLM_007",
        JSON.parse(text),
      ]);
    }
  });
  test("an enum's value that a sentence names beside another", () => {
    expect(read("LOW or maybe HIGH", { enum: ["LOW", "HIGH"] }, "full")).toBe("RLLM_006");
  });
  test("a date that could be two", () =>
    expect(read('{"title": "a", "due": "03/04/2026"}', ticket)).toBe("RLLM_005"));
  test("several values where one alone would lose the rest, at safe", () => {
    expect(read('{"a": 1}\n{"a": 2}', {})).toBe("RLLM_006");
    expect(read('{"a": 1}\n{"a": 2}', {}, "full")).toEqual([{ a: 1 }, { a: 2 }]);
  });
  test("an answer of which too much would be lost", () => {
    expect(read('{"title": "a", what is this doing here at all }', ticket, "full")).toBe(
      "RLLM_006",
    );
  });
  test("nesting without end", () => expect(read("[".repeat(5000), {}, "full")).toBe("RLLM_006"));
});

describe("readAnswer() records", () => {
  test("each edit with rule, path, place and what was there", () => {
    const reading = readAnswer(
      '{"title": "a", "labels": ["x",], "hours": "2"}',
      contractOf(ticket),
    );
    expect(reading.edits).toEqual([
      { rule: "trailing-comma", path: ["labels"], before: ",", after: "", position: 29 },
      { rule: "text-to-number", path: ["hours"], before: '"2"', after: "2", position: 42 },
    ]);
  });
  test("what was lost, counted in letters and digits", () => {
    const reading = readAnswer(
      '{"title": "a long enough title", "mood": "ok"}',
      contractOf(ticket),
      {
        repair: "full",
      },
    );
    expect(reading.lost).toEqual([{ text: '"mood": "ok"', position: 33, characters: 6 }]);
  });
  test("the rung that gave the value", () => {
    expect(rung('{"title": "a"}')).toBe("whole");
    expect(rung('```\n{"title": "a"}\n```')).toBe("fence");
    expect(rung('so {"title": "a"}')).toBe("object");
    expect(rung('<think>\nso {"title": "a"}\n</think>')).toBe("reasoning");
    expect(rung("<t><title>a</title></t>")).toBe("tags");
    expect(rung("title: a\nhours: 1")).toBe("yaml");
    expect(rung("**title**: a\n**hours**: 1")).toBe("outline");
  });
  test("nothing for valid JSON", () => expect(rules('{"title": "a"}', ticket)).toEqual([]));
});

describe("readAnswer() keeps", () => {
  test("text for a contract that wants text, as it stands", () =>
    expect(read(' a "b" ', { type: "string" })).toBe(' a "b" '));
  test("a string that begins with an escaped quote behind an empty object, in prose", () => {
    expect(read('Here: [{}, "\\" "] ok', {}, "off")).toEqual([{}, '" ']);
  });
  test("a key named __proto__ as a key", () => {
    const value = read('{"__proto__": 1, "a": 2,}', {});
    expect(JSON.stringify(value)).toBe('{"__proto__":1,"a":2}');
  });
  test("the longer text of a union over the number in it", () => {
    expect(read("2 cups of flour", { type: ["number", "string"] })).toBe("2 cups of flour");
  });
  test("references that lead in a circle", () => {
    const schema = {
      $ref: "#/$defs/N",
      $defs: {
        N: { type: "object", properties: { v: { type: "integer" }, next: { $ref: "#/$defs/N" } } },
      },
    };
    expect(read("{v: 1, next: {v: '2', next: {}}}", schema)).toEqual({
      v: 1,
      next: { v: 2, next: {} },
    });
  });
});
