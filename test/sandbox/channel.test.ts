import { heapStats } from "bun:jsc";
import { describe, expect, test } from "bun:test";
import { createByteStore } from "../../src/sandbox/bytes.ts";
import { createPrinted } from "../../src/sandbox/printed.ts";
import { checkValue } from "../../src/sandbox/values.ts";

describe("createPrinted()", () => {
  test("keeps the first bytes and counts the rest, anew after each taking", () => {
    const printed = createPrinted(5);
    printed.push(Buffer.from("abc"));
    printed.push(Buffer.from("def"));
    printed.push(Buffer.from("ghi"));
    expect(printed.take()).toEqual({ printed: "abcde", printedDropped: 4 });
    expect(printed.take()).toEqual({ printed: "", printedDropped: 0 });
    printed.push(Buffer.from("next"));
    expect(printed.take()).toEqual({ printed: "next", printedDropped: 0 });
  });

  test("joins characters that came in pieces", () => {
    const printed = createPrinted(100);
    for (const byte of Buffer.from("é🎉")) printed.push(Buffer.from([byte]));
    expect(printed.take().printed).toBe("é🎉");
  });

  test("keeps nothing where the limit is 0", () => {
    const printed = createPrinted(0);
    printed.push(Buffer.from("abc"));
    expect(printed.take()).toEqual({ printed: "", printedDropped: 3 });
  });
});

describe("checkValue()", () => {
  test("takes JSON values as they are", () => {
    const value = { a: [1, "two", null, true, { b: [] }], constructor: 1, "": {} };
    expect(checkValue(value, "result")).toEqual({ ok: true, value });
  });

  test("names the place and the fault of what is none", () => {
    const faults: readonly (readonly [unknown, string])[] = [
      [Number.NaN, "result is not a finite number"],
      [{ a: [0, Infinity] }, "result.a.1 is not a finite number"],
      [[undefined], "result.0 is not a JSON value"],
      [{ f: () => 1 }, "result.f is not a JSON value"],
      [JSON.parse('{"a":{"__proto__":1}}'), 'result.a has the key "__proto__", which is not taken'],
    ];
    for (const [value, reason] of faults)
      expect(checkValue(value, "result")).toEqual({ ok: false, reason });
  });

  test("counts how deep values nest", () => {
    const nested = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));
    expect(checkValue(nested(64), "result").ok).toBe(true);
    expect(checkValue(nested(65), "result")).toMatchObject({ ok: false });
    expect(checkValue(nested(3000), "result")).toMatchObject({ ok: false });
  });

  test("keeps a reason short where keys are long", () => {
    const checked = checkValue({ ["k".repeat(10_000)]: Number.NaN }, "result");
    if (checked.ok) throw new Error("NaN was taken");
    expect(checked.reason.length).toBeLessThan(400);
  });
});

describe("createByteStore()", () => {
  test("keeps no object for each piece, nor the page it came in", () => {
    const store = createByteStore();
    const page = Buffer.alloc(65_536, 120);
    const before = liveArrays();
    for (let n = 0; n < 100_000; n++) store.add(page.subarray(0, 1));
    expect(liveArrays() - before).toBeLessThan(100);
    page.fill(0);
    expect(store.size).toBe(100_000);
    expect(store.take()).toBe("x".repeat(100_000));
  });
});

function liveArrays(): number {
  Bun.gc(true);
  const { Uint8Array: arrays = 0, Buffer: buffers = 0 } = heapStats().objectTypeCounts;
  return arrays + buffers;
}
