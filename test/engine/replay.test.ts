/** A hundred runs, shown again from nothing but their events as they were written down. */
import { expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVerbose } from "../../src/cli/render/events.ts";
import { createOutput } from "../../src/cli/output.ts";
import type { RunEvent } from "../../src/core/events.ts";
import { parseJson, writeJson } from "../../src/core/json.ts";
import type { ModullmError } from "../../src/core/error.ts";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { type LoadedProgram, loadProgram } from "../../src/library/load.ts";
import { programText } from "../cli/command-line.ts";
import { runAlone } from "./alone.ts";
import type { HostTool } from "../../src/engine/tools/host.ts";
import { createScript, type Line } from "./scripted.ts";
import { ended, programs as toolPrograms } from "./tools.ts";

/** What a screen shows of one run, however it came to know it. */
interface Shown {
  readonly name: string;
  readonly entry: string | null;
  readonly item: number | null;
  input: unknown;
  output: unknown;
  error: string | null;
  readonly attempts: { prompt: string; answer: string | null; ok: boolean }[];
  /** Calls of tools with what came of them, in the order in which they ended. */
  readonly calls: { tool: string; arguments: unknown; result: string; ok: boolean }[];
  readonly children: Shown[];
}

/** From events alone. */
function screenOf(events: readonly RunEvent[]): Shown[] {
  const runs = new Map<string, Shown>();
  const roots: Shown[] = [];
  for (const event of events) {
    if (event.type === "run-start") {
      const { name, entry, item } = event;
      const nothing = { input: null, output: null, error: null };
      const facts = { ...nothing, attempts: [], calls: [], children: [] };
      const shown: Shown = { name, entry, item, ...facts };
      runs.set(event.run, shown);
      (event.parent === null ? roots : (runs.get(event.parent)?.children ?? [])).push(shown);
    }
    const run = runs.get(event.run);
    if (!run) throw new Error(`an event of a run that never began: ${event.run}`);
    const attempt = run.attempts.at(-1);
    if (event.type === "value" && event.of !== "pre") run[event.of] = event.value;
    else if (event.type === "request")
      run.attempts.push({
        prompt: event.messages.map(({ content }) => content).join("\n"),
        answer: null,
        ok: false,
      });
    else if (event.type === "answer" && attempt) attempt.answer = event.text;
    else if (event.type === "attempt-end" && attempt) attempt.ok = event.ok;
    else if (event.type === "tool") {
      const { tool, arguments: input, result, failed } = event;
      run.calls.push({ tool, arguments: input, result, ok: !failed });
    } else if (event.type === "run-end") run.error = event.error?.error_code ?? null;
  }
  return roots;
}

function flat(shown: readonly Shown[]): Shown[] {
  return shown.flatMap((run) => [run, ...flat(run.children)]);
}

/** The lines of `--verbose`, without the times. */
function linesOf(events: readonly RunEvent[]): string {
  let text = "";
  const terminal = {
    env: {},
    cwd: "/",
    stdoutIsTty: false,
    stderrIsTty: false,
    columns: 80,
    stdout: () => {},
    stderr: (part: string) => void (text += part),
    async *stdin() {},
    onInterrupt: () => () => {},
  };
  const show = createVerbose(createOutput(terminal, createRedactor([]), { color: "never" }));
  for (const event of events) show(event);
  return text;
}

