import { describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileRows } from "../../src/rows/file-rows.ts";
import { openBytes, openFile, type OpenOptions } from "../../src/rows/open.ts";
import { contents, gather, pieces } from "./gather.ts";

const AS: OpenOptions = { format: null, encoding: "utf-8", delimiter: null };

async function read(content: string | Uint8Array, options: Partial<OpenOptions>, size = 7) {
  return await contents(await openBytes(pieces(content, size), "rows", { ...AS, ...options }));
}

describe("CSV", () => {
  const csv = (content: string | Uint8Array, size?: number) =>
    read(content, { format: "csv" }, size);

  test.each([1, 2, 3, 7, 1000])("is read the same in pieces of %d bytes", async (size) => {
    const text = '\uFEFFa,b\r\n1,"x, ""y""\r\n z"\r\n\r\nä,\r\n"",last';
    expect(await csv(text, size)).toEqual([
      { a: "1", b: 'x, "y"\r\n z' },
      { a: "ä", b: "" },
      { a: "", b: "last" },
    ]);
  });

  test("names row and column of what can't be read, and goes on", async () => {
    const text = Buffer.concat([
      Buffer.from("a,b\n1\n1,2,3\n7,"),
      Buffer.from([0xff]),
      Buffer.from("\n8,9\n"),
    ]);
    expect(await csv(text)).toEqual([
      ["RLLM_016", 1, "b"],
      ["RLLM_016", 2, 3],
      ["RLLM_016", 3, "b"],
      { a: "8", b: "9" },
    ]);
  });

  test("ends with the row whose quotes don't match", async () => {
    expect(await csv('a,b\n1,2\n4,"5"6\n7,"8"\n')).toEqual([
      { a: "1", b: "2" },
      ["RLLM_016", 2, 2],
    ]);
  });

  test("says where a quote is never closed, after all rows before it", async () => {
    const rows = await csv('a,b\n1,2\n3,"4\n5,6\n');
    expect(rows[0]).toEqual({ a: "1", b: "2" });
    expect(rows.slice(1)).toEqual([["RLLM_016", 2, expect.anything()]]);
  });

  test("refuses a name that stands twice", async () => {
    expect(csv("a,a\n1,2\n")).rejects.toMatchObject({ code: "RLLM_016" });
  });

  test("takes other delimiters", async () => {
    expect(await read("a;b\n1;2,5\n", { format: "csv", delimiter: ";" })).toEqual([
      { a: "1", b: "2,5" },
    ]);
    expect(await read("a\tb\n1\t2\n", { format: "tsv" })).toEqual([{ a: "1", b: "2" }]);
  });

  test("takes Latin-1 and UTF-16, and sees their marks", async () => {
    expect(
      await read(Buffer.from("a\nfür\n", "latin1"), { format: "csv", encoding: "latin1" }),
    ).toEqual([{ a: "für" }]);
    expect(await csv(Buffer.from("\uFEFFa\nfür\n", "utf16le"))).toEqual([{ a: "für" }]);
  });

  test("reads a cell of 8 MB", async () => {
    const [row] = await csv(`a,b\n1,"${"x,\n".repeat(2_700_000)}"\n`, 1 << 16);
    expect((row as { b: string }).b.length).toBe(8_100_000);
  });
});

describe("JSON lines", () => {
  test("keep the digits of numbers, and pass over empty lines", async () => {
    expect(await read('{"a":12345678901234567890}\n\n \r\n"b"\r\n[1]', {})).toEqual([
      { a: 12345678901234567890n },
      "b",
      [1],
    ]);
  });

  test("name the row that is none", async () => {
    expect(await read('{"a":1}\n{"a":\n{"a":2}\n', {})).toEqual([
      { a: 1 },
      ["RLLM_016", 2, undefined],
      { a: 2 },
    ]);
  });
});

test("a JSON list has a row an element", async () => {
  expect(await read('[{"a":1},2]', { format: "json" })).toEqual([{ a: 1 }, 2]);
});

test("text has a row a line", async () => {
  expect(await read("one\r\n\ntwo", { format: "text" })).toEqual(["one", "", "two"]);
});

describe("files", () => {
  const folder = mkdtempSync(join(tmpdir(), "rows-"));
  writeFileSync(join(folder, "b.eml"), "second");
  writeFileSync(join(folder, "a.eml"), "first");
  writeFileSync(join(folder, "c.eml"), Buffer.from([0xff]));

  test("are rows in the order of their names, with their text", async () => {
    expect(await contents(fileRows("*.eml", folder))).toEqual([
      { path: "a.eml", text: "first" },
      { path: "b.eml", text: "second" },
      ["RLLM_016", 3, undefined],
    ]);
  });

  test("tell their form by their ending", async () => {
    writeFileSync(join(folder, "r.csv"), "a\n1\n");
    expect(await contents(await openFile(join(folder, "r.csv"), AS))).toEqual([{ a: "1" }]);
    expect(openFile(join(folder, "r.dat"), AS)).rejects.toMatchObject({ code: "RLLM_016" });
    expect(gather(await openFile(join(folder, "no.csv"), AS))).rejects.toMatchObject({
      code: "RLLM_016",
    });
  });
});
