import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TraceTree } from "../../src/insight/trace-tree.ts";
import { makeFolder, modullm, type Outcome, programText, serveModel } from "./command-line.ts";

interface Facts {
  readonly type: string;
  readonly run?: string;
  readonly [key: string]: unknown;
}

/** Events as `run --trace` writes them, one each millisecond unless they say when. */
function lines(...events: readonly Facts[]): string {
  return events
    .map((event, index) => `${JSON.stringify({ run: "r", at: 1000 + index, ...event })}\n`)
    .join("");
}

function start(run: string, more: Record<string, unknown> = {}): Facts {
  const program = { path: `/${run}.rllm`, name: run, version: "1.0.0", model: "local/test" };
  return { type: "run-start", run, parent: null, entry: null, item: null, ...program, ...more };
}

function attempt(run: string, more: Record<string, unknown> = {}): Facts {
  const usage = { prompt_tokens: 100, completion_tokens: 20 };
  const ending = {
    attempt: 1,
    model: "local/test",
    ok: true,
    error: null,
    latency_ms: 5,
    usage,
    cost_usd: 0.002,
  };
  return { type: "attempt-end", run, ...ending, cached: null, edits: [], ...more };
}

function end(run: string, ms: number, more: Record<string, unknown> = {}): Facts {
  return { type: "run-end", run, ok: true, error: null, ms, ...more };
}

async function show(text: string, ...args: string[]): Promise<Outcome> {
  const folder = makeFolder({ "t.jsonl": text });
  return await modullm(["trace", "show", "t.jsonl", ...args], { folder, env: { LANG: "C.UTF-8" } });
}

async function tree(text: string): Promise<TraceTree> {
  return (await show(text, "--format", "json")).json() as TraceTree;
}

/**
 * A parent over 100 ms with two elements of `each`, one of them twice tried, and an answer that was
 * kept.
 */
const WHOLE = lines(
  start("p"),
  { type: "stage-start", run: "p", stage: "uses" },
  start("a", { parent: "p", entry: "facts", item: 0, at: 1010 }),
  start("b", { parent: "p", entry: "facts", item: 1, at: 1010 }),
  attempt("a", { ok: false, error: "RLLM_005", cost_usd: null, at: 1030 }),
  { type: "note", run: "a", kind: "fallback", message: "local/other is next", at: 1031 },
  attempt("a", { attempt: 2, model: "local/other", at: 1050 }),
  { type: "note", run: "b", kind: "retry-wait", message: "429", at: 1050 },
  attempt("b", { usage: null, cost_usd: null, at: 1059 }),
  end("a", 40, { at: 1050 }),
  end("b", 50, { at: 1060 }),
  start("c", { parent: "p", entry: "c", at: 1060 }),
  attempt("c", {
    cached: "store",
    usage: { prompt_tokens: 0, completion_tokens: 0 },
    cost_usd: 0,
    at: 1060,
  }),
  end("c", 0.5, { at: 1061 }),
  { type: "model-delta", run: "p", attempt: 1, text: "…", at: 1070 },
  { type: "something-new", run: "p", at: 1071 },
  attempt("p", { at: 1099 }),
  end("p", 100, { at: 1100 }),
);

