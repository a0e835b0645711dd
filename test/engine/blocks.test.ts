import { afterAll, describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { ModullmError } from "../../src/core/error.ts";
import type { RunEvent } from "../../src/core/events.ts";
import { dryRun } from "../../src/engine/dry-run.ts";
import type { EngineTools } from "../../src/engine/engine.ts";
import { createPolicy } from "../../src/policy/policy.ts";
import { type AloneOptions, runAlone, scopeAlone } from "./alone.ts";
import { loadText } from "../../src/library/load.ts";
import { programText } from "../cli/command-line.ts";
import { sandboxesHere } from "../sandbox/here.ts";
import { createScript } from "./scripted.ts";
import { patience } from "../patience.ts";

const GOOD = '{"out": "ok"}';
const here = sandboxesHere();
afterAll(() => here.close());

interface Ran {
  readonly output: unknown;
  readonly error: ModullmError | null;
  readonly prompts: readonly string[];
  readonly events: readonly RunEvent[];
}

async function run(
  body: string,
  {
    front = {},
    options = {},
    tools = {},
  }: { front?: Record<string, string>; options?: AloneOptions; tools?: Partial<EngineTools> } = {},
): Promise<Ran> {
  const script = createScript({ "a/m": [GOOD] });
  const events: RunEvent[] = [];
  const listener = (event: RunEvent): void => void events.push(event);
  const loaded = await loadText(programText({ llm: "{model: a/m}", ...front }, body), tmpdir());
  const all = { ...script.tools, sandboxes: here, ...tools };
  const prompts = (): string[] =>
    script.asked.map(({ messages }) => messages.at(-1)?.content ?? "");
  try {
    const { output } = await runAlone(loaded, { text: "hi" }, all, { ...options, listener });
    return { output, error: null, prompts: prompts(), events };
  } catch (thrown) {
    if (!(thrown instanceof ModullmError)) throw thrown;
    return { output: null, error: thrown, prompts: prompts(), events };
  }
}

const LANGUAGES = {
  python: {
    upper: 'result = {"up": context["input"]["text"].upper()}',
    replace: 'result = {"input": {"text": "other"}}',
    nothing: "pass",
    list: "result = [1]",
    extra: 'result = {"out": context["output"]["out"] + "!"}',
    wrongExtra: 'result = {"out": 1}',
    seen: 'result = {"seen": sorted(context) + sorted(context["input"])}',
    two: 'result = {"n": 1, "other": 2}',
    fail: "\nprint('before')\nresult = context['nope']",
    failure: { exception: "KeyError", line: 15 },
    loop: "while True:\n    pass",
  },
  js: {
    upper: "result = { up: context.input.text.toUpperCase() };",
    replace: 'result = { input: { text: "other" } };',
    nothing: "",
    list: "result = [1]",
    extra: 'result = { out: context.output.out + "!" }',
    wrongExtra: "result = { out: 1 }",
    seen: "result = { seen: [...Object.keys(context).sort(), ...Object.keys(context.input).sort()] }",
    two: "result = { n: 1, other: 2 }",
    fail: "\nconsole.log('before');\nresult = context.nope.deeper;",
    failure: { exception: "TypeError", line: 15 },
    loop: "for (;;);",
  },
} as const;

test("a block in JavaScript that reads what isn't in context is told what is", async () => {
  const js = (text: string): string => `\`\`\`rllm-js pre\n${text}\n\`\`\`\nHi`;
  const hintOf = async (text: string): Promise<unknown> => (await run(js(text))).error?.hint;
  expect(await hintOf("result = { n: context.inputs.text.length }")).toBe(
    'context has no "inputs". Did you mean "input"?',
  );
  expect(await hintOf('result = { n: context["input"].body.length }')).toBe(
    'context.input has no "body". It has text.',
  );
  expect(await hintOf("const { body } = context.input;\nresult = { n: body.length }")).toBe(
    "Correct the block at the named line.",
  );
});

for (const language of ["python", "js"] as const) {
  const code = LANGUAGES[language];
  const block = (when: string, text: string): string =>
    `\`\`\`rllm-${language} ${when}\n${text}\n\`\`\`\n`;

  describe(`blocks in ${language}`, () => {
    test("what pre gives become names in templates", async () => {
      const { prompts, output } = await run(`${block("pre", code.upper)}{{up}} {{input.text}}`);
      expect(prompts).toEqual(["HI hi"]);
      expect(output).toEqual({ out: "ok" });
    });

    test("pre may replace the input", async () => {
      expect((await run(`${block("pre", code.replace)}{{input.text}}`)).prompts).toEqual(["other"]);
    });

    test("a result left alone changes nothing", async () => {
      const { prompts, output } = await run(
        `${block("pre", code.nothing)}{{input.text}}\n${block("post", code.nothing)}`,
      );
      expect([prompts, output]).toEqual([["hi"], { out: "ok" }]);
    });

    test("what post gives is merged over the output", async () => {
      expect((await run(`Hi\n${block("post", code.extra)}`)).output).toEqual({ out: "ok!" });
    });

    test("the output is checked again after post", async () => {
      const { error } = await run(`Hi\n${block("post", code.wrongExtra)}`);
      expect(error?.code).toBe("RLLM_005");
      expect(error?.details).toMatchObject({ stage: "post", path: ["out"] });
      expect(error?.receivedPayload).toEqual({ out: 1 });
    });

    test("a result that is no object is refused before the model is asked", async () => {
      const { error, prompts } = await run(`${block("pre", code.list)}Hi`);
      expect(error?.code).toBe("RLLM_009");
      expect(error?.details).toMatchObject({ actual_type: "array" });
      expect(error?.receivedPayload).toEqual([1]);
      expect(prompts).toEqual([]);
    });

    test("in= is all that it sees, out= all that is taken", async () => {
      const seen = await run(
        `\`\`\`rllm-${language} pre in=input.text out=seen\n${code.seen}\n\`\`\`\n{{seen}}`,
      );
      expect(seen.prompts).toEqual(['["input", "text"]']);
      const taken = await run(
        `\`\`\`rllm-${language} pre out=n:integer\n${code.two}\n\`\`\`\n{{n}}{{other}}`,
      );
      expect(taken.prompts).toEqual(["1"]);
    });

    test("what out= names must be there, of its type", async () => {
      const missing = await run(`\`\`\`rllm-${language} pre out=m\n${code.two}\n\`\`\`\nHi`);
      expect(missing.error?.details).toMatchObject({ exception: "ResultError", field: "m" });
      const wrong = await run(`\`\`\`rllm-${language} pre out=n:string\n${code.two}\n\`\`\`\nHi`);
      expect(wrong.error?.details).toMatchObject({ field: "n", actual_type: "number" });
    });

    test("a failure names the exception, the line in the file and its text", async () => {
      const { error, events } = await run(`${block("pre", code.fail)}Hi`);
      expect(error?.code).toBe("RLLM_009");
      const { exception, line } = code.failure;
      expect(error?.details).toMatchObject({
        exception,
        line,
        block: "pre",
        source: code.fail.split("\n")[2] ?? "",
      });
      expect(error?.receivedPayload).toEqual({ context: { input: { text: "hi" }, uses: {} } });
      const ends = events.filter((event) => event.type === "block-end");
      expect(ends).toMatchObject([
        { block: "pre", language, ok: false, printed: "before\n", printed_dropped: 0 },
      ]);
    });

    test("a block that never ends is ended, and so is one whose run is cancelled", async () => {
      const { error } = await run(`${block("pre", code.loop)}Hi`);
      expect(error?.details).toMatchObject({ exception: "TimeoutError", line: 12 });
      expect(error?.place?.text).toBe(`\`\`\`rllm-${language} pre`);
      expect(error?.hint).toBe("Make the block do less, or find the loop that doesn't end.");
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 300);
      const start = performance.now();
      const cancelled = await run(`${block("pre", code.loop)}Hi`, {
        options: { signal: stop.signal },
      });
      expect(cancelled.error?.code).toBe("RLLM_022");
      expect(performance.now() - start).toBeLessThan(patience(1500));
    });

    test("a result that is no JSON is shown where it was last assigned", async () => {
      const value = language === "js" ? "() => 1" : "print";
      const { error } = await run(`${block("pre", `result = 0\nresult = ${value}\nx = 1`)}Hi`);
      expect(error?.details).toMatchObject({ exception: "ResultError", line: 14 });
    });

    test("its level is an event, and stages are told where there are blocks only", async () => {
      const { events } = await run(`${block("pre", code.upper)}Hi`);
      const stages = events.flatMap((event) => (event.type === "stage-start" ? [event.stage] : []));
      expect(stages).toEqual(["input", "plan", "uses", "pre", "render", "window", "model"]);
      const [end] = events.filter((event) => event.type === "block-end");
      expect(end?.level).toBe(process.platform === "linux" ? "kernel" : "wasm");
    });

    test("a dry run fills in what pre gives", async () => {
      const loaded = await loadText(
        programText({ llm: "{model: a/m}" }, `${block("pre", code.upper)}{{up}}`),
        tmpdir(),
      );
      const tools = { ...createScript({ "a/m": [GOOD] }).tools, sandboxes: here };
      const dry = await dryRun(loaded, { text: "hi" }, tools, scopeAlone(tools));
      expect(dry.request?.messages.at(-1)?.content).toBe("HI");
    });
  });
}

