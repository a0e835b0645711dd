import { describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModullmError } from "../../src/core/error.ts";
import type { RunEvent } from "../../src/core/events.ts";
import { runAlone } from "./alone.ts";
import { type LoadedProgram, loadProgram, loadText } from "../../src/library/load.ts";
import { programText as smallProgram } from "../cli/command-line.ts";
import { createScript, shapes } from "./scripted.ts";

function programText(front: Record<string, string> = {}, body?: string): string {
  return smallProgram({ llm: "{model: a/m}", ...front }, body);
}

async function program(front: Record<string, string> = {}, body?: string): Promise<LoadedProgram> {
  return await loadText(programText(front, body), tmpdir());
}

async function failure(promise: Promise<unknown>): Promise<ModullmError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof ModullmError) return thrown;
    throw thrown;
  }
  throw new Error("it did not fail");
}

const GOOD = '{"out": "ok"}';

describe("runProgram()", () => {
  test("asks with one user message and gives the checked object", async () => {
    const script = createScript({ "a/m": [GOOD] });
    const { output } = await runAlone(await program(), { text: "hi" }, script.tools);
    expect(output).toEqual({ out: "ok" });
    expect(script.asked).toEqual([
      { model: "a/m", messages: [{ role: "user", content: "Say hi" }] },
    ]);
  });

  test("tells its story in events, each run ended once", async () => {
    const events: RunEvent[] = [];
    const script = createScript({ "a/m": ["bad", GOOD] });
    await runAlone(await program(), { text: "hi" }, script.tools, {
      listener: (event) => events.push(event),
    });
    expect(shapes(events)).toEqual([
      "run-1 run-start",
      "run-1 stage-start input",
      "run-1 stage-end input",
      "run-1 stage-start plan",
      "run-1 stage-end plan",
      "run-1 stage-start uses",
      "run-1 stage-end uses",
      "run-1 stage-start render",
      "run-1 stage-end render",
      "run-1 stage-start window",
      "run-1 stage-end window",
      "run-1 stage-start model",
      "run-1 attempt-start",
      "run-1 attempt-end RLLM_006",
      "run-1 attempt-start",
      "run-1 attempt-end ok",
      "run-1 stage-end model",
      "run-1 run-end ok",
    ]);
  });

  test("a retry continues the conversation with the failed answer and the reasons", async () => {
    const script = createScript({ "a/m": ['{"out": 5}', GOOD] });
    await runAlone(
      await program({}, "Say {{input.text}}\n<<<RECOVERY>>>\nFix: {{errors}}"),
      { text: "hi" },
      script.tools,
    );
    const [, retry] = script.asked;
    expect(retry?.messages.map((message) => message.role)).toEqual(["user", "assistant", "user"]);
    expect(retry?.messages[1]?.content).toBe('{"out": 5}');
    expect(retry?.messages[2]?.content).toBe(
      "Fix: - $.out is the number 5, but a string is wanted",
    );
  });

  test("without recovery text the default shows the contract", async () => {
    const script = createScript({ "a/m": ["nope", GOOD] });
    await runAlone(await program(), { text: "hi" }, script.tools);
    expect(script.asked[1]?.messages[2]?.content).toContain("{ out: string }");
  });

  test("stops after its retries with the last answer and why", async () => {
    const script = createScript({ "a/m": ['{"out": 5}'] });
    const error = await failure(
      runAlone(await program({ retries: "1" }), { text: "hi" }, script.tools),
    );
    expect(error).toMatchObject({ code: "RLLM_013", receivedPayload: { out: 5 } });
    expect(error.details).toMatchObject({
      retries: 1,
      last_error_code: "RLLM_005",
      path: ["out"],
      attempts: 2,
    });
    expect(script.asked).toHaveLength(2);
  });

  test("the option wins over the file, the file over the default", async () => {
    const script = createScript({ "a/m": ["bad"] });
    await failure(
      runAlone(await program({ retries: "1" }), { text: "hi" }, script.tools, { maxRetries: 0 }),
    );
    await failure(
      runAlone(await program({ retries: "1" }), { text: "hi" }, script.tools, {
        defaultRetries: 5,
      }),
    );
    await failure(runAlone(await program(), { text: "hi" }, script.tools, { defaultRetries: 3 }));
    expect(script.asked).toHaveLength(1 + 2 + 4);
  });

  test("an input that breaks its schema costs nothing", async () => {
    const script = createScript({ "a/m": [GOOD] });
    const error = await failure(runAlone(await program(), { text: 5 }, script.tools));
    expect(error).toMatchObject({ code: "RLLM_004", receivedPayload: { text: 5 } });
    expect(error.details).toMatchObject({
      validator: "type",
      path: ["text"],
      schema_path: ["properties", "text", "type"],
    });
    expect(script.asked).toEqual([]);
  });

  test("a reply without text is asked for again, and RLLM_011 in the end", async () => {
    const script = createScript({ "a/m": [null] });
    const error = await failure(runAlone(await program(), { text: "hi" }, script.tools));
    expect(error).toMatchObject({
      code: "RLLM_011",
      details: { actual_type: "null", retries: 2, attempts: 3 },
    });
    expect(script.asked).toHaveLength(3);
  });

  test("a prompt over the window is refused before the call", async () => {
    const script = createScript({ "a/m": [GOOD] });
    const error = await failure(
      runAlone(
        await program({ max_context_window: "10" }),
        { text: "x".repeat(100) },
        script.tools,
      ),
    );
    expect(error).toMatchObject({
      code: "RLLM_012",
      details: { max_context_window: 10, app: "base", estimated_tokens: 52 },
    });
    expect(script.asked).toEqual([]);
  });

  test("a retry that would pass the window leaves the failed answer out", async () => {
    const script = createScript({ "a/m": ["bad".repeat(200), GOOD] });
    await runAlone(await program({ max_context_window: "150" }), { text: "hi" }, script.tools);
    expect(script.asked[1]?.messages.map((message) => message.role)).toEqual(["user"]);
    expect(script.asked[1]?.messages[0]?.content).toStartWith("Say hi\n\n");
  });

  test("system text and examples come before the prompt", async () => {
    const script = createScript({ "a/m": [GOOD] });
    const loaded = await program({
      system: "You are brief.",
      examples: "[{input: {text: one}, output: {out: two}}]",
    });
    await runAlone(loaded, { text: "hi" }, script.tools);
    expect(script.asked[0]?.messages).toEqual([
      { role: "system", content: "You are brief." },
      { role: "user", content: "Say one" },
      { role: "assistant", content: '{"out":"two"}' },
      { role: "user", content: "Say hi" },
    ]);
  });

  test("{{schema.output}} is the sketch of the contract", async () => {
    const script = createScript({ "a/m": [GOOD] });
    await runAlone(await program({}, "Answer as {{schema.output}}"), {}, script.tools);
    expect(script.asked[0]?.messages[0]?.content).toBe("Answer as { out: string }");
  });
});

