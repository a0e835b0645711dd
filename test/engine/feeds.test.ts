import { describe, expect, test } from "bun:test";
import type { RunEvent, Trace } from "../../src/core/events.ts";
import { createFeeds } from "../../src/engine/feeds.ts";
import { loadText } from "../../src/library/load.ts";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { programText } from "../cli/command-line.ts";
import { runAlone } from "./alone.ts";
import { createScript } from "./scripted.ts";

function collector(wants: Partial<Trace["wants"]> = {}, raw = false) {
  const events: RunEvent[] = [];
  const trace: Trace = {
    wants: { payloads: false, deltas: false, ...wants },
    raw,
    listen: (event) => void events.push(event),
  };
  return { events, trace };
}

async function runWith(traces: readonly Trace[]): Promise<unknown> {
  const { tools } = createScript({ "a/m": ["bad", '{"out": "ok"}'] });
  const loaded = await loadText(programText({ llm: "{model: a/m}" }, "Hi {{input.text}}"), "/tmp");
  return (await runAlone(loaded, { text: "Ann" }, tools, { traces })).output;
}

describe("listeners", () => {
  test("get numbers without gaps, the root and who asked, whatever they want", async () => {
    const all = [{}, { payloads: true }, { deltas: true }, { payloads: true, deltas: true }];
    const collectors = all.map((wants) => collector(wants));
    await runWith(collectors.map(({ trace }) => trace));
    for (const { events } of collectors) {
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
      expect(new Set(events.map(({ root }) => root))).toEqual(new Set([events[0]?.run ?? ""]));
      expect(new Set(events.map(({ principal }) => principal))).toEqual(new Set(["local"]));
    }
    const types = collectors.map(({ events }) => new Set(events.map(({ type }) => type)));
    const payloads = ["value", "request", "answer"] as const;
    expect(types.map((set) => payloads.some((type) => set.has(type)))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(types.map((set) => set.has("model-delta"))).toEqual([false, false, true, true]);
  });

  test("that throw are told nothing more; the others are told so, and the run goes on", async () => {
    const good = collector();
    let [told, rejected] = [0, 0];
    const wants = { payloads: false, deltas: false };
    const bad: Trace = {
      wants,
      listen() {
        told++;
        throw new Error("my disk is full");
      },
    };
    const late: Trace = {
      wants,
      // What is written as if it returned nothing may still give a promise.
      listen: async () => {
        rejected++;
        await Promise.reject(new Error("later"));
      },
    };
    expect(await runWith([bad, good.trace, late])).toEqual({ out: "ok" });
    expect(told).toBe(1);
    expect(rejected).toBeLessThan(good.events.length);
    const notes = good.events.flatMap((event) => (event.type === "note" ? [event.message] : []));
    expect(notes.join("\n")).toContain(
      "A listener of this run failed, and is told nothing more: my disk is full",
    );
    expect(notes.join("\n")).toContain("told nothing more: later");
    expect(good.events.at(-1)).toMatchObject({ type: "run-end", ok: true });
  });

  test("are told of the events they name, numbered without gaps", () => {
    const { trace, events } = collector({ deltas: true });
    const only: ReadonlySet<RunEvent["type"]> = new Set<RunEvent["type"]>(["stage-end"]);
    const feeds = createFeeds([{ ...trace, only }], {
      root: "r",
      principal: "p",
      redactor: null,
      clock: { now: () => 3 },
    });
    for (const stage of ["input", "plan"] as const) {
      feeds.tell({ type: "stage-start", stage }, "r");
      feeds.tell({ type: "stage-end", stage, ms: 2 }, "r");
    }
    const place = { run: "r", at: 3, root: "r", principal: "p" };
    expect(events).toEqual([
      { type: "stage-end", stage: "input", ms: 2, ...place, seq: 0 },
      { type: "stage-end", stage: "plan", ms: 2, ...place, seq: 1 },
    ]);
  });

  test("see no secret that is split over deltas, unless they are told raw", () => {
    const secret = "zebra-crossing-17";
    const [plain, raw] = [collector({ deltas: true }), collector({ deltas: true }, true)];
    const feeds = createFeeds([plain.trace, raw.trace], {
      root: "r",
      principal: "local",
      redactor: createRedactor([secret]),
      clock: { now: () => 0 },
    });
    for (const text of `a ${secret} b zebra-cro`)
      feeds.tell({ type: "model-delta", attempt: 1, text }, "r");
    const nothing = { latency_ms: 0, usage: null, cost_usd: null, edits: [], reason: null };
    const end = { type: "attempt-end", attempt: 1, model: "m", ok: true, error: null } as const;
    feeds.tell({ ...end, cached: null, ...nothing }, "r");
    const text = ({ events }: { events: RunEvent[] }): string =>
      events.map((event) => (event.type === "model-delta" ? event.text : "")).join("");
    expect(text(plain)).toBe("a [redacted] b zebra-cro");
    expect(plain.events.at(-1)?.type).toBe("attempt-end");
    expect(text(raw)).toBe(`a ${secret} b zebra-cro`);
  });
});