describe("what may run", () => {
  const trusting = { trustedPython: true };

  test("trusted Python runs outside a sandbox, and says so", async () => {
    const body =
      '```rllm-python pre\nimport os\nresult = {"home": os.path.basename("/a/b")}\n```\n{{home}}';
    const { prompts, events } = await run(body, { options: trusting });
    expect(prompts).toEqual(["b"]);
    expect(events.find((event) => event.type === "block-end")?.level).toBe("none");
    const notes = events.flatMap((event) => (event.type === "note" ? [event.message] : []));
    expect(notes).toEqual(["Python blocks run outside any sandbox (--trusted-python)"]);
  });

  test("the configuration can forbid it", async () => {
    const tools = { policy: createPolicy({ trustedPython: false, require: null }) };
    const { error } = await run("```rllm-python pre\npass\n```\nHi", { options: trusting, tools });
    expect(error?.code).toBe("RLLM_021");
    expect(error?.details).toMatchObject({ rule: "sandbox.trusted_python: false" });
  });

  test("a level that is required rules it out as well", async () => {
    const tools = { policy: createPolicy({ trustedPython: true, require: "kernel" }) };
    const { error } = await run("```rllm-python pre\npass\n```\nHi", { options: trusting, tools });
    expect(error?.details).toMatchObject({ rule: "sandbox.require: kernel" });
  });

  test("a Python that isn't there is told before anything is paid for", async () => {
    const tools = { sandboxes: sandboxesHere({ python: "/nowhere/python3" }) };
    const { error, prompts, events } = await run("Hi\n```rllm-python post\npass\n```", { tools });
    expect(error?.code).toBe("RLLM_009");
    expect(error?.details).toMatchObject({ exception: "SandboxUnavailable", line: 14 });
    expect(prompts).toEqual([]);
    expect(events.some((event) => event.type === "stage-start" && event.stage === "uses")).toBe(
      false,
    );
  });
});

