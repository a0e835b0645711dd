import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { writeJson } from "../../src/core/json.ts";
import { parseYaml, yaml11Scalars } from "../../src/core/yaml.ts";

function valueOf(text: string): unknown {
  const read = parseYaml(text);
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}

function faultOf(text: string): { reason: string; at: string } {
  const read = parseYaml(text);
  if (read.ok) throw new Error(`It was read: ${writeJson(read.value)}`);
  return { reason: read.reason, at: text.slice(read.offset, read.offset + 8).split("\n")[0] ?? "" };
}

describe("parseYaml() merges", () => {
  const base = "o: &o { type: object, required: [out] }\np: &p { type: string, x: 1 }\n";
  test.each([
    ["{ <<: *o }", { type: "object", required: ["out"] }],
    ["{ <<: *o, type: array }", { type: "array", required: ["out"] }],
    ["{ type: array, <<: *o }", { type: "array", required: ["out"] }],
    ["{ <<: [*o, *p] }", { type: "object", required: ["out"], x: 1 }],
    ["{ <<: [*p, { y: 2 }] }", { type: "string", x: 1, y: 2 }],
    ["{ <<: { a: 1 }, b: 2 }", { a: 1, b: 2 }],
    ["{ <<: [] }", {}],
    ['{ "<<": 1 }', { "<<": 1 }],
    ["\n  <<: *o\n  a: 1", { type: "object", required: ["out"], a: 1 }],
  ])("%j", (text, value) => {
    expect(valueOf(`${base}v: ${text}\n`)).toMatchObject({ v: value });
    expect(Object.keys((valueOf(`${base}v: ${text}\n`) as { v: object }).v).toSorted()).toEqual(
      Object.keys(value).toSorted(),
    );
  });

  test("of a merge, explicit keys and the first of a list winning", () => {
    const text = "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: [*b, {x: 9, z: 3}], y: 4}\n";
    expect(valueOf(text)).toMatchObject({ c: { x: 1, y: 4, z: 3 } });
  });

  test.each([
    ["a: &a 1\nb: { <<: *a }\n", '"<<" merges a mapping', "<<: *a }"],
    ["b: { <<: 1 }\n", '"<<" merges a mapping', "<<: 1 }"],
    ["b: { <<: [1] }\n", '"<<" merges a mapping', "<<: [1] "],
    ["b: { <<: }\n", '"<<" merges a mapping', "<<: }"],
    ["b: { <<: {}, <<: {} }\n", 'a mapping has one "<<"', "<<: {} }"],
  ])("no %j", (text, reason, at) => {
    expect(faultOf(text)).toEqual({ reason: expect.stringContaining(reason) as string, at });
  });
});

