import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, property } from "fast-check";
import { ModullmError } from "../../src/core/error.ts";
import type { RunEvent } from "../../src/core/events.ts";
import { dryRun } from "../../src/engine/dry-run.ts";
import type { RunResult } from "../../src/engine/engine.ts";
import { loadText } from "../../src/library/load.ts";
import { makeFolder, programText } from "../cli/command-line.ts";
import { drawn, pick, schemaAround, someValue } from "../contract/fits-schemas.ts";
import { dataUri, PNG } from "../media/files.ts";
import { readerIn } from "../media/reader.ts";
import { sandboxesHere } from "../sandbox/here.ts";
import { type AloneOptions, runAlone, scopeAlone } from "./alone.ts";
import { createScript, type Line, shapes } from "./scripted.ts";

const sandboxes = sandboxesHere();
afterAll(() => sandboxes.close());

const RUNS = Number(process.env["FC_RUNS"] ?? 100);
const ANY = "{type: object}";
const USES = '[{name: other, path: ./other.rllm, with: {text: "{{input.text}}"}}]';

/** A program without a model beside one that asks `a/m`. */
async function load(front: Record<string, string>, { body = "", other = {} } = {}) {
  const used = programText({ llm: "{model: a/m}", output_schema: ANY, ...other });
  const folder = makeFolder({ "other.rllm": used });
  writeFileSync(join(folder, "a.png"), PNG);
  const about =
    "name: rows\ndescription: d\nversion: 1.0.0\nauthor: a\ninput_schema: {type: object}";
  const keys = { output_schema: ANY, uses: USES, ...front };
  const lines = Object.entries(keys).map(([key, value]) => `${key}: ${value}`);
  const kept = about.split("\n").filter((line) => !Object.hasOwn(keys, line.split(":")[0] ?? ""));
  const text = `---\n${[...kept, ...lines].join("\n")}\n---\n${body}`;
  return { loaded: await loadText(text, folder), folder };
}

interface Ran extends RunResult {
  readonly events: readonly RunEvent[];
  readonly asked: number;
}

async function run(
  front: Record<string, string>,
  {
    body = "",
    other = {},
    lines = ['{"out": "ok"}'],
    input = { text: "hi" },
    ...options
  }: Given = {},
): Promise<Ran> {
  const { loaded, folder } = await load(front, { body, other });
  const script = createScript({ "a/m": [...lines] });
  const events: RunEvent[] = [];
  const tools = { ...script.tools, sandboxes, media: readerIn(folder) };
  const listener = (event: RunEvent): void => void events.push(event);
  const result = await runAlone(loaded, input, tools, { listener, ...options });
  return { ...result, events, asked: script.asked.length };
}

interface Given extends AloneOptions {
  readonly body?: string;
  readonly other?: Record<string, string>;
  readonly lines?: readonly Line[];
  readonly input?: unknown;
}

async function failure(running: Promise<unknown>): Promise<ModullmError> {
  const thrown: unknown = await running.then(() => null).catch((error: unknown) => error);
  if (thrown instanceof ModullmError) return thrown;
  throw new Error("it did not fail");
}

function block(when: "pre" | "post", code: string): string {
  return `\`\`\`rllm-js ${when}\n${code}\n\`\`\`\n`;
}

