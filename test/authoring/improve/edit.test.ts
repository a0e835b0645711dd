import { describe, expect, test } from "bun:test";
import { editProgram } from "../../../src/authoring/improve/edit.ts";
import { programOf } from "../../../src/program/parse.ts";

const FRONT = `name: due   # its name
description: Finds a date
version: 1.0.0
author: Test
max_context_window: 4000
input_schema: {type: object, properties: {text: {type: string}}, required: [text]}
output_schema: {type: object, properties: {due: {type: string}}, required: [due]}
llm: {model: local/test}
llm_params: {}
`;
const BODY = "When is it due?\n\n{{input.text}}\n";
const EXAMPLE = { input: { text: 'a: "b"\nc' }, output: { due: "2026-05-02" } };

function program(front = "", body = BODY): string {
  return `---\n${FRONT}${front}---\n${body}`;
}

/** What the text is without the lines that an edit added, and the lines. */
function split(before: string, after: string): { kept: boolean; added: readonly string[] } {
  const left = before.split("\n");
  const added: string[] = [];
  for (const line of after.split("\n"))
    if (left[0] === line) left.shift();
    else added.push(line);
  return { kept: left.length === 0, added };
}

const FRONTS = {
  "without examples": "",
  "that ends in a comment": "tags: [a] # b\n# the end\n",
  "with examples":
    "examples:\n  # the first\n  - input: {text: x}   # one\n    output: {due: y}\ntags: [a]\n",
  "with examples that are not indented":
    "examples:\n- input: {text: x}\n  output: {due: |\n      y\n      }\n".replace(
      "{due: |\n      y\n      }",
      "{due: y}",
    ),
  "with examples that end in a text of lines":
    "examples:\n  - output: {due: y}\n    input:\n      text: |\n        one\n        two\n\nretries: 1 # c\n",
};

describe("editProgram()", () => {
  test.each(Object.entries(FRONTS))("adds lines for examples to a frontmatter %s", (_, front) => {
    const before = program(front);
    const after = editProgram(before, { instruction: null, examples: [EXAMPLE, EXAMPLE] });
    expect(programOf(after).examples).toEqual([...programOf(before).examples, EXAMPLE, EXAMPLE]);
    expect(split(before, after).kept).toBe(true);
  });

  test.each([
    "examples: []\n",
    "examples:\n",
    "examples: [{input: {text: x}, output: {due: y}}] # c\n",
  ])("adds examples to %j", (front) => {
    const before = program(front);
    const after = editProgram(before, { instruction: null, examples: [EXAMPLE] });
    expect(programOf(after).examples).toEqual([...programOf(before).examples, EXAMPLE]);
    expect(after).toStartWith(`---\n${FRONT}`);
  });

  test("replaces the prompt alone, blocks and sections stay", () => {
    const block = "```rllm-js post\nreturn output;\n```\n";
    const before = program(
      "",
      `${block}\n${BODY}\n<<<SYSTEM>>>\nBe exact.\n\n<<<RECOVERY>>>\nAgain.\n`,
    );
    const prompt = "On which day?\n\n{{input.text}}";
    const after = editProgram(before, {
      instruction: { prompt, system: "Be exact." },
      examples: [],
    });
    expect(after).toBe(before.replace("When is it due?", "On which day?"));
  });

  test("replaces, adds and removes a system message where it stands", () => {
    const told = { prompt: BODY.trim(), system: "Be\nexact." };
    for (const before of [
      program(),
      program("", `${BODY}\n<<<SYSTEM>>>\nBe vague.\n`),
      program("system: Be vague. # so\n"),
      program("", `${BODY}\n<<<RECOVERY>>>\nAgain.\n`),
    ]) {
      const after = editProgram(before, { instruction: told, examples: [] });
      const { system, prompt, recovery } = programOf(after);
      expect([system?.text, prompt?.text]).toEqual([told.system, told.prompt]);
      expect(recovery?.text).toBe(programOf(before).recovery?.text as string);
      const none = editProgram(after, { instruction: { ...told, system: null }, examples: [] });
      expect(programOf(none).system).toBeNull();
    }
  });

  test("keeps line breaks, a byte order mark, and a missing end of line", () => {
    const edit = {
      instruction: { prompt: `${BODY.trim()}\nSay it.`, system: null },
      examples: [EXAMPLE],
    };
    const plain = editProgram(program(), edit);
    const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
    expect(editProgram(`\uFEFF${crlf(program())}`, edit)).toBe(`\uFEFF${crlf(plain)}`);
    expect(editProgram(crlf(program()).trimEnd(), edit)).toBe(crlf(plain).trimEnd());
    const mixed = program().replace("name: due   # its name\n", "name: due   # its name\r\n");
    expect(editProgram(mixed, edit)).toStartWith("---\nname: due   # its name\r\ndescription");
  });

  test("refuses a prompt with a block in its middle", () => {
    const body = "When?\n```rllm-js pre\nreturn {};\n```\n{{input.text}}\n";
    expect(() =>
      editProgram(program("", body), { instruction: { prompt: "x", system: null }, examples: [] }),
    ).toThrow("a block stands in the middle of the prompt");
  });
});
