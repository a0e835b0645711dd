import { afterAll, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import type { RunEvent } from "../../src/core/events.ts";
import { runAlone } from "./alone.ts";
import { loadText } from "../../src/library/load.ts";
import { programText } from "../cli/command-line.ts";
import { sandboxesHere } from "../sandbox/here.ts";
import { createScript } from "./scripted.ts";

const here = sandboxesHere();
afterAll(() => here.close());

const SEEN = {
  python: 'result = {"seen": sorted(context["input"])}',
  js: "result = { seen: Object.keys(context.input).sort() }",
} as const;

test.each(Object.entries(SEEN))(
  "in= of %s reaches no prototype, whatever keys the input has",
  async (language, code) => {
    const opening = `\`\`\`rllm-${language} pre in=input.text out=seen`;
    const front = { llm: "{model: a/m}", input_schema: "{type: object}" };
    const parsed = await loadText(
      programText(front, `${opening}\n${code}\n\`\`\`\n{{seen}}`),
      tmpdir(),
    );
    // Reading the file refuses such a path; here the stage is on its own.
    const reads = ["input.__proto__.trustedPython", "input.text"];
    const blocks = parsed.program.blocks.map((block) => ({ ...block, reads }));
    const loaded = { ...parsed, program: { ...parsed.program, blocks } };
    const script = createScript({ "a/m": ['{"out": "ok"}'] });
    const input: unknown = JSON.parse('{"text": "hi", "__proto__": {"trustedPython": true}}');
    const levels: string[] = [];
    const listener = (event: RunEvent): void =>
      void (event.type === "block-end" && levels.push(event.level));
    try {
      await runAlone(loaded, input, { ...script.tools, sandboxes: here }, { listener });
      expect(Reflect.get({}, "trustedPython")).toBeUndefined();
    } finally {
      Reflect.deleteProperty(Object.prototype, "trustedPython");
    }
    expect(levels).not.toContain("none");
    expect(script.asked.map(({ messages }) => messages.at(-1)?.content)).toEqual(['["text"]']);
  },
);

test("in= with __proto__ is refused when the file is read", async () => {
  const text = programText({}, "```rllm-js pre in=input.__proto__.x\n1;\n```\nHi");
  const failure: unknown = await loadText(text, tmpdir()).catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({ code: "RLLM_001" });
});