describe("models and fallbacks", () => {
  const down = new ModullmError("RLLM_017", "down", { details: { status: 503 }, retryable: true });
  const refused = new ModullmError("RLLM_017", "no", {
    details: { status: 400 },
    retryable: false,
  });

  test("the next model takes over when a provider fails", async () => {
    const script = createScript({ "a/m": [down], "b/m": [GOOD] });
    const loaded = await program({ llm: "{model: a/m, fallbacks: [b/m]}" });
    expect((await runAlone(loaded, { text: "hi" }, script.tools)).output).toEqual({ out: "ok" });
    expect(script.asked.map((ask) => ask.model)).toEqual(["a/m", "b/m"]);
  });

  test("also when it refuses the request: another server may take it", async () => {
    const script = createScript({ "a/m": [refused], "b/m": [GOOD] });
    const loaded = await program({ llm: "{model: a/m, fallbacks: [b/m]}" });
    await runAlone(loaded, { text: "hi" }, script.tools);
    expect(script.asked.map((ask) => ask.model)).toEqual(["a/m", "b/m"]);
  });

  test("a request that is too long goes to a model that may have a larger window", async () => {
    const long = new ModullmError("RLLM_017", "too long", {
      details: { status: 400, provider_code: "context_length_exceeded" },
      retryable: false,
    });
    const script = createScript({ "a/m": [long], "b/m": [GOOD] });
    await runAlone(
      await program({ llm: "{model: a/m, fallbacks: [b/m]}" }),
      { text: "hi" },
      script.tools,
    );
    expect(script.asked.map((ask) => ask.model)).toEqual(["a/m", "b/m"]);
  });

  test("a model without credentials is passed over, the first one's error shows when all lack them", async () => {
    const script = createScript({ "b/m": [GOOD] });
    const loaded = await program({ llm: "{model: a/m, fallbacks: [b/m]}" });
    await runAlone(loaded, { text: "hi" }, script.tools);
    expect(script.asked.map((ask) => ask.model)).toEqual(["b/m"]);
    const error = await failure(
      runAlone(await program({ llm: "{model: x/m, fallbacks: [y/m]}" }), {}, script.tools),
    );
    expect(error).toMatchObject({ code: "RLLM_014", details: { model: "x/m" } });
  });

  test("an override replaces the model and drops the fallbacks", async () => {
    const script = createScript({ "c/m": [down], "b/m": [GOOD] });
    await failure(
      runAlone(
        await program({ llm: "{model: a/m, fallbacks: [b/m]}" }),
        { text: "hi" },
        script.tools,
        {
          model: "c/m",
        },
      ),
    );
    expect(script.asked.map((ask) => ask.model)).toEqual(["c/m"]);
  });

  test("recommended takes the first usable", async () => {
    const script = createScript({ "b/m": [GOOD] });
    await runAlone(
      await program({ recommended_models: "[a/m, b/m]" }),
      { text: "hi" },
      script.tools,
      {
        model: "recommended",
      },
    );
    expect(script.asked.map((ask) => ask.model)).toEqual(["b/m"]);
    expect(
      (await failure(runAlone(await program(), {}, script.tools, { model: "recommended" }))).code,
    ).toBe("RLLM_002");
  });

  test("a block fails the run before anything is paid for", async () => {
    const script = createScript({ "a/m": [GOOD] });
    const error = await failure(
      runAlone(await program({}, "```rllm-python pre\nx\n```\nHi"), {}, script.tools),
    );
    expect(error).toMatchObject({
      code: "RLLM_009",
      details: { exception: "NameError", line: 13 },
    });
    expect(script.asked).toEqual([]);
  });

  test("cost is null without a price, never zero", async () => {
    const events: RunEvent[] = [];
    const script = createScript({ "a/m": [GOOD], "priced/m": [GOOD] });
    for (const model of ["a/m", "priced/m"])
      await runAlone(await program(), {}, script.tools, {
        model,
        listener: (event) => events.push(event),
      });
    const costs = events.flatMap((event) => (event.type === "attempt-end" ? [event.cost_usd] : []));
    expect(costs).toEqual([null, (10 * 1 + 5 * 2) / 1e6]);
  });
});

