import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isObject, jsonFault, jsonType, parseJson, writeJson } from "../../src/core/json.ts";
import { numberFromText } from "../../src/core/json-number.ts";
import { JsonFault, readJsonText } from "../../src/core/json-reader.ts";

/** Values as JSON texts can hold them, whole numbers of every length included. */
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, ""),
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }).map(wholeNumber),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { maxKeys: 4 }),
  ),
}));

describe("parseJson()", () => {
  test("gives whole numbers of any length as they were written", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^-?[1-9][0-9]{0,400}$/), (digits) => {
        const text = `{"id":${digits},"list":[[${digits}]]}`;
        expect(writeJson(parseJson(text))).toBe(text);
      }),
    );
  });

  test("gives a bigint exactly where a number would lose digits", () => {
    expect(parseJson("[9007199254740991,9007199254740992,-9007199254740992]")).toEqual([
      9007199254740991,
      9007199254740992n,
      -9007199254740992n,
    ]);
  });

  test("reads what writeJson() wrote as it was, on one line and indented", () => {
    fc.assert(
      fc.property(anyValue, fc.constantFrom(0, 2), (value, indent) => {
        const text = writeJson(value, indent);
        expect(writeJson(parseJson(text), indent)).toBe(text);
      }),
    );
  });

  test("reads and refuses what JSON.parse does", () => {
    const broken = fc
      .tuple(anyValue, fc.nat(), fc.constantFrom("", ",", "]", '"', "\\", "0", "e", "-", "\n", "x"))
      .map(([value, at, sign]) => {
        const text = writeJson(value);
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + sign + text.slice(cut + (at % 2));
      });
    fc.assert(
      fc.property(broken, (text) => {
        const ours = outcome(() => readJsonText(text, "nearest"));
        const theirs = outcome(() => JSON.parse(text));
        expect(ours.ok).toBe(theirs.ok);
        if (ours.ok) expect(asDoubles(ours.value)).toEqual(theirs.value);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["[1,]", '"]" stands where a value is due', 3],
    ['{"a" 1}', '"1" stands where ":" is due', 5],
    ['{"a": tru}', '"tru" stands where a value is due', 6],
    ["{a: 1}", '"a" stands where a key in double quotes is due', 1],
    ['{"a": 1', 'the text ends where "," or "}" is due', 7],
    ['["\\x"]', "the escape \\x is not one of JSON", 2],
    ['["a', "the string is never closed", 1],
    ['["a\nb"]', "a string holds a line break or control character that is not escaped", 3],
    ["[01]", '"01" stands where a value is due', 1],
    ["1 2", '"2" stands where the end of the text is due', 2],
    ['{"n": 1e400}', "the number 1e400 is too large for a number; give it as text", 6],
    [
      "[0.1234567890123456789012]",
      "the number 0.1234567890123456789012 has more digits than a decimal number can hold; give it as text, or with 15 digits",
      1,
    ],
  ])("says where %j is wrong, and why", (text, reason, offset) => {
    const found = outcome(() => parseJson(text));
    expect(found.ok).toBe(false);
    expect(found.thrown).toBeInstanceOf(JsonFault);
    expect(found.thrown).toMatchObject({ message: reason, offset });
  });

  test("rounds decimals where it is told so, and no whole number", () => {
    const text = "[0.1234567890123456789,12345678901234567891]";
    expect(parseJson(text, { decimals: "nearest" })).toEqual([
      Number("0.1234567890123456789"),
      12345678901234567891n,
    ]);
  });

  test("takes __proto__ for a key, as JSON.parse does", () => {
    const value = parseJson('{"__proto__":{"id":12345678901234567891}}');
    expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
    expect(jsonFault(value)).not.toBeNull();
  });
});

describe("numberFromText()", () => {
  test.each([
    ["1.50", 1.5],
    ["15e-1", 1.5],
    ["1e3", 1000],
    ["1E+2", 100],
    ["-0.0", -0],
    ["+7", 7],
    [".5", 0.5],
    ["0.30000000000000004", 0.30000000000000004],
    ["5e-324", 5e-324],
    ["1.7976931348623157e308", Number.MAX_VALUE],
    ["1e23", 1e23],
    ["+12345678901234567891", 12345678901234567891n],
    ["0.1000000000000000055511151231257827", null],
    ["9007199254740993.5", null],
    ["12345678901234567891.0", null],
    ["1e309", null],
    ["1e-400", null],
  ])("gives %s as %p", (text, value) => {
    expect(numberFromText(text)).toBe(value);
  });

  test("gives every double back that was written", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        const text = `${double}`;
        expect(Number(numberFromText(text))).toBe(double === 0 ? Number(text) : double);
      }),
    );
  });
});

test("writeJson() leaves out what JSON.stringify leaves out, bigints beside it or not", () => {
  const odd = { a: undefined, f: () => 1, d: new Date(0), list: [undefined], toJSON: 5 };
  expect(writeJson({ ...odd, big: 1n })).toBe(JSON.stringify({ ...odd, big: 1 }));
});

test("jsonType() calls a bigint a number", () => {
  expect(jsonType(1n)).toBe("number");
});

function wholeNumber(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function outcome(read: () => unknown): { ok: boolean; value?: unknown; thrown?: unknown } {
  try {
    return { ok: true, value: read() };
  } catch (thrown) {
    return { ok: false, thrown };
  }
}

/** Parsed as `JSON.parse` does it: each whole number a double. */
function asDoubles(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(asDoubles);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asDoubles(item)]));
}
