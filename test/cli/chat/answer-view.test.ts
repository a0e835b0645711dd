import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createMarkdownView, createPlainView } from "../../../src/cli/chat/answer-view.ts";
import { createBlockReader } from "../../../src/cli/chat/blocks.ts";

const MARKDOWN = `# Title

Some **bold** text with \`code\`
over two lines.

- one

- two

  of two

\`\`\`sh
# no title

- no list
\`\`\`

| a | b |
|---|---|
| 1 | 日本 |

End`;

function blocksOf(parts: readonly string[]): string[] {
  const reader = createBlockReader();
  return [...parts.flatMap((part) => [...reader.push(part)]), reader.open];
}

/** What is on a screen of so many columns after all that was written. */
function screenOf(written: string): string {
  const rows: string[] = [""];
  let row = 0;
  // oxlint-disable-next-line no-control-regex -- control sequences are what it reads
  for (const [sequence] of written.matchAll(/\u001B\[\d*[A-Za-z]|\r|\n|[^\u001B\r\n]+/g)) {
    const up = /\[(\d+)A$/.exec(sequence);
    if (up) row = Math.max(0, row - Number(up[1]));
    else if (sequence === "\u001B[J") rows.length = row;
    else if (sequence === "\n") rows[++row] ??= "";
    else if (sequence !== "\r") rows[row] = (rows[row] ?? "") + sequence;
  }
  return rows.join("\n").trimEnd();
}

describe("blocks", () => {
  test("end where nothing that comes can change them", () => {
    expect(blocksOf([MARKDOWN])).toEqual([
      "# Title\n\n",
      "Some **bold** text with `code`\nover two lines.\n\n",
      "- one\n\n",
      "- two\n\n  of two\n\n",
      "```sh\n# no title\n\n- no list\n```\n",
      "\n| a | b |\n|---|---|\n| 1 | 日本 |\n\n",
      "End",
    ]);
  });

  test("are the same wherever the text is parted, and lose none of it", () => {
    const line = fc.constantFrom("a", "", "  b", "```", "~~~", "```js", "- c", "|x|", "````");
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 1, max: 7 }), (lines, size) => {
        const text = lines.join("\n");
        const parts = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
        const blocks = blocksOf(parts);
        expect(blocks).toEqual(blocksOf([text]));
        expect(blocks.join("")).toBe(text);
      }),
    );
  });
});

describe("an answer drawn while it comes", () => {
  const options = { size: () => ({ columns: 60, rows: 24 }), color: false };

  test("looks in the end as if it had come whole", async () => {
    let [streamed, whole] = ["", ""];
    const slow = createMarkdownView({ ...options, write: (text) => void (streamed += text) });
    for (const [index, character] of [...MARKDOWN].entries()) {
      slow.push(character);
      if (index % 40 === 0) await Bun.sleep(40);
    }
    slow.end();
    const quick = createMarkdownView({ ...options, write: (text) => void (whole += text) });
    quick.push(MARKDOWN);
    quick.end();
    expect(screenOf(streamed)).toBe(screenOf(whole));
    expect(screenOf(whole)).toContain("+------+");
    expect(streamed.length).toBeGreaterThan(whole.length);
  });

  test("shows no control character of the model's, and no colour where none is wanted", () => {
    for (const make of [createMarkdownView, createPlainView]) {
      let written = "";
      const view = make({ ...options, write: (text) => void (written += text) });
      view.push("a \u001B[31mred\u001B[2J\u0007 word\n");
      view.end();
      for (const sign of ["\u001B[31m", "\u001B[2J", "\u0007"]) expect(written).not.toContain(sign);
      expect(written).toContain("[31mred");
    }
  });

  test("begins anew where what was drawn is void", () => {
    let written = "";
    const view = createMarkdownView({ ...options, write: (text) => void (written += text) });
    view.push("void");
    view.restart();
    view.push("valid");
    view.end();
    expect(view.text).toBe("valid");
    expect(screenOf(written)).toBe("void\n\nvalid");
  });
});