async function programs(): Promise<LoadedProgram> {
  const folder = mkdtempSync(join(tmpdir(), "replay-"));
  const schema = "{type: object, properties: {n: {type: string}, list: {type: array}}}";
  const keys = { input_schema: schema, llm: "{model: a/m}", retries: "1" };
  const uses = `[{name: one, path: leaf.rllm, with: {n: "{{input.n}}"}}, {name: many, path: leaf.rllm, each: "{{input.list}}", with: {n: "{{item}}"}, on_error: "null"}]`;
  const files = {
    "root.rllm": programText({ name: "root", ...keys, uses }, "root {{input.n}} {{uses.one}}"),
    "leaf.rllm": programText({ name: "leaf", ...keys }, "leaf {{input.n}}"),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return await loadProgram(join(folder, "root.rllm"));
}

test("a hundred recorded runs are shown again as they went", async () => {
  const loaded = await programs();
  let state = 7;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let index = 0; index < 100; index++) {
    const asked: { prompt: string; answer: string }[] = [];
    const line: Line = async ({ messages }) => {
      const answer = random() < 0.25 ? "no JSON" : `{"out": "${index} ${asked.length} \\u00e9"}`;
      asked.push({ prompt: messages.map(({ content }) => content).join("\n"), answer });
      if (random() < 0.3) await new Promise(setImmediate);
      return answer;
    };
    const { tools } = createScript({ "a/m": [line] });
    const events: RunEvent[] = [];
    const live: RunEvent[] = [];
    const input = { n: String(index), list: ["x", "y", "z"].slice(0, index % 4) };
    const result = await runAlone(loaded, input, tools, {
      payloads: true,
      stream: true,
      listener(event) {
        live.push(event);
        events.push(parseJson(writeJson(event)) as RunEvent);
      },
    }).then(
      ({ output }) => ({ output, error: null }),
      ({ code }: ModullmError) => ({ output: null, error: code }),
    );
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at));
    const [root, ...others] = screenOf(events);
    expect(others).toEqual([]);
    expect(root).toMatchObject({ name: "root", input, ...result });
    const attempts = flat(root ? [root] : []).flatMap((run) => run.attempts);
    const shown = attempts.map(({ prompt, answer }) => ({ prompt, answer: answer ?? "" }));
    const byPrompt = (a: { prompt: string }, b: { prompt: string }): number =>
      a.prompt < b.prompt ? -1 : 1;
    expect(shown.toSorted(byPrompt)).toEqual(asked.toSorted(byPrompt));
    expect(attempts.every(({ ok, answer }) => ok === (answer !== "no JSON"))).toBe(true);
    const items = root?.children.filter(({ entry }) => entry === "many").map(({ item }) => item);
    if (result.error === null) expect(items?.toSorted()).toEqual(input.list.map((_, at) => at));
    expect(linesOf(events)).toBe(linesOf(live));
  }
});

test("runs with tools are shown again, with every call and its result", async () => {
  const loaded = await toolPrograms({
    desk: { retries: "1", tools: "[{program: ./leaf.rllm}]" },
    leaf: { retries: "0", llm: "{model: b/m}" },
  });
  let state = 11;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let index = 0; index < 50; index++) {
    const given: string[] = [];
    const say: HostTool = {
      description: "d",
      input: { type: "object", properties: { text: { type: "string" } } },
      async run({ text }) {
        if (random() < 0.5) await new Promise(setImmediate);
        const result = `said ${text as string}`;
        given.push(result);
        return result;
      },
    };
    const turn: Line = async ({ tools }) => {
      const calls = Array.from({ length: Math.floor(random() * 4) }, () => {
        const name = ["say", "leaf", "none"][Math.floor(random() * 3)] ?? "";
        return [name, { text: `${Math.floor(random() * 1e6)}` }] as const;
      });
      return calls.length === 0 || tools?.choice === "none" ? '{"out": "o"}' : { calls };
    };
    const leaf: Line = async () => (random() < 0.3 ? "no JSON" : '{"out": "leaf"}');
    const { tools } = createScript({ "a/m": [turn], "b/m": [leaf] });
    const live = await ended(loaded, tools, { stream: true, tools: { say } });
    const events = live.events.map((event) => parseJson(writeJson(event)) as RunEvent);
    const [root] = screenOf(events);
    expect(root).toMatchObject({ name: "desk", output: live.output });
    const said = root?.calls.filter(({ tool }) => tool === "say") ?? [];
    expect(said.map((call) => call.result).toSorted(byText)).toEqual(given.toSorted(byText));
    const leaves = root?.calls.filter(({ tool }) => tool === "leaf") ?? [];
    const ran = root?.children ?? [];
    expect(ran.every(({ entry }) => entry === "leaf")).toBe(true);
    const failures = (shown: readonly { ok: boolean }[]): number =>
      shown.filter(({ ok }) => !ok).length;
    expect(ran.filter(({ error }) => error !== null)).toHaveLength(failures(leaves));
    expect(root?.calls.some(({ tool, ok }) => tool === "none" && ok)).toBe(false);
    expect(linesOf(events)).toBe(linesOf(live.events));
  }
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
