import { describe, expect, test } from "bun:test";
import { createPrintedMark } from "../../src/sandbox/printed-mark.ts";

describe("createPrintedMark()", () => {
  test("takes marks out of what is printed, however the bytes are cut", async () => {
    const { text } = createPrintedMark();
    for (let size = 1; size <= 2 * text.length; size++) {
      const mark = createPrintedMark();
      const bytes = Buffer.from(
        `one\n\u0000${mark.text}two \u0000é${mark.text.slice(0, 9)}three${mark.text}`,
      );
      mark.expect();
      const parts: Uint8Array[] = [];
      for (let from = 0; from < bytes.length; from += size)
        parts.push(mark.strip(bytes.subarray(from, from + size)));
      await mark.seen;
      expect(Buffer.concat(parts).toString()).toBe(
        `one\n\u0000two \u0000é${mark.text.slice(0, 9)}three`,
      );
    }
  });

  test("waits for the mark that is expected, and not for one of before", async () => {
    const mark = createPrintedMark();
    mark.strip(Buffer.from(mark.text));
    mark.expect();
    const late = Bun.sleep(30).then(() => "late");
    expect(await Promise.race([mark.seen.then(() => "seen"), late])).toBe("late");
    mark.strip(Buffer.from(`text${mark.text}`));
    expect(await Promise.race([mark.seen.then(() => "seen"), Bun.sleep(30)])).toBe("seen");
  });

  test("has another mark for each session", () => {
    expect(createPrintedMark().text).not.toBe(createPrintedMark().text);
  });
});
