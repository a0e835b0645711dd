import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { setInJson, unsetInJson } from "../../src/config/edit-json.ts";
import { parseJsonc } from "../../src/config/jsonc.ts";

const PATH = ["servers", "ours"];
const ENTRY = { command: "modullm", args: ["mcp"] };

describe("setInJson()", () => {
  test.each([
    ["an empty text", "", `{\n  "servers": {\n    "ours": 1\n  }\n}\n`],
    ["an empty object", "{}", `{\n  "servers": {\n    "ours": 1\n  }\n}`],
    [
      "comments, which stay with their lines",
      `// mine\n{\n    "a": 1, // one\n    /* two */ "b": [1, 2,] // last\n    // end\n}\n`,
      `// mine\n{\n    "a": 1, // one\n    /* two */ "b": [1, 2,], // last\n    "servers": {\n        "ours": 1\n    }\n    // end\n}\n`,
    ],
    [
      "a comma that hangs, and goes on hanging",
      `{\n\t"servers": {\n\t\t"other": {},\n\t},\n}\n`,
      `{\n\t"servers": {\n\t\t"other": {},\n\t\t"ours": 1,\n\t},\n}\n`,
    ],
    ["one line", `{"servers": {"a": 1}}`, `{"servers": {"a": 1, "ours": 1}}`],
    [
      "a value that is there",
      `{"servers": {"ours": /* old */ 2}}`,
      `{"servers": {"ours": /* old */ 1}}`,
    ],
    [
      "Windows' lines",
      `{\r\n  "a": 1\r\n}\r\n`,
      `{\r\n  "a": 1,\r\n  "servers": {\r\n    "ours": 1\r\n  }\r\n}\r\n`,
    ],
  ])("keeps %s", (_what, before, after) => {
    expect(setInJson(before, PATH, 1)).toBe(after);
    expect(setInJson(after, PATH, 1)).toBe(after);
  });

  test.each([
    ["[]"],
    ["1"],
    ["{"],
    [`{"servers": []}`],
    [`{"servers": null}`],
    ["{'a': 1}"],
    ["{} x"],
  ])("leaves %s alone", (text) => expect(setInJson(text, PATH, 1)).toBeNull());

  test("changes nothing but the value, whatever the text is like", () => {
    fc.assert(
      fc.property(configurations(), (text) => {
        const edited = setInJson(text, PATH, ENTRY);
        if (edited === null) throw new Error(`not edited: ${text}`);
        const value = parseJsonc(edited)?.value as { servers: Record<string, unknown> };
        expect(value.servers["ours"]).toEqual(ENTRY);
        for (const comment of commentsIn(text)) expect(commentsIn(edited)).toContain(comment);
        expect(setInJson(edited, PATH, ENTRY)).toBe(edited);
        const back = parseJsonc(unsetInJson(edited, PATH) ?? "")?.value;
        const was = parseJsonc(text) ?? { value: {} };
        const { servers = {}, ...rest } = was.value as Record<string, object>;
        const { ours: _, ...others } = servers as Record<string, unknown>;
        expect(back).toEqual({ ...rest, servers: others });
      }),
      { numRuns: 300 },
    );
  });
});

describe("unsetInJson()", () => {
  test.each([
    [
      "the last of several",
      `{\n  "servers": {\n    "a": 1,\n    "ours": 2\n  }\n}\n`,
      `{\n  "servers": {\n    "a": 1\n  }\n}\n`,
    ],
    ["the first", `{\n  "servers": {\n    "ours": 2, // ours\n    "a": 1\n  }\n}\n`, null],
    ["the only one", `{ "servers": { "ours": 2 } }`, `{ "servers": { } }`],
    ["nothing", `{ "servers": {} }`, `{ "servers": {} }`],
  ])("takes %s out", (_what, before, after) => {
    const edited = unsetInJson(before, PATH);
    if (after !== null) expect(edited).toBe(after);
    expect(JSON.stringify(parseJsonc(edited ?? "")?.value)).not.toContain("ours");
  });
});

/** Texts as people write them: blanks, comments and commas anywhere. */
function configurations(): fc.Arbitrary<string> {
  const blank = fc.constantFrom(
    "",
    " ",
    "\n  ",
    "\n\t",
    " // a note\n  ",
    " /* said */ ",
    "\r\n  ",
  );
  const scalar = fc.constantFrom(
    "1",
    "true",
    "null",
    `"x // no comment"`,
    `"{\\"a\\": 1}"`,
    "[1, 2]",
  );
  const member = fc.tuple(blank, fc.constantFrom("a", "b", "ours", "c d"), blank, scalar, blank);
  const members = fc.uniqueArray(member, { selector: ([, key]) => key, maxLength: 4 });
  const object = fc.tuple(members, blank, fc.boolean()).map(([list, end, hangs]) => {
    const parts = list.map(
      ([b1, key, b2, value, b3]) => `${b1}${JSON.stringify(key)}:${b2}${value}${b3}`,
    );
    return `{${parts.join(",")}${hangs && parts.length > 0 ? "," : ""}${end}}`;
  });
  return fc
    .tuple(blank, object, object, fc.constantFrom("before", "behind", "none"), blank)
    .map(([b1, servers, rest, where, b2]) => {
      const ours = `"servers":${b1}${servers}`;
      if (where === "none") return `${b1}${rest}${b2}`;
      return where === "before"
        ? `{${b1}${ours},${b1}"rest":${rest}${b2}}`
        : `{"rest":${rest},${ours}${b2}}`;
    });
}

function commentsIn(text: string): string[] {
  const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  return bare.match(/\/\/[^\n\r]*|\/\*.*?\*\//g)?.map((each) => each.trim()) ?? [];
}