describe("trace show", () => {
  test("draws a line for each run, with its time, model, tokens, cost and what happened", async () => {
    const { exit, stdout, stderr } = await show(WHOLE);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(`\n${stdout}`).toMatchInlineSnapshot(`
      "
      run                            time  model                       tokens       cost
      p 1.0.0        ████████████  100 ms  local/test                100 + 20     $0.002
      ├─ facts[0] a   █████         40 ms  local/test > local/other  200 + 40  >= $0.002  1 retry, fallback
      ├─ facts[1] b   ██████        50 ms  local/test                       -          -  1 retry
      └─ c                  ░      0.5 ms  local/test                   0 + 0         $0  cached

      4 runs, 100 ms, 4 attempts, 2 retries, 1 cache hit, 300 + 60 tokens, >= $0.004
      "
    `);
  });

  test("--format json gives the same tree as data", async () => {
    const { runs, ...whole } = await tree(WHOLE);
    expect(whole).toEqual({
      events: 18,
      cut_line: null,
      ms: 100,
      total: {
        runs: 4,
        failed: 0,
        unfinished: 0,
        cache_hits: 1,
        attempts: 4,
        retries: 2,
        prompt_tokens: 300,
        completion_tokens: 60,
        cost_usd: 0.004,
        unpriced: 2,
      },
    });
    const [parent] = runs;
    expect(parent).toMatchObject({
      run: "p",
      status: "ok",
      start_ms: 0,
      ms: 100,
      attempts: 1,
      retries: 0,
    });
    expect(parent?.children).toMatchObject([
      {
        entry: "facts",
        item: 0,
        start_ms: 10,
        models: ["local/test", "local/other"],
        attempts: 2,
        retries: 1,
        prompt_tokens: 200,
        cost_usd: 0.002,
        unpriced: 1,
        notes: [{ kind: "fallback", message: "local/other is next" }],
      },
      { item: 1, retries: 1, prompt_tokens: null, cost_usd: null, unpriced: 1 },
      { entry: "c", cached: "store", attempts: 0, prompt_tokens: 0, cost_usd: 0 },
    ]);
  });

  test("tells an error once, where it arose", async () => {
    const error = {
      error_code: "RLLM_013",
      message: 'No good answer\u001B[2J from "x"',
      details: {},
    };
    const text = lines(
      start("p"),
      start("a", { parent: "p", entry: "a" }),
      end("a", 1, { ok: false, error }),
      end("p", 3, {
        ok: false,
        error: { ...error, details: { chain: [{ name: "a", path: "/a.rllm" }] } },
      }),
    );
    const { stdout } = await show(text);
    expect(stdout).toContain("failed below");
    expect(stdout).toContain("failed RLLM_013");
    expect(stdout.match(/No good answer/g)).toHaveLength(1);
    expect(stdout).toContain('\na: RLLM_013 No good answer?[2J from "x"\n');
    expect((await tree(text)).total).toMatchObject({ runs: 2, failed: 2 });
  });

  test("shows what stands before a line that was cut off, and says so", async () => {
    const cut = WHOLE.slice(0, WHOLE.indexOf("model-delta") + 5);
    const { exit, stdout, stderr } = await show(cut);
    expect(exit).toBe(0);
    expect(stderr).toContain("cut off in line 15");
    expect(stdout).toContain("unfinished");
    const whole = await tree(cut);
    expect(whole).toMatchObject({ cut_line: 15, events: 14, total: { runs: 4, unfinished: 1 } });
    expect(whole.runs[0]).toMatchObject({ status: "unfinished", ms: 61 });
  });

  test("takes every place a kill may cut at, also in the middle of a letter", async () => {
    const bytes = new TextEncoder().encode(lines(start("p", { name: "prüfung…" }), end("p", 1)));
    for (let length = 0; length <= bytes.length; length++) {
      const folder = makeFolder();
      writeFileSync(join(folder, "t.jsonl"), bytes.slice(0, length));
      const { exit } = await modullm(["trace", "show", "t.jsonl"], { folder });
      expect({ length, exit }).toEqual({ length, exit: 0 });
    }
  });

  test("a last line without its line break is whole", async () => {
    expect(await tree(WHOLE.trimEnd())).toMatchObject({ cut_line: null, events: 18 });
  });

  test.each<[what: string, text: string, line: number, reason: string]>([
    ["what is no JSON", `${lines(start("p"))}nonsense\n`, 2, "it is not JSON"],
    [
      "a cut line that is not the last",
      `${lines(start("p"))}{"type":"no\n${lines(end("p", 1))}`,
      2,
      "it is not JSON",
    ],
    ["a list", "[]\n", 1, "it is no event"],
    ["another file's objects", '{"id": 1}\n', 1, "it is no event"],
    ["an event without a time", '{"type":"run-start","run":"r"}\n', 1, '"at" is not a number'],
    [
      "a start without a name",
      lines({ type: "run-start", parent: null }),
      1,
      '"name" is not a string',
    ],
    ["an end of nothing", `\n${lines(end("p", 1))}`, 2, 'its run "p" has not started'],
    ["a child of nothing", lines(start("a", { parent: "p" })), 1, "its parent has not started"],
    ["a run that starts twice", lines(start("p"), start("p")), 2, 'the run "p" starts twice'],
    [
      "runs without bottom",
      lines(
        ...Array.from({ length: 600 }, (_, at) =>
          start(`r${at}`, { parent: at === 0 ? null : `r${at - 1}` }),
        ),
      ),
      501,
      "nested more than 500 deep",
    ],
  ])("refuses %s with its line", async (_, text, line, reason) => {
    const { exit, json } = await show(text);
    expect(exit).toBe(1);
    const payload = json() as { message: string; details: { reason: string } };
    expect(payload).toMatchObject({ error_code: "RLLM_016", details: { line } });
    expect(payload.details.reason).toContain(reason);
    expect(payload.message).toContain(`t.jsonl", line ${line}: `);
  });

  test("says what is wrong with a file that can't be read, and with other actions", async () => {
    const folder = makeFolder({ "d/x": "" });
    const gone = await modullm(["trace", "show", "gone.jsonl"], { folder });
    expect(gone.json()).toMatchObject({
      error_code: "RLLM_016",
      details: { reason: "there is no such file" },
    });
    const directory = await modullm(["trace", "show", "d"], { folder });
    expect(directory.json()).toMatchObject({
      error_code: "RLLM_016",
      details: { reason: "it is a folder" },
    });
    expect(await modullm(["trace", "draw", "x"], { folder })).toMatchObject({
      exit: 2,
      stdout: "",
    });
  });

  test("reads stdin, several traces in one, and an empty one", async () => {
    const stdin = lines(start("p"), end("p", 1)) + lines(start("q"), end("q", 1));
    const { stdout } = await modullm(["trace", "show", "-"], { stdin });
    expect(stdout).toMatch(/^p 1\.0\.0 [^]*^q 1\.0\.0 [^]*^2 runs, /m);
    expect((await show("")).stdout).toBe("The trace holds no runs.\n");
  });

  test("keeps to ASCII and to the width where the terminal wants that", async () => {
    const folder = makeFolder({ "t.jsonl": WHOLE });
    const { stdout } = await modullm(["trace", "show", "t.jsonl"], { folder, env: { LANG: "C" } });
    expect(stdout).toMatch(/^[\n\x20-\x7e]*$/);
    expect(stdout).toContain("`- c");
  });

  test("shows what a run wrote, one that was killed too", async () => {
    const server = serveModel(['{"out": "ok"}', "no", '{"out": "ok"}']);
    const folder = makeFolder({
      "a.rllm": programText({
        name: "a",
        uses: '[{name: b, path: b, with: {text: "{{input.text}}"}}]',
      }),
      "library/b.rllm": programText({ name: "b" }),
    });
    const run = await modullm(["run", "a.rllm", "--text", "hi", "--trace", "t.jsonl"], {
      folder,
      env: server.env,
    });
    server.stop();
    expect(run.exit).toBe(0);
    const shown = await modullm(["trace", "show", "t.jsonl", "--format", "json"], { folder });
    expect(shown.json()).toMatchObject({
      cut_line: null,
      total: {
        runs: 2,
        attempts: 3,
        retries: 1,
        prompt_tokens: 30,
        completion_tokens: 18,
        cost_usd: null,
        unpriced: 3,
      },
      runs: [
        {
          name: "a",
          retries: 1,
          children: [{ entry: "b", path: join(folder, "library/b.rllm"), status: "ok" }],
        },
      ],
    });
    const text = readFileSync(join(folder, "t.jsonl"), "utf8");
    const killed = await show(text.slice(0, text.lastIndexOf('"run-end"')), "--format", "json");
    expect(killed.json()).toMatchObject({
      total: { unfinished: 1 },
      runs: [{ name: "a", status: "unfinished" }],
    });
  });

  test("a hundred thousand events take no more than twenty times their parsing", async () => {
    const children = Array.from({ length: 5000 }, (_, at) => {
      const run = `c${at}`;
      const delta = { type: "model-delta", run, attempt: 1, text: "some words of an answer " };
      return [
        start(run, { parent: "p", entry: "facts", item: at }),
        ...Array.from({ length: 17 }, () => delta),
        attempt(run),
        end(run, 20),
      ];
    });
    const text = lines(start("p"), ...children.flat(), end("p", 100_002));
    const began = performance.now();
    for (const line of text.trimEnd().split("\n")) JSON.parse(line);
    const parsed = performance.now();
    const { stdout } = await show(text);
    const ratio = (performance.now() - parsed) / (parsed - began);
    expect(ratio).toBeLessThan(20);
    expect(stdout).toContain(
      "\n5001 runs, 1 min 40 s, 5000 attempts, 500000 + 100000 tokens, $10.0000\n",
    );
  });
});