describe("blocks as in runllm 0.1", () => {
  const blocks = {
    python: {
      filled: "result['n'] = len(context['input']['text'])",
      stripped: "context['input']['text'] = context['input']['text'].upper()",
      replaced: "context['input'] = {'text': 'other'}",
      both: "context['input']['text'] = 'a'\nresult = {'input': {'text': 'b'}}",
      post: "context['output']['out'] = context['output']['out'].upper()",
      odd: "context['input']['x'] = {1}",
      id: "result = {'id': 12345678901234567891 + 1}",
    },
    js: {
      filled: "result.n = context.input.text.length",
      stripped: "context.input.text = context.input.text.toUpperCase()",
      replaced: "context.input = { text: 'other' }",
      both: "context.input.text = 'a'\nresult = { input: { text: 'b' } }",
      post: "context.output.out = context.output.out.toUpperCase()",
      odd: "context.input.x = new Set([1])",
      id: "result = { id: 12345678901234567891n + 1n }",
    },
  };
  for (const [language, code] of Object.entries(blocks)) {
    const block = (when: string, text: string) =>
      `\`\`\`rllm-${language} ${when}\n${text}\n\`\`\`\n`;

    test(`${language}: result begins as an empty object`, async () => {
      const { prompts, error } = await run(`${block("pre", code.filled)}Count {{n}}`);
      expect([prompts, error]).toEqual([["Count 2"], null]);
    });

    test(`${language}: what is changed within context stays, what is put in its place does not`, async () => {
      const prompt = "Say {{input.text}}";
      const said = async (text: string) => (await run(`${block("pre", text)}${prompt}`)).prompts;
      expect(await said(code.stripped)).toEqual(["Say HI"]);
      expect(await said(code.replaced)).toEqual(["Say hi"]);
      expect(await said(code.both)).toEqual(["Say b"]);
      expect((await run(`Hi\n${block("post", code.post)}`)).output).toEqual({ out: "OK" });
    });

    test(`${language}: with in= nothing of context stays`, async () => {
      const { prompts } = await run(`${block("pre in=input.text", code.stripped)}{{input.text}}`);
      expect(prompts).toEqual(["hi"]);
    });

    test(`${language}: what is no JSON value in context is told, and the run goes on`, async () => {
      const { prompts, events } = await run(`${block("pre", code.odd)}{{input.text}}`);
      expect(prompts).toEqual(["hi"]);
      const notes = events.flatMap((event) => (event.type === "note" ? [event.message] : []));
      expect(notes).toEqual([
        expect.stringMatching(
          /^What the pre block left in context is not kept: context\.input\.x is /,
        ),
      ]);
    });

    test(`${language}: whole numbers keep their digits`, async () => {
      const { prompts, error } = await run(`${block("pre", code.id)}{{id}}`);
      expect([prompts, error]).toEqual([["12345678901234567892"], null]);
    });
  }
});
