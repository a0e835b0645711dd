import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LOCAL_USER } from "../../src/core/principal.ts";
import { createLimiters } from "../../src/engine/limiter.ts";
import { runProgram } from "../../src/engine/run.ts";
import { createScope, type Scope } from "../../src/engine/scope.ts";
import { loadText } from "../../src/library/load.ts";
import { programText } from "../cli/command-line.ts";
import { createScript } from "./scripted.ts";

const clock = {
  ticks: () => performance.now(),
  after: (ms: number, callback: () => void) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

function scope(time: { ticks(): number; after: typeof clock.after } = clock): Scope {
  return createScope({ principal: LOCAL_USER, limiters: createLimiters(), clock: time });
}

describe("Scope.within()", () => {
  test("is never wider: what a part takes is taken from all around it", () => {
    const whole = scope().within({ name: "whole", limits: { calls: 2, tokens: 100 } });
    const part = whole.within({ name: "part", limits: { calls: 50, tokens: 500 } });
    expect(part.budget?.left()).toMatchObject({ calls: 2, tokens: 100 });
    const spender = { program: "p", model: "m" };
    part.budget?.tryReserve({ usd: 0, tokens: 60, calls: 1 }, spender)?.settle({
      usd: 0,
      tokens: 60,
      calls: 1,
    });
    expect(whole.budget?.left()).toMatchObject({ calls: 1, tokens: 40 });
    expect(part.budget?.tryReserve({ usd: 0, tokens: 41, calls: 1 }, spender)).toBeNull();
    expect(part.within({ name: "plain" }).budget).toBe(part.budget);
  });

  test("ends with what is around it, and ends nothing around it", () => {
    const whole = scope().within({ name: "whole" });
    const [one, two] = [whole.within({ name: "one" }), whole.within({ name: "two" })];
    one.end(new Error("enough"));
    expect([one, two, whole].map(({ signal }) => signal.aborted)).toEqual([true, false, false]);
    whole.end(new Error("all"));
    expect(two.signal.reason).toEqual(new Error("all"));
  });

  test("that has ended hears nothing more of what was around it", () => {
    const outer = new AbortController();
    const part = scope().within({ name: "part", signal: outer.signal });
    part.end();
    outer.abort();
    expect(part.signal.aborted).toBe(false);
  });

  test("is over when its time is, although no timer could run", () => {
    let now = 0;
    const part = scope({ ticks: () => now, after: () => () => {} }).within({
      name: "the whole run",
      limits: { ms: 1000 },
    });
    now = 999;
    part.check();
    expect(part.signal.aborted).toBe(false);
    now = 1000;
    part.check();
    expect(part.signal.reason).toMatchObject({ code: "RLLM_020", details: { kind: "ms" } });
  });

  test("takes no label off: a part has those of the whole, and its own", () => {
    const labels = fc.array(fc.constantFrom("pii", "eu", "secret", "local-only"), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fc.option(labels, { nil: undefined }), { maxLength: 6 }), (parts) => {
        let whole = scope();
        const all = new Set<string>();
        for (const [index, own] of parts.entries()) {
          const part = whole.within({ name: `part ${index}`, labels: own });
          own?.forEach((label) => all.add(label));
          expect(whole.labels.every((label) => part.labels.includes(label))).toBe(true);
          expect(part.labels).toEqual([...all].toSorted());
          whole = part;
        }
      }),
    );
  });

  test("gives a part the rights that it and everybody around it has", () => {
    const grants = [{ action: "call-model", resource: "a/*" } as const];
    const part = scope().within({ name: "part", grants });
    expect(part.principal).toMatchObject({ id: "part", kind: "program", within: LOCAL_USER });
    const wider = part.within({ name: "wider", grants: [{ action: "*", resource: "*" }] });
    expect(wider.principal.within).toBe(part.principal);
  });
});

describe("runProgram()", () => {
  test("starts under another's budget and parent, from outside of the engine", async () => {
    const { tools } = createScript({ "a/m": ['{"out": "ok"}'] });
    const loaded = await loadText(programText({ llm: "{model: a/m}" }, "Hi"), "/tmp");
    const parent = { run: "chat-1", entry: "turn" };
    const whole = scope().within({ name: "the chat", limits: { calls: 2 }, parent });
    const starts: unknown[] = [];
    const traces = [
      {
        wants: { payloads: false, deltas: false },
        listen: (event: { type: string; parent?: unknown; entry?: unknown }) => {
          if (event.type === "run-start") starts.push([event.parent, event.entry]);
        },
      },
    ];
    await runProgram(loaded, {}, tools, whole, { traces });
    await runProgram(loaded, {}, tools, whole, { traces });
    const third = await runProgram(loaded, {}, tools, whole).catch((thrown: unknown) => thrown);
    expect(third).toMatchObject({ code: "RLLM_020", details: { scope: "the chat" } });
    expect(starts).toEqual([
      ["chat-1", "turn"],
      ["chat-1", "turn"],
    ]);
  });

  test("fifty runs at four calls at a time make four calls at a time", async () => {
    let [busy, most] = [0, 0];
    const answer = async (): Promise<string> => {
      most = Math.max(most, ++busy);
      await new Promise((resolve) => setTimeout(resolve, 2));
      busy--;
      return '{"out": "ok"}';
    };
    const { tools, asked } = createScript({ "a/m": [answer], "b/m": [answer] });
    const loaded = await loadText(programText({ llm: "{model: a/m}" }, "Hi"), "/tmp");
    const process = scope();
    await Promise.all(
      Array.from(
        { length: 50 },
        async () =>
          await runProgram(loaded, {}, tools, process.within({ name: "run" }), { concurrency: 4 }),
      ),
    );
    expect({ calls: asked.length, most }).toEqual({ calls: 50, most: 4 });
  });
});

describe("a limiter", () => {
  test("lets in as many as each caller wants, in their order", async () => {
    const callers = fc.array(
      fc.record({ most: fc.integer({ min: 1, max: 6 }), ms: fc.integer({ min: 0, max: 4 }) }),
      { minLength: 1, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(callers, async (list) => {
        const limiter = createLimiters().of("server");
        const order: number[] = [];
        let busy = 0;
        await Promise.all(
          list.map(async ({ most, ms }, index) => {
            await limiter.enter(most);
            busy++;
            expect(busy).toBeLessThanOrEqual(most);
            order.push(index);
            for (let turn = 0; turn < ms; turn++) await Promise.resolve();
            busy--;
            limiter.leave();
          }),
        );
        expect(order).toEqual(list.map((_, index) => index));
      }),
      { numRuns: 200 },
    );
  });
});
