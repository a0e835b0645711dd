import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isSetIn, quoteEnvValue, setInEnv } from "../../src/config/env-edit.ts";
import { parseEnvFile } from "../../src/config/env-file.ts";

function valueOf(text: string, name: string): string | undefined {
  return parseEnvFile(text).entries.findLast((entry) => entry.name === name)?.value;
}

describe("setInEnv()", () => {
  test.each([
    ["an empty file", "", "K=v\n"],
    ["a file without a line end", "A=1", "A=1\nK=v\n"],
    ["the place it had", "# c\nK=old # mine\nA=1\n", "# c\nK=v\nA=1\n"],
    ["the last of two", "K=1\nA=2\nK=3\n", "K=1\nA=2\nK=v\n"],
    ["a value over several lines", 'export K="a\nb"\nA=1\n', "export K=v\nA=1\n"],
    ["line ends of Windows", "A=1\r\nK=\r\nB=2\r\n", "A=1\r\nK=v\r\nB=2\r\n"],
  ])("%s", (_, before, after) => {
    expect(setInEnv(before, "K", "v")).toBe(after);
  });

  test("whatever the value, it is read again, and all others stay", () => {
    const lines = fc.array(
      fc.constantFrom("A=1", "# c", "", "export B='x y'", "K=old", 'C="a\nb"', "broken"),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(lines, fc.stringMatching(/^[ -~]{0,20}$/), (before, value) => {
        const text = before.join("\n");
        const after = setInEnv(text, "K", value);
        expect(valueOf(after, "K")).toBe(value);
        for (const name of ["A", "B", "C"])
          expect(valueOf(after, name)).toBe(valueOf(text, name) as string);
      }),
    );
  });
});

test("quoteEnvValue() leaves keys as they are", () => {
  expect(quoteEnvValue("sk-abc_1.2")).toBe("sk-abc_1.2");
});

test("isSetIn() goes by the last assignment, and a blank one sets nothing", () => {
  expect(isSetIn("K=1\n", "K")).toBe(true);
  expect(isSetIn("K=1\nK=\n", "K")).toBe(false);
  expect(isSetIn("", "K")).toBe(false);
});
