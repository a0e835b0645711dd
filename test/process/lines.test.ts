import { describe, expect, test } from "bun:test";
import { createLineReader } from "../../src/process/lines.ts";

/** What a reader makes of bytes that come in pieces of this size. */
function read(
  bytes: Uint8Array,
  piece: number,
  limit = 1000,
): { lines: string[]; fault: string | null; left: number } {
  const reader = createLineReader(limit);
  const lines: string[] = [];
  let fault: string | null = null;
  for (let at = 0; at < bytes.length && fault === null; at += piece) {
    const piecesFault = reader.push(bytes.slice(at, at + piece), (line) => lines.push(line) > 0);
    fault = piecesFault?.reason ?? null;
  }
  return { lines, fault, left: reader.partial };
}

describe("createLineReader()", () => {
  const text = 'first\n{"a": "ä€😀"}\n\nlast without an end';

  test.each([1, 2, 3, 5, 7, 64, 1000])("gives the same lines in pieces of %d bytes", (piece) => {
    expect(read(Buffer.from(text), piece)).toEqual({
      lines: ["first", '{"a": "ä€😀"}', ""],
      fault: null,
      left: "last without an end".length,
    });
  });
  test.each([1, 6, 100])("refuses what is no UTF-8, in pieces of %d bytes", (piece) => {
    const { lines, fault } = read(Buffer.from("fine\nbad \xFF\nmore\n", "latin1"), piece);
    expect(lines).toEqual(["fine"]);
    expect(fault).toBe('it wrote a line that is not UTF-8: "bad \uFFFD"');
  });
  test.each([1, 6, 100])(
    "takes a line of the limit, and none of more, in pieces of %d bytes",
    (piece) => {
      expect(read(Buffer.from(`${"x".repeat(10)}\n`), piece, 10).lines).toEqual(["x".repeat(10)]);
      expect(read(Buffer.from(`${"x".repeat(11)}\n`), piece, 10).fault).toBe(
        "it wrote a line of more than 10 bytes",
      );
      expect(read(Buffer.from("x".repeat(11)), piece, 10).fault).toBe(
        "it wrote a line of more than 10 bytes",
      );
    },
  );
  test("stops where it is told to", () => {
    const lines: string[] = [];
    createLineReader(100).push(Buffer.from("a\nb\nc\n"), (line) => lines.push(line) < 2);
    expect(lines).toEqual(["a", "b"]);
  });
  test("does not keep hold of the bytes it was given", () => {
    const reader = createLineReader(10);
    const bytes = Buffer.from("abc");
    const lines: string[] = [];
    const take = (line: string): boolean => lines.push(line) > 0;
    reader.push(bytes, take);
    bytes.fill(120);
    reader.push(Buffer.from("\n"), take);
    expect(lines).toEqual(["abc"]);
  });
});
