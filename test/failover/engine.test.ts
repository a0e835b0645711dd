import { describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { ModullmError, withDetails } from "../../src/core/error.ts";
import type { RunEvent } from "../../src/core/events.ts";
import type { EngineTools } from "../../src/engine/engine.ts";
import { type AloneOptions, runAlone } from "../engine/alone.ts";
import { loadText } from "../../src/library/load.ts";
import type { ModelFacts } from "../../src/model/facts.ts";
import type { Model, ModelPart, ModelRequest } from "../../src/model/model.ts";
import { programText } from "../cli/command-line.ts";
import { createScript, type Line } from "../engine/scripted.ts";
import { errorOf } from "../model/calls.ts";

const GOOD = '{"out": "ok"}';
const DOWN = new ModullmError("RLLM_017", "down", {
  details: { status: 503, reason: "it answered 503", attempts: 3 },
  retryable: true,
});

interface Told {
  readonly output: unknown;
  readonly error: ModullmError | null;
  readonly asked: readonly string[];
  readonly events: readonly RunEvent[];
}

/**
 * Runs a program on models that follow a script, one line a call; a function of the model changes
 * it.
 */
async function tell(
  lines: Record<string, Line[]>,
  more: {
    llm?: string;
    options?: AloneOptions;
    windows?: Record<string, number>;
    change?: (model: Model) => Model;
  } = {},
): Promise<Told> {
  const script = createScript(lines);
  const asked: string[] = [];
  const tools: EngineTools = {
    ...script.tools,
    async model(id) {
      const model = await script.tools.model(id);
      const changed = more.change?.(model) ?? model;
      return {
        ...changed,
        call: (request, signal) => (asked.push(id), changed.call(request, signal)),
      };
    },
    catalog: { facts: async (id) => factsOf(more.windows?.[id]) },
  };
  const llm = more.llm ?? "{model: a/m, fallbacks: [b/m]}";
  const loaded = await loadText(programText({ llm }), tmpdir());
  const events: RunEvent[] = [];
  const options = { ...more.options, listener: (event: RunEvent) => void events.push(event) };
  let [output, error]: [unknown, ModullmError | null] = [null, null];
  try {
    ({ output } = await runAlone(loaded, { text: "hi" }, tools, options));
  } catch (thrown) {
    if (!(thrown instanceof ModullmError)) throw thrown;
    error = thrown;
  }
  return { output, error, asked, events };
}

function factsOf(window: number | undefined): ModelFacts | null {
  return window === undefined
    ? null
    : { window, maxOutput: null, inputPrice: null, outputPrice: null };
}

function refusal(code: string): ModullmError {
  return new ModullmError("RLLM_017", "no", {
    details: { status: 400, provider_code: code, reason: code },
    retryable: false,
  });
}

function notes({ events }: Told, kind: string): unknown[] {
  return events.flatMap((event) =>
    event.type === "note" && event.kind === kind ? [event.data] : [],
  );
}

/** A model whose streams are these: an error at the end of one breaks it off. */
function streams(model: Model, ...all: readonly (readonly (ModelPart | ModullmError)[])[]): Model {
  let call = 0;
  return {
    ...model,
    async *call() {
      for (const part of all[Math.min(call++, all.length - 1)] ?? []) {
        if (part instanceof ModullmError) throw part;
        yield part;
      }
    },
  };
}

const END: ModelPart = { type: "finish", reason: "stop", usage: null, served: null };

function text(value: string): ModelPart {
  return { type: "text", text: value };
}

describe("a run whose model fails", () => {
  test("tells what was tried, why it was left and which model answered", async () => {
    const told = await tell({ "a/m": [DOWN], "b/m": [GOOD] });
    expect(told.output).toEqual({ out: "ok" });
    expect(notes(told, "fallback")).toEqual([
      { from: "a/m", to: "b/m", status: 503, restart: false },
    ]);
    const ends = told.events.flatMap((event) =>
      event.type === "attempt-end" ? [[event.model, event.error]] : [],
    );
    expect(ends).toEqual([
      ["a/m", "RLLM_017"],
      ["b/m", null],
    ]);
  });

  test("ends with all that was tried when none answers", async () => {
    const { error } = await tell({ "a/m": [DOWN], "b/m": [refusal("model_not_found")] });
    expect(error).toMatchObject({ code: "RLLM_017", details: { status: 400 } });
    expect(error?.details["tried"]).toEqual([
      { model: "a/m", attempts: 3, reason: "it answered 503", status: 503 },
      { model: "b/m", attempts: 1, reason: "model_not_found", status: 400 },
    ]);
  });

  test("goes to the models of the configuration after those of the file, each once", async () => {
    const { asked } = await tell(
      { "a/m": [DOWN], "b/m": [DOWN], "c/m": [GOOD] },
      { options: { fallbacks: ["b/m", "c/m"] } },
    );
    expect(asked).toEqual(["a/m", "b/m", "c/m"]);
  });

  test("says how much patience there is: little while another model is left", async () => {
    const seen: ModelRequest["patience"][] = [];
    await tell(
      { "a/m": [DOWN], "b/m": [GOOD] },
      {
        options: { deadlines: { connect: null, first: 2000, gap: null, total: null } },
        change: (model) => ({
          ...model,
          call: (request, signal) => (seen.push(request.patience), model.call(request, signal)),
        }),
      },
    );
    const set = { connect: null, first: 2000, gap: null, total: null };
    expect(seen).toEqual([
      { another: true, ...set },
      { another: false, ...set },
    ]);
  });
});

describe("a prompt that is too long", () => {
  const models = { "a/m": [refusal("context_length_exceeded")], "b/m": [GOOD], "c/m": [GOOD] };
  const llm = "{model: a/m, fallbacks: [b/m, c/m]}";

  test("goes to a model with a larger window, past one that holds no more", async () => {
    const { asked } = await tell(models, {
      llm,
      windows: { "a/m": 8000, "b/m": 8000, "c/m": 100_000 },
    });
    expect(asked).toEqual(["a/m", "c/m"]);
  });

  test("goes to a model whose window is not known", async () => {
    expect((await tell(models, { llm, windows: { "a/m": 8000 } })).asked).toEqual(["a/m", "b/m"]);
    expect((await tell(models, { llm, windows: { "b/m": 8000 } })).asked).toEqual(["a/m", "b/m"]);
  });

  test("fails at once where no model holds more, and says so", async () => {
    const { asked, error } = await tell(models, {
      llm,
      windows: { "a/m": 8000, "b/m": 8000, "c/m": 4000 },
    });
    expect(asked).toEqual(["a/m"]);
    expect(error?.details["tried"]).toEqual([
      { model: "a/m", attempts: 1, reason: "context_length_exceeded", status: 400 },
      {
        model: "b/m",
        attempts: 0,
        reason: "its window of 8000 tokens is no larger than that of a/m",
        status: null,
      },
      {
        model: "c/m",
        attempts: 0,
        reason: "its window of 4000 tokens is no larger than that of a/m",
        status: null,
      },
    ]);
  });
});

describe("a refusal to answer", () => {
  test.each(["content_policy_violation", "content_filter"])(
    "that says %p is reported, not routed around",
    async (code) => {
      const { asked, error } = await tell({ "a/m": [refusal(code)], "b/m": [GOOD] });
      expect(asked).toEqual(["a/m"]);
      expect(error).toMatchObject({
        code: "RLLM_017",
        details: { provider_code: code, tried: [{ model: "a/m" }] },
      });
    },
  );

  test("in the middle of an answer is reported too, whatever had come", async () => {
    const cut: ModelPart = { type: "finish", reason: "content-filter", usage: null, served: null };
    for (const parts of [[text(GOOD), cut], [cut]]) {
      const change = (model: Model) => (model.id === "a/m" ? streams(model, parts) : model);
      const { asked, error } = await tell({ "a/m": [GOOD], "b/m": [GOOD] }, { change });
      expect(asked).toEqual(["a/m"]);
      expect(error?.details).toMatchObject({ provider_code: "content_filter", retryable: false });
    }
  });
});

describe("an answer that breaks off", () => {
  const broken = [text('{"out": "ha'), withDetails(DOWN, { attempts: 1 })];

  test("is given up and begun anew by the next model, never joined", async () => {
    const change = (model: Model) => (model.id === "a/m" ? streams(model, broken) : model);
    const told = await tell(
      { "a/m": [GOOD], "b/m": [GOOD] },
      { change, options: { stream: true } },
    );
    expect(told.output).toEqual({ out: "ok" });
    expect(notes(told, "fallback")).toEqual([
      { from: "a/m", to: "b/m", status: 503, restart: true },
    ]);
    const deltas = told.events.flatMap((event) =>
      event.type === "model-delta" ? [[event.attempt, event.text]] : [],
    );
    expect(deltas).toEqual([
      [1, '{"out": "ha'],
      [2, GOOD],
    ]);
  });

  test("is asked for again where no other model is left, three times at most", async () => {
    const llm = "{model: a/m}";
    const twice = await tell(
      { "a/m": [GOOD] },
      { llm, change: (model) => streams(model, broken, [text(GOOD), END]) },
    );
    expect([twice.output, twice.asked.length]).toEqual([{ out: "ok" }, 2]);
    expect(notes(twice, "restart")).toEqual([
      { from: "a/m", to: "a/m", status: 503, restart: false },
    ]);
    const never = await tell({ "a/m": [GOOD] }, { llm, change: (model) => streams(model, broken) });
    expect([never.error?.code, never.asked.length]).toEqual(["RLLM_017", 3]);
  });
});

describe("a model that rests", () => {
  const resting = (id: string) => (model: Model) => ({
    ...model,
    restsUntil: () => (model.id === id ? Date.now() + 5000 : null),
  });

  test("goes behind the others, with a note", async () => {
    const told = await tell({ "a/m": [GOOD], "b/m": [GOOD] }, { change: resting("a/m") });
    expect(told.asked).toEqual(["b/m"]);
    expect(notes(told, "fallback")).toMatchObject([{ model: "a/m" }]);
  });

  test("is asked when nothing else is left", async () => {
    expect(
      (await tell({ "a/m": [GOOD], "b/m": [DOWN] }, { change: resting("a/m") })).asked,
    ).toEqual(["b/m", "a/m"]);
    expect(
      (await tell({ "a/m": [GOOD] }, { llm: "{model: a/m}", change: resting("a/m") })).asked,
    ).toEqual(["a/m"]);
  });
});

test("what no model can mend is not tried elsewhere", async () => {
  const script = createScript({ "a/m": [new ModullmError("RLLM_020", "too dear")], "b/m": [GOOD] });
  const loaded = await loadText(programText({ llm: "{model: a/m, fallbacks: [b/m]}" }), tmpdir());
  expect((await errorOf(() => runAlone(loaded, { text: "hi" }, script.tools))).code).toBe(
    "RLLM_020",
  );
  expect(script.asked).toHaveLength(1);
});
