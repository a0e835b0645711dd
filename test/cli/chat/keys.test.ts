import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createKeyReader, type Key } from "../../../src/cli/chat/keys.ts";

function read(...parts: readonly string[]): Key[] {
  const reader = createKeyReader();
  return parts.flatMap((part) => [...reader.push(part)]);
}

const names = (keys: readonly Key[]): string[] =>
  keys.map((key) => (key.type === "key" ? key.name : `${key.type}:${key.text}`));

describe("keys", () => {
  test.each([
    ["\r", "send"],
    ["\n", "newline"],
    ["\u001B\r", "newline"],
    ["\u001B[13;2u", "newline"],
    ["\u001B[27;2;13~", "newline"],
    ["\u001B[13u", "send"],
    ["\u001B[A", "up"],
    ["\u001BOB", "down"],
    ["\u001B[1;5C", "word-right"],
    ["\u001B[1;3D", "word-left"],
    ["\u001Bb", "word-left"],
    ["\u001B[H", "home"],
    ["\u001B[4~", "end"],
    ["\u001B[3~", "delete-right"],
    ["\u001B[3;5~", "delete-word-right"],
    ["\u007F", "delete-left"],
    ["\u001B\u007F", "delete-word-left"],
    ["\u001B[127;5u", "delete-word-left"],
    ["\u0017", "delete-word-left"],
    ["\u0003", "interrupt"],
    ["\u001B[99;5u", "interrupt"],
    ["\u0004", "end-of-input"],
    ["\u001B[100;5u", "end-of-input"],
    ["\t", "complete"],
    ["日本 é", "text:日本 é"],
  ])("%j is %s", (sent, name) => {
    expect(names(read(sent))).toEqual([name]);
  });

  test("sequences that mean nothing are no keys, whatever is in them", () => {
    for (const sent of [
      "\u001B[27u",
      "\u001B[9999999999u",
      "\u001B[u",
      "\u001B[5~",
      "\u001B[?1;2c",
    ])
      expect(read(sent, "a")).toEqual([{ type: "text", text: "a" }]);
  });

  test("an escape on its own is held back until something follows", () => {
    const reader = createKeyReader();
    expect(reader.push("\u001B")).toEqual([]);
    expect(reader.pending).toBe(true);
    reader.flush();
    expect(reader.push("b")).toEqual([{ type: "text", text: "b" }]);
  });

  test("a paste is one text, its line ends as they are written here", () => {
    expect(read("a\u001B[200~one\r\ntwo\rthree\u0003\u001B[A\u001B[201~\r")).toEqual([
      { type: "text", text: "a" },
      { type: "paste", text: "one\ntwo\nthree\u0003\u001B[A" },
      { type: "key", name: "send" },
    ]);
  });

  test("keys are the same wherever what is sent is parted", () => {
    const piece = fc.constantFrom(
      "\u001B[200~",
      "\u001B[201~",
      "\u001B[1;5C",
      "\u001B[13;2u",
      "\u001BOA",
      "a",
      "é😀",
      "\r",
      "\u0003",
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(40)), (pieces, cuts) => {
        const whole = `${pieces.join("")}\u001B[201~.`;
        const parts: string[] = [];
        let from = 0;
        for (const cut of cuts) {
          parts.push(whole.slice(from, from + cut));
          from += cut;
        }
        parts.push(whole.slice(from));
        expect(joined(read(...parts))).toEqual(joined(read(whole)));
      }),
    );
  });
});

/** Texts that follow each other are one. */
function joined(keys: readonly Key[]): string[] {
  return names(keys)
    .join("|")
    .replaceAll("|text:", "+text:")
    .replaceAll(/\+text:/g, "")
    .split("|");
}
