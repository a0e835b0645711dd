import { describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claim } from "../../src/rows/claim.ts";
import { type Entry, Journal } from "../../src/rows/journal.ts";

const HEAD = { program: "label", digest: "d1" };

function makePath(): string {
  return join(mkdtempSync(join(tmpdir(), "journal-")), "j");
}

function answered(row: number, label = "x"): Entry {
  const cost = { calls: 1, prompt_tokens: 2, completion_tokens: 3, cost_usd: 0.5 };
  return { row, ...cost, ms: 1, ok: true, output: { label }, input: `i${row}` };
}

function open(path: string, head = HEAD): { journal: Journal; earlier: Entry[] } {
  const earlier: Entry[] = [];
  return { journal: new Journal(path, head, (entry) => void earlier.push(entry)), earlier };
}

describe("a journal", () => {
  test("gives back what was put into it, also to the next process", () => {
    const path = makePath();
    const { journal } = open(path);
    for (const row of [3, 1, 5000]) journal.append([answered(row, `ä${row}`)]);
    expect(journal.read(1)).toEqual(answered(1, "ä1"));
    journal.close();
    const next = open(path);
    expect(next.journal.resumed).toBe(true);
    expect(next.earlier.map(({ row }) => row)).toEqual([3, 1, 5000]);
    expect(next.journal.read(5000)).toEqual(answered(5000, "ä5000"));
    expect([2, 3, 5001].map((row) => next.journal.state(row))).toEqual([null, "answered", null]);
    next.journal.close();
  });

  test("goes by the last line of a row", () => {
    const path = makePath();
    const { journal } = open(path);
    journal.append([answered(1, "old")]);
    journal.append([answered(1, "new")]);
    expect(journal.read(1)).toEqual(answered(1, "new"));
    journal.close();
  });

  test.each(Array.from({ length: 60 }, (_, at) => at))(
    "that was cut %d bytes before its end has every whole line, and can be gone on with",
    (cut) => {
      const path = makePath();
      const { journal } = open(path);
      for (const row of [1, 2]) journal.append([answered(row)]);
      journal.close();
      const whole = readFileSync(path);
      writeFileSync(path, whole.subarray(0, whole.length - cut));
      const next = open(path);
      expect(next.earlier.map(({ row }) => row)).toEqual(cut === 0 ? [1, 2] : [1]);
      next.journal.append([answered(7)]);
      next.journal.close();
      expect(open(path).earlier.map(({ row }) => row)).toEqual(cut === 0 ? [1, 2, 7] : [1, 7]);
    },
  );

  test("is not taken for another program's, or for one that changed", () => {
    const path = makePath();
    open(path).journal.close();
    for (const head of [
      { program: "other", digest: "d1x" },
      { program: "label", digest: "d2" },
    ])
      expect(() => open(path, head)).toThrow("Cannot go on with the journal");
    open(path, { program: "label", digest: "d2", anyDigest: true } as typeof HEAD).journal.close();
  });

  test("is no other file", () => {
    const path = makePath();
    appendFileSync(path, "some text\n");
    expect(() => open(path)).toThrow("it is not a journal of map");
  });
});

test("a journal is one process's at a time", () => {
  const path = makePath();
  const release = claim(path);
  expect(() => claim(path)).toThrow(`process ${process.pid} works on it`);
  release();
  claim(path)();
  writeFileSync(`${path}.lock`, "999999999");
  claim(path)();
});
