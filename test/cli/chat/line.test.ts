import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createKeyReader } from "../../../src/cli/chat/keys.ts";
import { layOut } from "../../../src/cli/chat/layout.ts";
import { emptyLine, type Line, press } from "../../../src/cli/chat/line.ts";

/** The line after what was typed, the cursor shown as `|`, and what is to be done. */
function type(
  typed: string,
  line: Line = emptyLine([]),
): { shown: string; acts: string[]; line: Line } {
  const acts: string[] = [];
  let now = line;
  for (const key of createKeyReader().push(typed)) {
    const pressed = press(now, key);
    now = pressed.line;
    if (pressed.act !== null) acts.push(pressed.act);
  }
  const { text, cursor } = now;
  return { shown: `${text.slice(0, cursor)}|${text.slice(cursor)}`, acts, line: now };
}

const LEFT = "\u001B[D";
const UP = "\u001B[A";
const DOWN = "\u001B[B";
const FAMILY = "👨‍👩‍👧";

describe("the line", () => {
  test.each([
    ["hello", "hello|"],
    ["ab\u001B[D\u001B[Dc", "c|ab"],
    [`a${FAMILY}b${LEFT}${LEFT}x`, `ax|${FAMILY}b`],
    [`é${FAMILY}\u007F`, "é|"],
    ["one two-three\u0017", "one two-|"],
    ["one two\u001Bb\u001Bb\u001Bd", "| two"],
    ["one two\u0001\u000B", "|"],
    ["one two\u0015three\u0019", "threeone two|"],
    ["ab\u0001\u0004", "|b"],
    ["one\\\rtwo", "one\ntwo|"],
    ["one\\\\\rtwo", "one\\\ntwo|"],
    ["one\u001B\rtwo\u001B[13;2uthree", "one\ntwo\nthree|"],
    [`one\ntwo${UP}x`, "onex|\ntwo"],
    [`one\nt${UP}${DOWN}x`, "one\ntx|"],
    [`日本語\nabc${UP}x`, "日本語x|\nabc"],
    ["\u001B[200~a\r\nb\u001B[31mc\u0007\u001B[201~", "a\nb[31mc|"],
  ])("%j gives %j", (typed, shown) => {
    expect(type(typed)).toMatchObject({ shown, acts: [] });
  });

  test("Enter sends, Ctrl-C interrupts, Ctrl-D ends at an empty line only", () => {
    expect(type("a\r").acts).toEqual(["send"]);
    expect(type("a\u0003").acts).toEqual(["interrupt"]);
    expect(type("\u0004").acts).toEqual(["end"]);
    expect(type("a\u0004")).toMatchObject({ shown: "a|", acts: [] });
  });

  test("arrows show what was sent before, and give the draft back", () => {
    const line = emptyLine(["first", "second\nline"]);
    expect(type(`draft${UP}`, line).shown).toBe("second\nline|");
    expect(type(`draft${UP}${UP}${UP}`, line).shown).toBe("first|");
    expect(type(`draft${UP}${UP}${UP}${UP}`, line).shown).toBe("first|");
    expect(type(`draft${UP}${DOWN}`, line).shown).toBe("draft|");
  });

  test("the cursor never stands within a character or outside the text, whatever is typed", () => {
    const piece = fc.constantFrom(
      "a",
      "é",
      FAMILY,
      "日",
      "\n",
      " ",
      LEFT,
      "\u001B[C",
      UP,
      DOWN,
      "\u001Bb",
      "\u001Bf",
      "\u0017",
      "\u000B",
      "\u0019",
      "\u007F",
      "\u001B[3~",
      "\u0001",
      "\u0005",
    );
    const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { line } = type(pieces.join(""), emptyLine([`x${FAMILY}`, "y\nz"]));
        const { text, cursor } = line;
        const borders = new Set([...segmenter.segment(text)].map(({ index }) => index));
        expect(cursor === text.length || borders.has(cursor)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("its layout", () => {
  const options = { columns: 20, most: 5, prompt: "> " };

  test("parts long lines by cells, and tells where the cursor stands", () => {
    expect(layOut("日本語日本語日本語x", 9, options)).toEqual({
      rows: ["> 日本語日本語日本", "  語x"],
      row: 1,
      column: 4,
    });
    expect(layOut("", 0, options)).toEqual({ rows: ["> "], row: 0, column: 2 });
    expect(layOut("a\n", 2, options)).toEqual({ rows: ["> a", "  "], row: 1, column: 2 });
  });

  test("of a long text shows what is around the cursor, and fits in any terminal", () => {
    const text = Array.from({ length: 10_000 }, (_, index) => `line ${index}`).join("\n");
    for (const cursor of [0, 5, Math.floor(text.length / 2), text.length]) {
      const { rows, row, column } = layOut(text, cursor, options);
      expect(rows.length).toBe(5);
      expect(rows.every((each) => Bun.stringWidth(each) < 20)).toBe(true);
      const before = text.slice(text.lastIndexOf("\n", cursor - 1) + 1, cursor);
      if (cursor > 0) expect((rows[row] ?? "").slice(2, column)).toBe(before);
    }
  });
});
