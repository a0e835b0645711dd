import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm, programText, serveModel } from "./command-line.ts";

const server = serveModel(['{"out": "ok"}']);
afterAll(() => server.stop());
const { env } = server;

const FRONT = `name: rows
description: d
version: 1.0.0
author: a
input_schema:
  type: object
  properties: { texts: { type: array, items: { type: string } } }
  required: [texts]
output_schema:
  type: object
  properties: { rows: { type: array, items: { type: object } } }
  required: [rows]
uses:
  - { name: each, path: ./each.rllm, each: "{{input.texts}}", with: { text: "{{item}}" } }`;
const ROWS = `---\n${FRONT}\noutput:\n  rows: "{{uses.each}}"\n---\n`;
const INPUT = ["--input", '{"texts": ["a", "b"]}'];

function folderOf(rows = ROWS): string {
  return makeFolder({ "rows.rllm": rows, "each.rllm": programText({ name: "each" }) });
}

async function told(args: readonly string[], folder: string): Promise<unknown> {
  const { exit, stderr, json } = await modullm(args, { folder, env });
  expect({ exit, stderr: exit === 0 ? "" : stderr }).toEqual({ exit: 0, stderr: "" });
  return json();
}

describe("a program without a model on the command line", () => {
  const folder = folderOf();
  const path = join(folder, "rows.rllm");
  const child = join(folder, "each.rllm");

  test("validate says what it proved of the output", async () => {
    expect(await told(["validate", "rows.rllm", "--strict"], folder)).toMatchObject({
      edges: [{ from: path, to: child, verdict: "fits" }],
      outputs: [{ path, verdict: "fits", reason: null, example: null }],
    });
    expect(await told(["validate", "each.rllm"], folder)).not.toHaveProperty("outputs");
  });

  test("validate warns at the line and column of what may not fit", async () => {
    const loose = folderOf(
      ROWS.replace('each: "{{input.texts}}"', 'on_error: skip, each: "{{input.texts}}"').replace(
        '"{{uses.each}}"',
        '["{{uses.each.0}}"]',
      ),
    );
    const { warnings, outputs } = (await told(["validate", "rows.rllm"], loose)) as {
      warnings: unknown[];
      outputs: unknown[];
    };
    expect(outputs).toMatchObject([
      { verdict: "may-not-fit", example: { given: { rows: [null] } } },
    ]);
    expect(warnings).toEqual([
      {
        message: expect.stringContaining(
          '"output" may give what output_schema does not take: with the input {"texts":[',
        ) as string,
        path: join(loose, "rows.rllm"),
        line: 17,
        column: 10,
      },
    ]);
    const strict = await modullm(["validate", "rows.rllm", "--strict"], { folder: loose, env });
    expect(strict.json()).toMatchObject({ error_code: "RLLM_002" });
  });

  test("validate and run refuse what never fits, before anything is called", async () => {
    const never = folderOf(ROWS.replace('"{{uses.each}}"', "5"));
    const called = server.asked.length;
    for (const args of [
      ["validate", "rows.rllm"],
      ["run", "rows.rllm", ...INPUT],
    ]) {
      const { exit, json } = await modullm(args, { folder: never, env });
      expect(exit).not.toBe(0);
      expect(json()).toMatchObject({
        error_code: "RLLM_008",
        details: {
          field: "output",
          line: 17,
          column: 9,
          reason: '"rows" is the number 5, but an array is wanted',
        },
      });
    }
    expect(server.asked.length).toBe(called);
  });

  test("inspect shows it, as JSON, as text and drawn", async () => {
    expect(await told(["inspect", "rows.rllm"], folder)).toMatchObject({
      llm: null,
      llm_params: {},
      max_context_window: null,
      output: { rows: "{{uses.each}}" },
    });
    const text = (await modullm(["inspect", "rows.rllm", "--format", "text"], { folder })).stdout;
    expect(text).toContain("\nmodel   none\n");
    expect(text).toContain('\ngives   {"rows":"{{uses.each}}"}\n');
    expect(text).not.toContain("window");
    const drawn = await modullm(["inspect", "rows.rllm", "--format", "mermaid"], { folder });
    expect(drawn.stdout).toContain('p0["rows 1.0.0<br/>no model"]');
  });

  test("run, its trace, the history, statistics and the prediction know that no model is asked", async () => {
    const before = (await told(["exectime", "rows.rllm", ...INPUT], folder)) as object;
    expect(before).toMatchObject({
      estimated_ms: null,
      missing: [child],
      evidence: {
        nodes: [
          { path, model: null, latency: "file", tokens: "file", cost: "file", estimated_ms: 0 },
          {},
        ],
      },
    });
    const args = ["run", "rows.rllm", ...INPUT, "--trace", "t.jsonl"];
    expect(await told(args, folder)).toEqual({ rows: [{ out: "ok" }, { out: "ok" }] });
    const [first] = readFileSync(join(folder, "t.jsonl"), "utf8").split("\n");
    expect(JSON.parse(first ?? "")).toMatchObject({ type: "run-start", name: "rows", model: null });
    expect(await told(["trace", "show", "t.jsonl", "--format", "json"], folder)).toMatchObject({
      total: { attempts: 2, unpriced: 2 },
      runs: [
        {
          model: null,
          models: [],
          attempts: 0,
          prompt_tokens: 0,
          completion_tokens: 0,
          cost_usd: 0,
        },
      ],
    });
    const shown = await modullm(["trace", "show", "t.jsonl"], { folder, tty: true });
    expect(shown.stdout).toMatch(/^rows 1\.0\.0 .* - +0 \+ 0 +\$0/m);
    expect(await told(["runs", "list", "--limit", "1"], folder)).toMatchObject([
      { name: "rows", model: null, calls: 0, prompt_tokens: 0, cost_usd: 0 },
    ]);
    expect(await told(["stats", "rows.rllm"], folder)).toMatchObject({
      total_runs: 1,
      success_count: 1,
      output_schema_compliance_pct: null,
      avg_latency_ms: null,
    });
    const after = await told(["exectime", "rows.rllm", ...INPUT], folder);
    expect(after).toMatchObject({
      missing: [],
      evidence: {
        latency: "average",
        nodes: [{ runs: 1, latency: "average", tokens: "file" }, { runs: 2 }],
      },
    });
  });

  test("run --dry-run shows the requests of what it uses, and none of its own", async () => {
    expect(await told(["run", "rows.rllm", ...INPUT, "--dry-run"], folder)).toMatchObject({
      request: null,
      output: null,
      prompt_tokens: 0,
      uses: [{ times: 2, dry_run: { request: { model: "local/test" } } }],
    });
  });

  test("parse tells every fault of it, each with its place", async () => {
    const broken = folderOf(
      `---\n${FRONT}\noutput: { rows: ["{{uses.eech}}", "{{uses.no.x}}"] }\n---\nHi\n`,
    );
    const { exit, json } = await modullm(["validate", "rows.rllm"], { folder: broken, env });
    expect(exit).not.toBe(0);
    expect(json()).toMatchObject({
      error_code: "RLLM_003",
      details: {
        faults: [
          { error_code: "RLLM_003", line: 18, column: 1 },
          { error_code: "RLLM_008", line: 16, column: 18 },
          { error_code: "RLLM_008", line: 16, column: 35 },
        ],
      },
    });
  });
});
