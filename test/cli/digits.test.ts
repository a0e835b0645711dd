import { expect, test } from "bun:test";
import fc from "fast-check";
import { makeFolder, modullm, programText } from "./command-line.ts";

const DIGITS = fc.stringMatching(/^-?[1-9][0-9]{0,120}$/);
const folder = makeFolder({
  "ids.rllm": programText(
    {
      input_schema:
        "{ type: object, properties: { ids: { type: array, items: { type: integer } } } }",
      output_schema: "{ type: object }",
      llm: "{ model: builtin/baseline }",
    },
    "ids={{input.ids}} first={{input.ids.0}}",
  ),
});

test("whole numbers of any length come out of modullm parse as they were written", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(DIGITS, { minLength: 1, maxLength: 5 }), async (ids) => {
      const text = `{"ids":[${ids.join(",")}]}`;
      const { stdout } = await modullm(["parse"], { folder, stdin: text });
      expect(stdout.trim()).toBe(text);
    }),
    { numRuns: 20 },
  );
});

test("and stand in the prompt with all their digits, from JSON and from YAML", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(DIGITS, { minLength: 1, maxLength: 4 }), async (ids) => {
      for (const input of [`{"ids": [${ids.join(", ")}]}`, `{ids: [${ids.join(", ")}]}`]) {
        const args = ["run", "ids.rllm", "--dry-run", "--input", input];
        const { stdout } = await modullm(args, { folder });
        expect(stdout).toContain(`ids=[${ids.join(", ")}] first=${ids[0]}`);
      }
    }),
    { numRuns: 10 },
  );
});
