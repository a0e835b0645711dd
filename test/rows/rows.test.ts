import { describe, expect, test } from "bun:test";
import { compileContract } from "../../src/contract/compile.ts";
import type { Contract, JsonSchema } from "../../src/contract/contract.ts";
import { createRowInput } from "../../src/rows/fields.ts";
import { createPace, parseRate } from "../../src/rows/rate.ts";
import type { RowContent, Rows } from "../../src/rows/row.ts";
import { firstOf, sampleOf } from "../../src/rows/sample.ts";
import { createWriter } from "../../src/rows/writers.ts";
import { gather } from "./gather.ts";

function contractOf(schema: JsonSchema): Contract {
  const compiled = compileContract(schema);
  if (!compiled.ok) throw new Error("the schema is none");
  return compiled.contract;
}

const INPUT = contractOf({
  type: "object",
  properties: {
    text: { type: "string" },
    count: { type: "integer" },
    tags: { type: "array", items: { type: "string" } },
    note: { type: ["string", "null"] },
    score: { type: ["number", "null"] },
    sure: { type: "boolean" },
  },
  required: ["text"],
});

describe("a row's input", () => {
  const warned: string[] = [];
  function inputOf(content: RowContent, map: Record<string, string> = {}) {
    const warn = (message: string): void => void warned.push(message);
    return createRowInput(INPUT, { map, source: "rows", warn })(content, 3);
  }
  const cells = (of: Record<string, string>): RowContent => ({ kind: "cells", cells: of });
  const json = (value: unknown): RowContent => ({ kind: "json", value });

  test("takes its types from the contract", () => {
    const row = { text: "5", count: "5", tags: '["a"]', sure: "true", score: "1.5" };
    expect(inputOf(cells(row))).toEqual({
      text: "5",
      count: 5,
      tags: ["a"],
      sure: true,
      score: 1.5,
    });
  });

  test("has no field for an empty cell that says nothing", () => {
    expect(inputOf(cells({ text: "", count: "", note: "", score: "" }))).toEqual({
      text: "",
      note: "",
      score: null,
    });
  });

  test("leaves columns out that are no fields, and says so", () => {
    expect(inputOf(cells({ text: "a", body: "b" }))).toEqual({ text: "a" });
    expect(warned).toEqual(['The column "body" is no field of the input, and is left out']);
  });

  test("takes fields from the columns that they are mapped to", () => {
    expect(inputOf(cells({ body: "b", n: "7" }), { text: "body", count: "n" })).toEqual({
      text: "b",
      count: 7,
    });
    expect(inputOf(json({ mail: { parts: ["x", "y"] } }), { text: "mail.parts.1" })).toEqual({
      text: "y",
    });
  });

  test("names a column that is not there", () => {
    expect(() => inputOf(cells({ boby: "b" }), { text: "body" })).toThrow(
      'Cannot read row 3, column "body", of rows: there is no column "body". Did you mean "boby"?',
    );
  });

  test("is a JSON object as it is, and a text in the one string field", () => {
    expect(inputOf(json({ text: "a", other: 1 }))).toEqual({ text: "a", other: 1 });
    expect(inputOf({ kind: "text", text: "a" }, { text: "any" })).toEqual({ text: "a" });
    expect(() => inputOf(json([1]))).toThrow("it is array, but an object is wanted");
  });
});

async function* numbered(count: number): Rows {
  for (let number = 1; number <= count; number++)
    yield { number, ok: true, content: { kind: "json", value: number } };
}

describe("a sample", () => {
  const drawn = async (count: number, seed: number) =>
    (await gather(sampleOf(numbered(100), { count, seed }))).map(({ number }) => number);

  test("is the same for a seed, in the order of the rows", async () => {
    const rows = await drawn(20, 1);
    expect(rows).toEqual(await drawn(20, 1));
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(new Set(rows).size).toBe(20);
    expect(rows).not.toEqual(await drawn(20, 2));
  });

  test("draws each row about as often as any other", async () => {
    const counts = Array.from({ length: 101 }, () => 0);
    for (let seed = 0; seed < 2000; seed++)
      for (const row of await drawn(10, seed)) counts[row] = (counts[row] ?? 0) + 1;
    // 200 are expected, with a deviation of 13.
    expect(counts.slice(1).every((count) => count > 130 && count < 270)).toBe(true);
  });

  test("is everything where there is less", async () => {
    expect((await drawn(200, 1)).length).toBe(100);
    expect((await gather(firstOf(numbered(100), 3))).length).toBe(3);
    expect((await gather(firstOf(numbered(100), 0))).length).toBe(0);
  });
});

test("a rate is so many in a time", () => {
  expect(parseRate("60/m")).toEqual({ count: 60, milliseconds: 60_000 });
  for (const text of ["60", "0/s", "1/w", "-1/s", "1.5/s", "1/"])
    expect(parseRate(text)).toBeNull();
  const wait = createPace({ count: 2, milliseconds: 1000 });
  expect([wait(0), wait(0), wait(100), wait(5000), wait(5000)]).toEqual([0, 500, 900, 0, 500]);
});

test("tables quote what needs it", () => {
  const output = contractOf({
    type: "object",
    properties: { text: { type: "string" }, list: { type: "array" }, n: { type: "integer" } },
  });
  const input = contractOf({ type: "object", properties: { text: { type: "string" } } });
  const writer = createWriter({ format: "csv", join: true, input, output });
  expect(writer.head).toBe("text,output.text,list,n\r\n");
  expect(writer.line({ text: "a,b" }, { text: 'say "x"\n', list: [1, "b"], n: 5n })).toBe(
    '"a,b","say ""x""\n","[1,""b""]",5\r\n',
  );
});
