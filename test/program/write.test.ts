import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseJson, writeJson } from "../../src/core/json.ts";
import { parseYaml } from "../../src/core/yaml.ts";
import { programOf } from "../../src/program/parse.ts";
import { writeProgram, writeYaml } from "../../src/program/write.ts";

const FRONT = {
  name: "due",
  description: "Finds until when.",
  version: "0.1.0",
  author: "you",
  max_context_window: 4000,
  input_schema: { type: "object", properties: { note: { type: "string" } }, required: ["note"] },
  output_schema: { type: "object" },
  llm: { model: "builtin/baseline" },
  llm_params: { temperature: 0 },
};

describe("writeProgram()", () => {
  test("writes as a person would", () => {
    expect(
      writeProgram({
        front: FRONT,
        prompt: "Until when?\n{{input.note}}\n",
        system: "Be brief.",
        recovery: "Again.",
      }),
    ).toBe(
      `---
name: due
description: Finds until when.
version: 0.1.0
author: you
max_context_window: 4000
input_schema:
  type: object
  properties: { note: { type: string } }
  required: [note]
output_schema: { type: object }
llm: { model: builtin/baseline }
llm_params: { temperature: 0 }
---
Until when?
{{input.note}}

<<<SYSTEM>>>
Be brief.

<<<RECOVERY>>>
Again.
`,
    );
  });

  test("writes a program without a model, which has no prompt", () => {
    const { llm: _llm, llm_params: _params, max_context_window: _window, ...front } = FRONT;
    const whole = { ...front, output: { due: "{{input.note}}" } };
    const text = writeProgram({ front: whole });
    expect(text).toEndWith('output: { due: "{{input.note}}" }\n---\n');
    const { collects, blocks } = programOf(text);
    expect(collects?.with).toEqual(whole.output);
    const code = "```rllm-js pre\nresult = {};\n```";
    const withBlock = programOf(`${text}${code}\n`);
    expect(writeProgram({ front: whole, blocks: withBlock.blocks })).toEndWith(`---\n${code}\n`);
    expect(blocks).toEqual([]);
    expect(() => writeProgram({ front: whole, prompt: "Hi" })).toThrow("no model is asked");
  });

  test("writes blocks back as they were read", () => {
    const block =
      "```rllm-js pre name=count in=input.note out=words:integer\nresult = { words: 1 };\n```";
    const post = "```rllm-python post\nresult = {}\n```";
    const { blocks } = programOf(
      `${writeProgram({ front: FRONT, prompt: "Go" })}\n${block}\n${post}\n`,
    );
    const text = writeProgram({ front: FRONT, prompt: "Go", blocks });
    expect(text).toContain(block);
    expect(programOf(text).blocks.map((each) => ({ ...each, line: 0 }))).toEqual(
      blocks.map((each) => ({ ...each, line: 0 })),
    );
  });

  test.each([
    ["starts a section", "Go\n<<<RECOVERY>>>\nno"],
    ["opens a block", "Go\n```rllm-js pre\nresult = 1\n```\n"],
  ])("refuses a prompt with a line that %s", (_, prompt) => {
    expect(() => writeProgram({ front: FRONT, prompt })).toThrow(
      "holds a line that starts a section or a block",
    );
  });

  test("whatever the texts, what is read is what was given, or it is refused", () => {
    const text = fc.string({
      unit: fc.constantFrom(
        ..."ab \n\r-:#'\"{}[]|>`<\t…".split(""),
        "---",
        "<<<SYSTEM>>>",
        "yes",
        "1:30",
      ),
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, text, (prompt, description) => {
        if (prompt.trim() === "") return;
        try {
          const program = programOf(writeProgram({ front: { ...FRONT, description }, prompt }));
          expect(program.description).toBe(description);
          expect(program.warnings).toEqual([]);
        } catch (thrown) {
          expect(String(thrown)).toMatch(
            /starts a section or a block|block opening|never closed|the prompt is empty/,
          );
        }
      }),
    );
  });
});

describe("writeYaml()", () => {
  test("what it writes is read as it was, lists in texts too", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.bigInt(), (value, whole) => {
        const plain = parseJson(writeJson({ ...value, whole }));
        const read = parseYaml(writeYaml(plain));
        expect(read.ok && read.value).toEqual(plain);
      }),
    );
    expect(writeYaml({ a: "[ x ]", b: ["[ y ]", "z"], c: "first\n- [ z ]" })).toBe(
      'a: "[ x ]"\nb: ["[ y ]", z]\nc: |-\n  first\n  - [ z ]\n',
    );
  });
});
