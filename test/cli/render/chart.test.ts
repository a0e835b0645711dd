import { expect, test } from "bun:test";
import { overviewChart, statsChart } from "../../../src/cli/render/chart.ts";
import { bars, duration, sparkline, table, widthOf } from "../../../src/cli/render/plot.ts";
import { summarize } from "../../../src/store/summary.ts";
import { statsOf } from "../../../src/insight/stats.ts";
import type { RunRecord } from "../../../src/store/runs.ts";

const plain = { width: 60, unicode: false };
const rich = { width: 60, unicode: true };

function runs(count: number, path = "/programs/summary.rllm"): readonly RunRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index),
    parent: null,
    path,
    name: "summary",
    version: "1.0.0",
    model: "m/x",
    started: index,
    ms: 100 * (index + 1),
    ok: index > 0,
    error: index > 0 ? null : "RLLM_013",
    inputOk: true,
    outputOk: index > 0,
    tags: {},
    attempts: [
      {
        model: "m/x",
        ms: 90,
        promptTokens: 1000,
        completionTokens: 50,
        usd: 0.25,
        error: null,
        edits: index === 1 ? ["fence"] : [],
      },
    ],
  }));
}

const latencies = (all: readonly RunRecord[]): readonly number[] => all.map((run) => run.ms);

test("statsChart() shows numbers, percentiles, the last runs, failures and edits", () => {
  const all = runs(12);
  const stats = statsOf("/programs/summary.rllm", null, [summarize(all)]);
  expect(`\n${statsChart(stats, latencies(all), rich)}`).toBe(`
/programs/summary.rllm (all models)

Runs               12 (11 succeeded, 1 failed)
Input met schema   100 %
Output met schema  91.7 %
Latency            650 ms a run, 619 ms for 1,000 tokens
Prompt tokens      1,000 a run, 12,000 in all
Completion tokens  50 a run, 50 at most, 600 in all
Cost               $0.25 a run, $3.00 in all, 12 priced

Latency
p50  650 ms  █████████████████████████▊
p90   1.1 s  ███████████████████████████████████████████▏
p99   1.2 s  ███████████████████████████████████████████████

last 12  ▁▂▂▃▄▄▅▅▆▇▇█
100 ms to 1.2 s

Failures
RLLM_013  1  ███████████████████████████████████████████████

Edits made to read answers
fence  1  ██████████████████████████████████████████████████
`);
});

test("statsChart() keeps to ASCII where nothing else is shown, and to the width", () => {
  const all = runs(200);
  for (const width of [20, 40, 60, 200]) {
    const text = statsChart(statsOf("/s.rllm", "m/x", [summarize(all)]), latencies(all), {
      width,
      unicode: false,
    });
    expect(text).toMatch(/^[\n -~]*$/);
    const charts = text.slice(text.indexOf("\nLatency\n")).split("\n");
    for (const line of charts) expect(line.length).toBeLessThanOrEqual(Math.max(width, 26));
  }
});

test("statsChart() says when there are no runs", () => {
  expect(statsChart(statsOf("/s.rllm", null, []), [], rich)).toBe(
    "/s.rllm (all models)\n\nNo runs are on record.\n",
  );
});

test("statsChart() leaves out what is not known", () => {
  const refused = runs(1).map((run) => ({ ...run, inputOk: false, outputOk: null, attempts: [] }));
  const text = statsChart(
    statsOf("/s.rllm", null, [summarize(refused)]),
    latencies(refused),
    plain,
  );
  expect(text).not.toContain("Latency");
  expect(text).not.toContain("Cost");
  expect(text).not.toContain("null");
  expect(text).toContain("Input met schema  0 %");
});

test("statsChart() lets no name steer the terminal", () => {
  const hostile = "/a\u001B[31m\n\u202Eb.rllm";
  const text = statsChart(statsOf(hostile, "m/\u0007x", [summarize(runs(2))]), [], rich);
  expect(text.split("\n")[0]).toBe("/a?[31m??b.rllm (m/?x)");
});

test("statsChart() colours only when asked", () => {
  const stats = statsOf("/s.rllm", null, [summarize(runs(3))]);
  expect(statsChart(stats, [1, 2], rich)).not.toContain("\u001B");
  expect(statsChart(stats, [1, 2], { ...rich, colour: true })).toContain("\u001B[36m");
});

test("overviewChart() lists programs one a line, the ends of long paths kept", () => {
  const long = `/home/${"deep/".repeat(20)}end.rllm`;
  const stats = {
    programs: [
      statsOf("/a.rllm", null, [summarize(runs(2))]),
      statsOf(long, null, [summarize(runs(1))]),
    ],
  };
  expect(`\n${overviewChart(stats, plain)}`).toBe(`
Program           Runs  Succeeded     p50     p90  Tokens   Cost
/a.rllm              2       50 %  150 ms  190 ms   2,100  $0.50
...deep/end.rllm     1        0 %  100 ms  100 ms   1,050  $0.25
`);
  expect(overviewChart({ programs: [] }, plain)).toBe("No runs are on record.\n");
});

test("table() aligns wide letters by the columns they take", () => {
  const lines = table([
    ["日本", "1"],
    ["e\u0301", "22"],
    ["👍", "333"],
  ]).split("\n");
  expect(lines.map(widthOf)).toEqual([9, 9, 9]);
});

test("bars() scales to the largest and shows nothing for zero", () => {
  const items = [
    { label: "a", text: "4", value: 4 },
    { label: "bb", text: "0", value: 0 },
  ];
  expect(bars(items, { width: 15, unicode: false })).toEqual(["a   4  ########", "bb  0"]);
  expect(bars([{ label: "a", text: "0", value: 0 }], plain)).toEqual(["a  0"]);
});

test("sparkline() shows the newest values that fit", () => {
  expect(sparkline([9, 0, 7], { width: 2, unicode: true })).toBe("▁█");
  expect(sparkline([5, 5], rich)).toBe("▁▁");
  expect(sparkline([], rich)).toBe("");
});

test("duration() picks the unit", () => {
  const said = [null, 0.25, 9.96, 999.4, 999.5, 3400, 59_960, 125_400, 3_600_000].map(duration);
  expect(said).toEqual([
    "-",
    "0.3 ms",
    "10 ms",
    "999 ms",
    "1.0 s",
    "3.4 s",
    "1 min 0 s",
    "2 min 5 s",
    "60 min 0 s",
  ]);
});
