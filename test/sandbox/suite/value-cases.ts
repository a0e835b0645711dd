import { expect } from "bun:test";
import { type Json, writeJson } from "../../../src/core/json.ts";
import { type Case, failureOf, type Ground, valueOf } from "./case.ts";

const KINDS: Readonly<Record<string, Json>> = {
  scalars: [null, true, false, 0, -1, 1.5, "text"],
  empty: [{}, [], ""],
  nested: {
    a: { b: [{ c: [[], {}] }] },
    "key with spaces": 1,
    "": 2,
    constructor: 3,
    toString: 4,
    length: 5,
  },
  unicode: [
    "héllo",
    "日本語",
    "🎉👩‍👩‍👧",
    "\u0000\u0001\u001f\u007f",
    "\u2028\u2029",
    "line\nline\r\n\ttab",
    '"quoted\\"',
    "\ud800",
  ],
  numbers: [
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    2n ** 53n,
    2n ** 53n + 1n,
    -(10n ** 200n),
    1e21,
    1e300,
    5e-324,
    0.1,
    1 / 3,
    -2.5e-7,
  ],
};

export const VALUE_CASES = {
  "gives every JSON value back as it was": {
    async check({ open, snippets }) {
      const session = await open();
      for (const value of Object.values(KINDS))
        expect(valueOf(await session.run(snippets.echo, { value }))).toEqual(value);
      for (const value of Object.values(KINDS).flatMap((list) =>
        Array.isArray(list) ? list : [],
      ) as Json[])
        expect(valueOf(await session.run(snippets.echo, { value }))).toEqual(value);
      await session.close();
    },
  },
  "carries a megabyte both ways": {
    async check({ open, snippets }) {
      const session = await open();
      const text = "añ".repeat(350_000);
      expect(valueOf(await session.run(snippets.echo, { value: text })) === text).toBe(true);
      const list = Array.from({ length: 100_000 }, (_, n) => n);
      expect(valueOf(await session.run(snippets.echo, { value: list }))).toEqual(list);
      await session.close();
    },
  },
  "carries values nested to the limit, and no deeper": {
    async check({ open, snippets }) {
      const session = await open();
      expect(writeJson(valueOf(await session.run(snippets.deep(64), {})))).toBe(
        `${"[".repeat(64)}1${"]".repeat(64)}`,
      );
      for (const depth of [65, 500, 100_000])
        expect([depth, failureOf(await session.run(snippets.deep(depth), {})).exception]).toEqual([
          depth,
          "ResultError",
        ]);
      expect(valueOf(await session.run(snippets.echo, { value: 1 }))).toBe(1);
      await session.close();
    },
  },
  "gives null where result was left alone, also after a run that set it": {
    async check({ open, snippets }) {
      const session = await open();
      expect(valueOf(await session.run(snippets.quiet, {}))).toBeNull();
      expect(valueOf(await session.run(snippets.echo, { value: 7 }))).toBe(7);
      expect(valueOf(await session.run(snippets.quiet, {}))).toBeNull();
      expect(valueOf(await session.run("", {}))).toBeNull();
      await session.close();
    },
  },
  "keeps variables and functions from one run to the next": {
    async check({ open, snippets }) {
      const session = await open();
      valueOf(await session.run(snippets.define, {}));
      expect(valueOf(await session.run(snippets.use, {}))).toBe(40);
      await session.close();
    },
  },
  "replaces a variable by the value that a later run brings": {
    async check({ open, snippets }) {
      const session = await open();
      valueOf(await session.run(snippets.echo, { value: "first" }));
      expect(valueOf(await session.run(snippets.echo, {}))).toBe("first");
      expect(valueOf(await session.run(snippets.echo, { value: "second" }))).toBe("second");
      await session.close();
    },
  },
  "keeps nothing from one session for another": {
    async check({ open, snippets }) {
      const [one, other] = [await open(), await open()];
      valueOf(await one.run(snippets.define, {}));
      expect(failureOf(await other.run(snippets.use, {})).exception).toBe(
        snippets.undefinedName.exception,
      );
      await one.close();
      const third = await open();
      expect(failureOf(await third.run(snippets.use, {})).exception).toBe(
        snippets.undefinedName.exception,
      );
      await other.close();
      await third.close();
    },
  },
  "lets functions and comprehensions see the variables": {
    async check({ run, snippets }) {
      const values = { context: { numbers: [1, 2, 3, 4] } };
      expect(valueOf(await run(snippets.nested, { values }))).toEqual([5, 6]);
    },
  },
  "leaves the values it was given as they were": {
    async check({ run, snippets }) {
      const value = { list: [1, 2, 3], text: "as it was" };
      const before = structuredClone(value);
      valueOf(await run(snippets.echo, { values: { value } }));
      expect(value).toEqual(before);
    },
  },
  "refuses what is no JSON value, and goes on": {
    async check({ open, snippets }) {
      const session = await open();
      for (const [what, code] of Object.entries(snippets.notJson)) {
        const failure = failureOf(await session.run(code, {}));
        expect([what, failure.exception]).toEqual([what, "ResultError"]);
        expect(failure.reason).not.toBe("");
      }
      expect(valueOf(await session.run(snippets.echo, { value: "still here" }))).toBe("still here");
      await session.close();
    },
  },
  "refuses the key __proto__, and goes on": {
    async check({ open, snippets }) {
      const session = await open();
      const failure = failureOf(await session.run(snippets.prototypeKey, {}));
      expect(failure.exception).toBe("ResultError");
      expect(failure.reason).toContain("__proto__");
      expect(valueOf(await session.run(snippets.echo, { value: 1 }))).toBe(1);
      await session.close();
    },
  },
  "refuses a value over the limit, and goes on": {
    async check(ground) {
      for (const length of [1001, 5000, 3_000_000]) await refusesLong(ground, length);
    },
  },
} satisfies Record<string, Case>;

async function refusesLong({ open, snippets }: Ground, length: number): Promise<void> {
  const session = await open({ limits: { maxValueBytes: 1000 } });
  expect(failureOf(await session.run(snippets.long(length), {})).exception).toBe("ResultError");
  expect(valueOf(await session.run(snippets.long(900), {}))).toBe("x".repeat(900));
  await session.close();
}
