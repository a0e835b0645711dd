import { describe, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { parseJson, writeJson } from "../../src/core/json.ts";
import { createAnswerReader } from "../../src/answer/reader.ts";
import { readAnswer } from "../../src/answer/read.ts";
import type { Reading } from "../../src/answer/answer.ts";
import { contractOf } from "./contracts.ts";

// Many values take long on a busy machine.
setDefaultTimeout(180_000);

/** FC_RUNS raises the number of runs a property. */
const RUNS = { numRuns: Number(process.env["FC_RUNS"] ?? 200) };

const any = contractOf({});
const record = contractOf({
  type: "object",
  properties: {
    title: { type: "string" },
    count: { type: "integer" },
    tags: { type: "array", items: { type: "string" } },
    done: { type: "boolean" },
    note: { type: ["string", "null"] },
  },
  required: ["title", "count", "tags", "done", "note"],
  additionalProperties: false,
});

const words = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 ]{0,20}[a-z]$/);
const records = fc.record({
  title: words,
  count: fc.integer({ min: -5000, max: 5000 }),
  tags: fc.array(words, { maxLength: 4 }),
  done: fc.boolean(),
  note: fc.option(words),
});

/** An object or a list as a whole answer: what `JSON.stringify` writes and reads back the same. */
const containers = fc
  .jsonValue({ maxDepth: 4 })
  .filter((value) => typeof value === "object" && value !== null);

interface Mutation {
  readonly name: string;
  readonly apply: (json: string, at: number) => string;
  /** Nothing of the answer is gone, so it has to come back, and at `safe`. */
  readonly isHarmless?: true;
}

const MUTATIONS: readonly Mutation[] = [
  { name: "a fence around it", apply: (json) => `\`\`\`json\n${json}\n\`\`\``, isHarmless: true },
  {
    name: "prose before",
    apply: (json) => `Here is the result you wanted:\n${json}`,
    isHarmless: true,
  },
  {
    name: "prose after",
    apply: (json) => `${json}\n\nLet me know if that helps!`,
    isHarmless: true,
  },
  {
    name: "reasoning before",
    apply: (json) => `<think>\nMaybe {"title": "x"}?\n</think>\n${json}`,
    isHarmless: true,
  },
  { name: "a trailing comma", apply: (json) => json.replace(/(?<!\{)\}$/, ",}"), isHarmless: true },
  {
    name: "a comment",
    apply: (json) => json.replace("{", "{ /* the answer */ "),
    isHarmless: true,
  },
  {
    name: "a line comment",
    apply: (json) => json.replace("{", "{ // the answer\n"),
    isHarmless: true,
  },
  {
    name: "unquoted keys",
    apply: (json) => json.replace(/"(title|count|tags|done|note)":/g, "$1:"),
    isHarmless: true,
  },
  { name: "single quotes", apply: (json) => json.replaceAll('"', "'"), isHarmless: true },
  { name: "smart quotes", apply: (json) => json.replace(/"([^"]*)"/g, "“$1”"), isHarmless: true },
  {
    name: "Python literals",
    apply: (json) =>
      json
        .replace(/\btrue\b(?=[,}])/g, "True")
        .replace(/\bfalse\b(?=[,}])/g, "False")
        .replace(/\bnull\b(?=[,}])/g, "None"),
    isHarmless: true,
  },
  { name: "escaped twice", apply: (json) => JSON.stringify(json).slice(1, -1), isHarmless: true },
  { name: "a string of JSON", apply: (json) => JSON.stringify(json), isHarmless: true },
  { name: "truncation", apply: (json, at) => json.slice(0, at) },
  { name: "a dropped quote", apply: (json, at) => dropAt(json, '"', at) },
  { name: "a dropped comma", apply: (json, at) => dropAt(json, ",", at) },
  { name: "a dropped colon", apply: (json, at) => dropAt(json, ":", at) },
  {
    name: "a dropped bracket",
    apply: (json, at) => dropAt(json, /[[\]{}]/.exec(json.slice(at))?.[0] ?? "}", at),
  },
  { name: "a doubled quote", apply: (json, at) => doubleAt(json, '"', at) },
  { name: "a doubled comma", apply: (json, at) => doubleAt(json, ",", at) },
  { name: "a doubled colon", apply: (json, at) => doubleAt(json, ":", at) },
  {
    name: "a doubled bracket",
    apply: (json, at) => doubleAt(json, /[[\]{}]/.exec(json.slice(at))?.[0] ?? "}", at),
  },
  { name: "a raw newline", apply: (json, at) => insertInString(json, "\n", at) },
  { name: "an unescaped quote", apply: (json, at) => insertInString(json, ' "so" ', at) },
];

function dropAt(json: string, mark: string, from: number): string {
  const at = json.indexOf(mark, from);
  return at < 0 ? json : json.slice(0, at) + json.slice(at + 1);
}

function doubleAt(json: string, mark: string, from: number): string {
  const at = json.indexOf(mark, from);
  return at < 0 ? json : json.slice(0, at) + mark + json.slice(at);
}

/** Behind a letter that stands in the middle of a string value. */
function insertInString(json: string, piece: string, from: number): string {
  const found = /:"[A-Za-z]/.exec(json.slice(from));
  if (!found) return json;
  const at = from + found.index + 3;
  return json.slice(0, at) + piece + json.slice(at);
}

type Path = readonly (string | number)[];

/**
 * Equal, refused, or different with an edit on record at each place that differs, or at one around
 * it.
 */