describe("cancelling", () => {
  test("ends the run with RLLM_022 while a call is under way", async () => {
    const interrupt = new AbortController();
    const script = createScript({
      "a/m": [
        (_request, signal) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason as Error));
            interrupt.abort();
          }),
      ],
    });
    const events: RunEvent[] = [];
    const error = await failure(
      runAlone(await program(), {}, script.tools, {
        signal: interrupt.signal,
        listener: (event) => events.push(event),
      }),
    );
    expect(error).toMatchObject({ code: "RLLM_022", details: { reason: "interrupted" } });
    expect(shapes(events).at(-1)).toBe("run-1 run-end RLLM_022");
  });
});

describe("uses", () => {
  const child = programText(
    {
      name: "child",
      input_schema:
        "{type: object, properties: {n: {type: integer}, s: {type: string}}, additionalProperties: false}",
    },
    "n={{input.n}} s={{input.s}}",
  );

  async function parentOf(uses: string, body: string): Promise<LoadedProgram> {
    const folder = mkdtempSync(join(tmpdir(), "uses-"));
    writeFileSync(join(folder, "child.rllm"), child);
    writeFileSync(
      join(folder, "parent.rllm"),
      programText({ uses, input_schema: "{type: object}" }, body),
    );
    return await loadProgram(join(folder, "parent.rllm"));
  }

  test("children run first, typed values pass, outputs are roots", async () => {
    const script = createScript({ "a/m": ['{"out": "C"}', GOOD] });
    const events: RunEvent[] = [];
    const loaded = await parentOf(
      '[{name: c, path: ./child.rllm, with: {n: "{{input.n}}", s: "n is {{input.n}}"}}]',
      "{{uses.c.out}}!",
    );
    await runAlone(loaded, { n: 5 }, script.tools, { listener: (event) => events.push(event) });
    expect(script.asked.map((ask) => ask.messages[0]?.content)).toEqual(["n=5 s=n is 5", "C!"]);
    const start = events.filter((event) => event.type === "run-start");
    expect(start.map((event) => event.parent)).toEqual([null, "run-1"]);
  });

  test("a typed value the child rejects goes as its text where that is accepted", async () => {
    const script = createScript({ "a/m": [GOOD] });
    const loaded = await parentOf('[{name: c, path: child.rllm, with: {s: "{{input.n}}"}}]', "x");
    await runAlone(loaded, { n: 5 }, script.tools);
    expect(script.asked[0]?.messages[0]?.content).toBe("n= s=5");
  });

  test("an entry runs after those it reads, whatever their order", async () => {
    const script = createScript({ "a/m": ['{"out": "first"}', GOOD] });
    const loaded = await parentOf(
      '[{name: b, path: child.rllm, with: {s: "{{uses.a.out}}"}}, {name: a, path: child.rllm}]',
      "x",
    );
    await runAlone(loaded, {}, script.tools);
    expect(script.asked.map((ask) => ask.messages[0]?.content)).toEqual([
      "n= s=",
      "n= s=first",
      "x",
    ]);
  });

  test("a child's error says which child", async () => {
    const script = createScript({ "a/m": [GOOD] });
    const loaded = await parentOf("[{name: c, path: child.rllm, with: {n: '{{input.bad}}'}}]", "x");
    const error = await failure(runAlone(loaded, { bad: "no" }, script.tools));
    expect(error.code).toBe("RLLM_004");
    expect(error.details["chain"]).toEqual([{ name: "c", path: loaded.uses[0]?.child.path }]);
  });
});