describe("a program with output", () => {
  test("asks no model itself, and has the stage output in the place of those that do", async () => {
    const front = { output: '{a: "{{uses.other.out}}", n: "{{input.n}}", t: "n is {{input.n}}"}' };
    const ran = await run(front, { input: { text: "hi", n: 3 } });
    expect(ran.output).toEqual({ a: "ok", n: 3, t: "n is 3" });
    expect(ran.asked).toBe(1);
    const own = ran.events.filter((event) => event.run === ran.run);
    expect(shapes(own)).toEqual(
      ["run-start", "input", "plan", "uses", "output", "run-end ok"].flatMap((name) =>
        name.startsWith("run-")
          ? [`run-1 ${name}`]
          : [`run-1 stage-start ${name}`, `run-1 stage-end ${name}`],
      ),
    );
    expect(own[0]).toMatchObject({ type: "run-start", model: null });
  });

  test("asks none although the run names a model, and needs no key for one", async () => {
    const front = { uses: "[]", output: "{a: 1}" };
    const ran = await run(front, { model: "nowhere/m" });
    expect(ran).toMatchObject({ output: { a: 1 }, asked: 0 });
    expect(ran.events[0]).toMatchObject({ model: null });
  });

  test.each<[string, string, unknown]>([
    ["one template as the whole", '"{{input.list}}"', [1, { a: null }]],
    ["text", '"of {{input.list}}"', 'of [1, {"a": null}]'],
    ["what is not there", '{a: "{{input.none}}"}', { a: null }],
    ["lists and mappings at any depth", '{a: [{b: "{{input.list.0}}"}]}', { a: [{ b: 1 }] }],
    ["braces within a value", '{a: "{{input.text}}"}', { a: "{{input.list}}" }],
  ])("gives %s", async (_, output, wanted) => {
    const input = { text: "{{input.list}}", list: [1, { a: null }] };
    const ran = await run({ uses: "[]", output_schema: "{}", output }, { input });
    expect(ran.output).toEqual(wanted as RunResult["output"]);
  });

  test("gives a typed value as text where only that is taken", async () => {
    const output_schema = "{type: object, properties: {n: {type: string}}}";
    const ran = await run(
      { uses: "[]", output_schema, output: '{n: "{{input.n}}"}' },
      { input: { n: 5 } },
    );
    expect(ran.output).toEqual({ n: "5" });
  });

  test("may give null as a whole", async () => {
    expect(
      (await run({ uses: "[]", output_schema: "{}", output: '"{{input.x}}"' })).output,
    ).toBeNull();
  });

  test("takes what its pre block gives, and lays what its post block gives over the output", async () => {
    const body = `${block("pre", "result = { n: context.uses.other.out.length };")}${block("post", "result = { twice: context.output.n * 2 };")}`;
    expect((await run({ output: '{n: "{{n}}"}' }, { body })).output).toEqual({ n: 2, twice: 4 });
  });

  test("keeps a list that its post block changes in place, and refuses keys for it", async () => {
    const front = { uses: "[]", output_schema: "{type: array}", output: '"{{input.list}}"' };
    const input = { list: [1] };
    const changed = await run(front, { input, body: block("post", "context.output.push(2);") });
    expect(changed.output).toEqual([1, 2]);
    const body = block("post", "result = { a: 1 };");
    const error = await failure(run(front, { input, body }));
    expect(error).toMatchObject({ code: "RLLM_005", details: { stage: "post", path: ["a"] } });
  });

  test("that breaks its contract ends with RLLM_005", async () => {
    const output_schema = "{type: object, properties: {n: {type: integer}}}";
    const front = { uses: "[]", output_schema, output: '{n: "{{input.text}}"}' };
    expect(await failure(run(front))).toMatchObject({
      code: "RLLM_005",
      details: { stage: "output", path: ["n"], validator: "type" },
      receivedPayload: { n: "hi" },
    });
  });

  test("gives a file of the input back as a data URI", async () => {
    const input_schema =
      "{type: object, properties: {picture: {type: string, contentMediaType: image/*}}}";
    const front = { input_schema, uses: "[]", output: '{picture: "{{input.picture}}"}' };
    const picture = dataUri("image/png", PNG);
    expect((await run(front, { input: { picture } })).output).toEqual({ picture });
    expect((await run(front, { input: { picture: "a.png" } })).output).toEqual({ picture });
  });

  test("carries the chain of a child's error", async () => {
    const error = await failure(run({ output: "{a: 1}" }, { lines: [null], maxRetries: 0 }));
    expect(error).toMatchObject({ code: "RLLM_011", details: { chain: [{ name: "other" }] } });
  });

  test("needs no call of its budget for itself", async () => {
    const front = { output: "{a: 1}", budget: "{calls: 1}" };
    expect((await run(front)).output).toEqual({ a: 1 });
    const none = await failure(run({ ...front, budget: "{calls: 0}" }));
    expect(none).toMatchObject({ code: "RLLM_020", details: { would_spend: { calls: 1 } } });
    expect((await run({ uses: "[]", output: "{a: 1}" }, { budget: { calls: 0 } })).asked).toBe(0);
  });
});