function isHonest(reading: Reading, value: unknown): boolean {
  if (!reading.ok) return true;
  const { edits } = reading;
  return differences(reading.value, value, []).every((path) =>
    edits.some((edit) => isAround(edit.path, path)),
  );
}

function isAround(outer: Path, path: Path): boolean {
  return outer.length <= path.length && outer.every((key, index) => key === path[index]);
}

/**
 * Where two values differ, as deep as it can be said. Of lists of different lengths the first item
 * that differs counts: it moves the rest.
 */
function differences(left: unknown, right: unknown, path: Path): Path[] {
  if (Bun.deepEquals(left, right)) return [];
  if (Array.isArray(left) && Array.isArray(right)) {
    const items = Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
      differences(left[index], right[index], [...path, index]),
    );
    return left.length === right.length
      ? items.flat()
      : (items.find((paths) => paths.length > 0) ?? []);
  }
  if (!isRecord(left) || !isRecord(right)) return [path];
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return keys.flatMap((key) => differences(left[key], right[key], [...path, key]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

describe("readAnswer() on valid JSON", () => {
  test("gives it back with no edits", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify(value);
        const reading = readAnswer(json, any);
        expect(reading.ok && reading.edits.length === 0 && writeJson(reading.value) === json).toBe(
          true,
        );
      }),
      RUNS,
    );
  });

  test("finds it in prose with no edits, however it is laid out", () => {
    fc.assert(
      fc.property(containers, fc.constantFrom(0, 2, "\t"), (value, indent) => {
        const json = JSON.stringify(value, null, indent);
        const reading = readAnswer(`The answer follows.\n${json}\nThat is all.`, any, {
          repair: "off",
        });
        expect(reading.ok && writeJson(reading.value)).toBe(writeJson(parseJson(json)));
      }),
      RUNS,
    );
  });
});

describe("readAnswer() on broken JSON", () => {
  for (const mutation of MUTATIONS) {
    test(`${mutation.name}: comes back equal, is refused, or differs with an edit on record`, () => {
      fc.assert(
        fc.property(records, fc.nat(300), (value, seed) => {
          const json = JSON.stringify(value);
          const text = mutation.apply(json, seed % json.length);
          const readings = [
            readAnswer(text, record, { repair: "safe" }),
            readAnswer(text, record, { repair: "full" }),
          ] as const;
          for (const reading of readings)
            expect({ text, isHonest: isHonest(reading, value) }).toEqual({ text, isHonest: true });
          if (mutation.isHarmless)
            expect({ text, value: readings[0].ok && readings[0].value }).toEqual({ text, value });
        }),
        RUNS,
      );
    });
  }

  test("two answers, one after the other: refused where they differ, at full the later one", () => {
    fc.assert(
      fc.property(records, records, (first, second) => {
        const text = `${JSON.stringify(first)}\n\n${JSON.stringify(second)}`;
        const [safe, full] = [
          readAnswer(text, record),
          readAnswer(text, record, { repair: "full" }),
        ];
        expect(safe.ok).toBe(Bun.deepEquals(first, second));
        expect(full.ok && full.value).toEqual(second);
        expect(full.lost.length).toBe(safe.ok ? 0 : 1);
      }),
      RUNS,
    );
  });

  test("brackets that are missing at the end, at any depth, come back at full", () => {
    fc.assert(
      fc.property(fc.nat({ max: 60 }), (depth) => {
        const text = '{"a":'.repeat(depth) + "[1,2]";
        const reading = readAnswer(text, any, { repair: "full" });
        const whole: unknown = JSON.parse(`${text}${"}".repeat(depth)}`);
        expect(reading.ok && reading.value).toEqual(whole);
      }),
      RUNS,
    );
  });
});

describe("createAnswerReader()", () => {
  test("ends with what readAnswer() gives, however the text is cut", () => {
    const mutations = fc.constantFrom(...MUTATIONS);
    fc.assert(
      fc.property(
        records,
        mutations,
        fc.nat(300),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (value, mutation, seed, cuts) => {
          const json = JSON.stringify(value);
          const text = mutation.apply(json, seed % json.length);
          const reader = createAnswerReader(record, { repair: "full" });
          for (let at = 0, turn = 0; at < text.length; turn++) {
            const length = cuts[turn % cuts.length] ?? 1;
            reader.push(text.slice(at, at + length));
            at += length;
          }
          expect(reader.end()).toEqual(readAnswer(text, record, { repair: "full" }));
        },
      ),
      RUNS,
    );
  });

  test("each partial value holds no more than the next", () => {
    fc.assert(
      fc.property(records, (value) => {
        const reader = createAnswerReader(record);
        let tags = 0;
        for (const char of JSON.stringify(value)) {
          const partial = reader.push(char);
          if (!partial?.ok) continue;
          const now = (partial.value as { readonly tags: readonly string[] }).tags.length;
          expect(now).toBeGreaterThanOrEqual(tags);
          tags = now;
        }
        expect(tags).toBe(value.tags.length);
      }),
      RUNS,
    );
  });
});

describe("readAnswer() on noise", () => {
  test("throws nothing, and what it reads meets the contract", () => {
    const pieces = fc.constantFrom(
      ..."{}[]:,\"'`\\/#<>-. \n01abt",
      "```",
      "true",
      "null",
      '"a":',
      "<think>",
      "…",
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 60 }),
        fc.constantFrom("safe" as const, "full" as const),
        (parts, repair) => {
          const reading = readAnswer(parts.join(""), record, { repair });
          expect(!reading.ok || record.check(reading.value).ok).toBe(true);
        },
      ),
      RUNS,
    );
  });
});
