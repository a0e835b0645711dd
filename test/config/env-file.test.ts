import { describe, expect, test } from "bun:test";
import { parseEnvFile } from "../../src/config/env-file.ts";
import { patience } from "../patience.ts";

function values(text: string): Record<string, string> {
  return Object.fromEntries(parseEnvFile(text).entries.map(({ name, value }) => [name, value]));
}

describe("parseEnvFile() reads", () => {
  const cases: [what: string, text: string, value: string][] = [
    ["a plain value", "K=value", "value"],
    ["blanks around the sign", "  K =  value  ", "value"],
    ["export", "export K=value", "value"],
    ["an empty value", "K=", ""],
    ["a comment behind the value", "K=value # why", "value"],
    ["a comment behind a tab", "K=value\t# why", "value"],
    ["a comment in place of the value", "K= # why", ""],
    ["a # within a word", "K=a#b", "a#b"],
    ["an = within the value", "K=a=b==", "a=b=="],
    ["double quotes", 'K="a b"', "a b"],
    ["double quotes with a comment", 'K="a # b" # why', "a # b"],
    ["single quotes", "K='a b'", "a b"],
    ["escapes in double quotes", String.raw`K="a\n\t\"b\" \\ \$x \q"`, 'a\n\t"b" \\ $x \\q'],
    ["no escapes in single quotes", String.raw`K='a\n'`, String.raw`a\n`],
    ["quotes within a plain value", `K=a"b"c`, `a"b"c`],
    ["several lines in quotes", 'K="-----BEGIN\nabc\n-----END"', "-----BEGIN\nabc\n-----END"],
    ["no interpolation", "K=${HOME}/$X", "${HOME}/$X"],
    ["the last of two", "K=a\nK=b", "b"],
    ["CRLF", "A=x\r\nK=value\r\n", "value"],
    ["CR alone", "A=x\rK=value\r", "value"],
    ["a byte order mark", "\uFEFFK=value", "value"],
    ["characters beyond ASCII", "K=schlüssel🔑", "schlüssel🔑"],
  ];
  test.each(cases)("%s", (_, text, value) => {
    expect(parseEnvFile(text).faults).toEqual([]);
    expect(values(text)["K"]).toBe(value);
  });
});

test("parseEnvFile() passes over blank lines and comments", () => {
  expect(parseEnvFile("\n# note\n   # note = x\n\t\n")).toEqual({ entries: [], faults: [] });
});

test("parseEnvFile() counts lines behind a value of several lines", () => {
  expect(parseEnvFile('A="1\n2\n3"\nB=x').entries.at(-1)).toEqual({
    name: "B",
    value: "x",
    line: 4,
  });
});

describe("parseEnvFile() reports", () => {
  const cases: [what: string, text: string, line: number, reason: string][] = [
    ["a line without a sign", "A=1\nnonsense", 2, "no `=`"],
    ["a name with a dash", "A-B=1", 1, "before `=`"],
    ["a name that starts with a digit", "1A=1", 1, "before `=`"],
    ["no name", "=1", 1, "before `=`"],
    ["an unclosed quote", '\nA="x', 2, "never closed"],
    ["text behind a quote", "A='x' y", 1, "behind the closing '"],
  ];
  test.each(cases)("%s", (_, text, line, reason) => {
    const { faults } = parseEnvFile(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.line).toBe(line);
    expect(faults[0]?.reason).toContain(reason);
  });
});

test("parseEnvFile() gives up one line for a stray quote, not the lines up to the next one", () => {
  const { entries, faults } = parseEnvFile("A='tis\nB=kept\nC='twas so");
  expect(entries).toEqual([{ name: "B", value: "kept", line: 2 }]);
  expect(faults.map(({ line }) => line)).toEqual([1, 3]);
});

test("parseEnvFile() never repeats a line's text in a reason", () => {
  const { faults } = parseEnvFile(
    "sk-secret-123\nA B=sk-secret-123\nC='sk-secret-123' sk-secret-123",
  );
  expect(faults).toHaveLength(3);
  expect(JSON.stringify(faults)).not.toContain("secret");
});

test("parseEnvFile() takes time in proportion to the text", () => {
  for (const text of ['A="\n', "A='\n", "x\n", '"\n', "A=\"\nB='\n", '\\"', "A= ", "\n"]) {
    const start = performance.now();
    parseEnvFile(text.repeat(1_000_000 / text.length));
    expect(performance.now() - start).toBeLessThan(patience(2000));
  }
});
