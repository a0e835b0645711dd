/** Runs that go on with what was said before, and answers that are text. */
import { describe, expect, test } from "bun:test";
import type { Conversation } from "../../src/engine/engine.ts";
import type { LoadedProgram } from "../../src/library/load.ts";
import type { Message } from "../../src/model/model.ts";
import { runAlone } from "./alone.ts";
import { createScript, type Line } from "./scripted.ts";
import { desk, echo } from "./tools.ts";

const BEFORE: readonly Message[] = [
  { role: "user", content: "{{input.text}}?" },
  { role: "assistant", content: "Yes." },
];

async function textDesk(front = {}): Promise<LoadedProgram> {
  const loaded = await desk({
    output_schema: "{type: object, properties: {text: {type: string}}, required: [text]}",
    ...front,
  });
  return { ...loaded, program: { ...loaded.program, answer: "text" } };
}

async function talk(
  loaded: LoadedProgram,
  lines: Line[],
  conversation: Conversation,
  options: object = {},
) {
  const { tools, asked } = createScript({ "a/m": lines });
  const result = await runAlone(loaded, { text: "x" }, tools, { conversation, ...options });
  return { ...result, asked };
}

describe("a conversation", () => {
  test("stands between the examples and the prompt; what was said comes back with the answer", async () => {
    const loaded = await desk({
      system: "Be {{input.text}}.",
      examples: "[{input: {text: e}, output: {out: E}}]",
    });
    const { asked, conversation, output } = await talk(loaded, ['{"out": "done"}'], {
      messages: BEFORE,
    });
    const examples = [
      { role: "user", content: 'desk {"text": "e"}' },
      { role: "assistant", content: '{"out":"E"}' },
    ] as const;
    const prompt = { role: "user", content: 'desk {"text": "x"}' } as const;
    expect(asked[0]?.messages).toEqual([
      { role: "system", content: "Be x." },
      ...examples,
      ...BEFORE,
      prompt,
    ]);
    expect(output).toEqual({ out: "done" });
    expect(conversation).toEqual({
      system: "Be x.",
      messages: [...examples, ...BEFORE, prompt, { role: "assistant", content: '{"out":"done"}' }],
    });
  });

  test("may bring a system message of its own, or none", async () => {
    const loaded = await desk({ system: "Own." });
    for (const system of ["{{input.text}} {braces}", null]) {
      const { asked, conversation } = await talk(loaded, ['{"out": "a"}'], {
        system,
        messages: [],
      });
      const [first] = asked[0]?.messages ?? [];
      expect(first?.role === "system" ? first.content : null).toBe(system);
      expect(conversation?.system).toBe(system);
    }
  });

  test("has the calls of tools in it, and neither refused answers nor what is told of tools", async () => {
    const calls: Line = { calls: [["echo", { text: "a" }]] };
    const { conversation, asked } = await talk(
      await desk({ system: "Own." }),
      [calls, "nonsense", '{"out": "done"}'],
      { messages: BEFORE },
      { tools: { echo: echo() } },
    );
    expect(asked[0]?.messages[0]?.content).toStartWith("Own.\n\nWhat tools give");
    expect(conversation?.system).toBe("Own.");
    expect(conversation?.messages.map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "user",
      "assistant",
      "tool",
      "assistant",
    ]);
    expect(conversation?.messages.at(-1)?.content).toBe('{"out":"done"}');
  });

  test("is no part of a run that was given none", async () => {
    const { tools } = createScript({ "a/m": ['{"out": "a"}'] });
    expect(await runAlone(await desk(), { text: "x" }, tools)).toMatchObject({
      conversation: null,
    });
  });

  test("counts in max_context_window", async () => {
    const long = [{ role: "user", content: "word ".repeat(1000) }, BEFORE[1]] as Message[];
    const run = talk(await desk(), ['{"out": "a"}'], { messages: long });
    const failed = await run.catch((thrown: unknown) => thrown);
    expect(failed).toMatchObject({ code: "RLLM_012" });
  });
});

describe("an answer in text", () => {
  test.each([
    ['{"out": 1}', '{"out": 1}'],
    ["  Hello.\n", "Hello."],
    ["<think>secret thoughts</think>\n\nHello.", "Hello."],
    ["Like so:\n<think>\nnot thoughts\n</think>", "Like so:\n<think>\nnot thoughts\n</think>"],
  ])("%j is %j", async (said, text) => {
    const { output, conversation } = await talk(await textDesk(), [said], { messages: [] });
    expect(output).toEqual({ text });
    expect(conversation?.messages.at(-1)).toEqual({ role: "assistant", content: text });
  });

  test("asks the server for no form", async () => {
    const schemas: unknown[] = [];
    const line: Line = async ({ schema }) => {
      schemas.push(schema);
      return "ok";
    };
    await talk(await textDesk(), [line], { messages: [] });
    expect(schemas).toEqual([{}]);
  });

  test("that is empty is asked for again, and fails in the end", async () => {
    const { output } = await talk(await textDesk(), ["", "<think>x</think>", "there"], {
      messages: [],
    });
    expect(output).toEqual({ text: "there" });
    const failed = await talk(await textDesk(), [""], { messages: [] }).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: "RLLM_011" });
  });
});