describe("parseYaml() refuses, with its place,", () => {
  test.each([
    ["a: 1\nb: 2\na: 3\n", "Map keys must be unique", "a: 3"],
    ['1: a\n"1": b\n', "Map keys must be unique", '"1": b'],
    ["a: *b\n", "no anchor before the alias *b has its name", "*b"],
    ["a: &a [*a]\n", "the alias *a stands within what it names", "*a]"],
    ["a: !x 1\n", "Unresolved tag: !x", "!x 1"],
    ["a: !!str 1\n", "the tag tag:yaml.org,2002:str is not supported", "1"],
    ["a: .inf\n", ".inf is not a JSON number", ".inf"],
    ["a: 1e400\n", "the number 1e400 is too large for a number; give it as text", "1e400"],
    ["a: {{input.x}}\n", "a key is a list or mapping", "{input.x"],
    ["a: 1\n---\nb: 2\n", "it holds more than one document", "---"],
    ["a: 1\n   b: 2\n", "line 2 is indented deeper than line 1, which has its value", "b: 2"],
    ["a:\n  b: 1\n    c: 2\n", "line 3 is indented deeper than line 2, which", "c: 2"],
    ["a: b\n\n# c\n  d: 1\n", "line 4 is indented deeper than line 1, which", "d: 1"],
    ["a: b # c\n d: 1\n", "line 2 is indented deeper than line 1, which", "d: 1"],
    ["a:\n    b: 1\n  c: 2\n", "line 3 is indented as none of the mappings", "c: 2"],
    ["a:\n  - b: 1\n  c: 2\n", "line 3 is indented as none of the mappings", "c: 2"],
    ["a: Note: b\n", 'a text with ": " in it needs quotes: key: "a: b"', "Note: b"],
    ["a: 'it's'\n", "something stands behind the end of a value", "s'"],
    ["a: b\nc\n", 'a line has no colon: "key: value" is wanted', "c"],
    ["a: - b\n", "a list begins on the line below its key", "- b"],
    ["a: @b\n", "a text that begins with @ needs quotes", "@b"],
    ["a: [1, 2\nb: 1\n", "] is missing", "b: 1"],
    ["a: {b: 1}}\n", "} closes what was never opened", "}"],
    ['a: "b\n', 'a " is not closed', ""],
    ["key:value\nb: 1\n", "a blank is missing behind a colon", "key:valu"],
  ])("%j", (text, reason, at) => {
    expect(faultOf(text)).toEqual({ reason: expect.stringContaining(reason) as string, at });
  });

  test.each([
    ["brackets", `a: ${"[".repeat(50_000)}`],
    ["closed brackets", `a: ${"[".repeat(200)}${"]".repeat(200)}`],
    ["dashes", "- ".repeat(50_000)],
    ["indentation", Array.from({ length: 200 }, (_, n) => `${" ".repeat(n)}a:`).join("\n")],
    ["lists by indentation", Array.from({ length: 200 }, (_, n) => `${" ".repeat(n)}-`).join("\n")],
  ])("nesting by %s", (_, text) => {
    expect(faultOf(text).reason).toBe("it is nested more than 100 levels deep");
  });

  test("aliases that make it much larger than it is written", () => {
    const lines = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${list(`*a${n}`)}]`);
    const laughs = `a0: &a0 [${list("lol")}]\n${lines.join("\n")}\n`;
    expect(faultOf(laughs).reason).toStartWith("aliases make it more than 100 times as large");
    const merges = Array.from({ length: 300 }, (_, n) => `m${n}: {<<: *b}`).join("\n");
    const large = `b: &b {${list("", 2000)}}\n${merges}\n`;
    expect(faultOf(large).reason).toStartWith("aliases make it more than 100 times as large");
  });
});

describe("parseYaml() reads", () => {
  test("numbers with all their digits, as JSON is read", () => {
    expect(
      valueOf("[12345678901234567891, -9007199254740993, 0x1F, 0xFFFFFFFFFFFFFFFFFF]"),
    ).toEqual([12345678901234567891n, -9007199254740993n, 31, 0xffffffffffffffffffn]);
  });

  test("whole numbers of any length as they were written", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^-?[1-9][0-9]{0,300}$/), (digits) => {
        expect(writeJson(valueOf(`id: ${digits}\nlist:\n  - ${digits}\n`))).toBe(
          `{"id":${digits},"list":[${digits}]}`,
        );
      }),
    );
  });

  test("more than a hundred aliases of one anchor", () => {
    const aliases = Array.from({ length: 500 }, () => "*a").join(", ");
    expect(valueOf(`a: &a { x: [1, 2, 3] }\nb: [${aliases}]\n`)).toMatchObject({
      b: Array.from({ length: 500 }, () => ({ x: [1, 2, 3] })),
    });
  });

  test("a value at its place, also through aliases and merges", () => {
    const text = "o: &o { type: object, x: [1, 2] }\na: *o\nb: { <<: *o, y: 3 }\n";
    const read = parseYaml(text);
    if (!read.ok) throw new Error(read.reason);
    const at = (...path: (string | number)[]) => text.slice(read.places.valueAt(path)).slice(0, 4);
    expect([at("o", "x", 1), at("a", "x", 0), at("b", "y"), at("b", "x", 0)]).toEqual([
      "2] }",
      "1, 2",
      "3 }\n",
      "<<: ",
    ]);
    expect(text.slice(read.places.keyAt(["b", "y"]))).toStartWith("y: 3");
    expect(read.places.written(["b", "y"])).toBe("3");
    expect(yaml11Scalars(read.places)).toEqual([]);
  });
});

/** Texts of which the parser has cost more than their length. */
const GROWING: Readonly<Record<string, (size: number) => string>> = {
  "keys of one mapping": (size) => linesOf(size, (n) => `key${n}: v${n}`),
  "keys of one flow mapping": (size) =>
    `a: {${Array.from({ length: size }, (_, n) => `k${n}: 1`).join(", ")}}`,
  "items of one list": (size) => linesOf(size, (n) => `- item ${n}`),
  "anchors and aliases": (size) =>
    `q: [${Array.from({ length: size }, (_, n) => `&x${n} 1, *x${n}`).join(", ")}]`,
  "aliases of one anchor": (size) => `a: &a {b: 1}\nq: [${"*a, ".repeat(size)}]`,
  merges: (size) => `a: &a {b: 1}\n${linesOf(size, (n) => `k${n}: {<<: *a, c: ${n}}`)}`,
  comments: (size) => linesOf(size, (n) => `# about ${n}\nk${n}: 1`),
  "explicit keys": (size) => linesOf(size, (n) => `? k${n}\n: v`),
  "aliases that name nothing": (size) => `a: [${"*x, ".repeat(size)}]`,
  "unclosed quotes": (size) => 'a: "'.repeat(size),
  "colons on one line": (size) => `a: ${"b: ".repeat(size)}`,
  "lines of one text": (size) => `a: |\n${"  line of text\n".repeat(size)}`,
};

describe("parseYaml() takes time that grows with the size of", () => {
  test.each(Object.keys(GROWING))(
    "%s",
    (kind) => {
      const make = GROWING[kind] ?? String;
      const [small, large] = [make(500), make(8000)];
      processorTime(small);
      // Sixteen times as long: what grows with the square takes 256 times.
      const times = processorTime(large) / Math.max(1, processorTime(small));
      expect(times).toBeLessThan(100);
    },
    120_000,
  );
});

/** Milliseconds, of the fastest of three: others that run here take nothing from it. */
function processorTime(text: string): number {
  const times = Array.from({ length: 3 }, () => {
    const start = process.cpuUsage();
    parseYaml(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

function list(item: string, count = 10): string {
  return Array.from({ length: count }, (_, n) => (item === "" ? `k${n}: 1` : item)).join(", ");
}

function linesOf(count: number, line: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => `${line(n)}\n`).join("");
}