describe("a dry run of a program with output", () => {
  async function look(front: Record<string, string>, body = "") {
    const { loaded } = await load(front, { body });
    const tools = { ...createScript({ "a/m": ["{}"] }).tools, sandboxes };
    return await dryRun(loaded, { text: "hi" }, tools, scopeAlone(tools));
  }

  test("shows no request, and what would be given where that is known", async () => {
    const body = block("pre", "result = { up: context.input.text.toUpperCase() };");
    expect(await look({ uses: "[]", output: '{a: "{{up}}"}' }, body)).toMatchObject({
      request: null,
      prompt_tokens: 0,
      max_completion_tokens: 0,
      cost_usd: { prompt: 0, at_most: 0 },
      output: { a: "HI" },
      notes: [],
    });
  });

  test("shows what its children would send, and no output that depends on their answers", async () => {
    const dry = await look({ output: '{a: "{{uses.other.out}}"}' });
    expect(dry).toMatchObject({ request: null, output: null });
    expect(dry.uses).toMatchObject([{ name: "other", dry_run: { request: { model: "a/m" } } }]);
    expect(dry.notes).toEqual(["Outputs of `uses` are not known yet, and so the output is not"]);
  });

  test("fails as the run would", async () => {
    const output_schema = "{type: object, properties: {n: {type: integer}}}";
    const looking = look({ uses: "[]", output_schema, output: '{n: "{{input.text}}"}' });
    expect((await failure(looking)).code).toBe("RLLM_005");
  });
});

test(
  "what is proved of an output holds in every run of the engine",
  async () => {
    const { createEdgeChecker } = await import("../../src/program/edges.ts");
    const { collectEdge } = await import("../../src/program/collect-edge.ts");
    const cases: { front: Record<string, string>; answer: string; schema: string }[] = [];
    assert(
      property(
        drawn((roll) => {
          const answer = { out: someValue(roll, 2), n: roll(5) };
          const leaf = pick(roll, ["{{uses.other.out}}", "{{uses.other}}", "is {{uses.other.n}}"]);
          const given = {
            a:
              { "{{uses.other.out}}": answer.out, "{{uses.other}}": answer }[leaf] ??
              `is ${answer.n}`,
          };
          return {
            front: {
              output: JSON.stringify({ a: leaf }),
              output_schema: JSON.stringify(schemaAround(roll, given)),
            },
            answer: JSON.stringify(answer),
            schema: JSON.stringify({ ...schemaAround(roll, answer), type: "object" }),
          };
        }),
        (one) => {
          cases.push(one);
        },
      ),
      { numRuns: RUNS },
    );
    let held = 0;
    for (const { front, answer, schema } of cases) {
      const other = { output_schema: schema };
      const { loaded } = await load(front, { other });
      const edge = collectEdge(loaded);
      const verdict = edge === null ? null : createEdgeChecker().check(edge).verdict;
      if (verdict !== "fits" || !loaded.uses[0]?.child.program.output.check(JSON.parse(answer)).ok)
        continue;
      held++;
      const { output } = await run(front, { other, lines: [answer] });
      expect(loaded.program.output.check(output).ok).toBe(true);
    }
    expect(held).toBeGreaterThan(RUNS / 10);
  },
  120_000 + RUNS * 1000,
);
