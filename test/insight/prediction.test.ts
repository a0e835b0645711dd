import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Prediction } from "../../src/insight/exectime.ts";
import { makeFolder, modullm, programText, serveModel } from "../cli/command-line.ts";

const server = serveModel(['{"out": "ok"}']);
afterAll(() => server.stop());

const { env } = server;
const PAGES =
  "{type: object, properties: {pages: {type: array, items: {type: string}}}, required: [pages]}";

/** A program that runs another for each page, and a third on all that gave. */
function mapFiles(kids: Record<string, string> = {}): Record<string, string> {
  const uses = [
    '{name: page, path: ./page.rllm, each: "{{input.pages}}", with: {text: "{{item}}"}}',
    '{name: end, path: ./end.rllm, with: {text: "{{uses.page}}"}}',
  ];
  return {
    "map.rllm": programText(
      { input_schema: PAGES, uses: `[${uses.join(", ")}]`, ...kids },
      "Join {{uses.end.out}}",
    ),
    "page.rllm": programText({ name: "page", ...kids }),
    "end.rllm": programText({ name: "end", ...kids }),
  };
}

async function exectime(args: readonly string[], folder: string): Promise<Prediction> {
  const { exit, json } = await modullm(["exectime", ...args], { folder, env });
  expect(exit).toBe(0);
  return json() as Prediction;
}

const FOUR = ["--input", '{"pages": ["a", "b", "c", "d"]}'];

describe("modullm exectime", () => {
  test("predicts a whole tree from its runs, with as many elements as the input has", async () => {
    const folder = makeFolder(mapFiles());
    for (const _ of [1, 2])
      await modullm(["run", "map.rllm", "--input", '{"pages": ["x", "y"]}'], { folder, env });
    const said = await exectime(["map.rllm", ...FOUR], folder);
    expect(said).toMatchObject({ dependency_count: 2, missing: [] });
    expect(said.estimated_ms ?? 0).toBeGreaterThan(0);
    expect(said.p90_ms ?? 0).toBeGreaterThan(said.p50_ms ?? Number.POSITIVE_INFINITY);
    expect(said.completion_tokens).toBe(6 * 6);
    expect(said.evidence.nodes).toMatchObject([
      { entry: null, runs: 2, latency: "average", tokens: "average", times: 1, times_from: "file" },
      { entry: "page", runs: 4, latency: "average", tokens: "fit", times: 4, times_from: "input" },
      {
        entry: "end",
        runs: 2,
        latency: "average",
        tokens: "average",
        times: 1,
        times_from: "file",
      },
    ]);
  });

  test("takes the number of elements from past runs when there is no input", async () => {
    const folder = makeFolder(mapFiles());
    const guessed = await exectime(["map.rllm"], folder);
    expect(guessed.evidence.nodes[1]).toMatchObject({ times: 1, times_from: "guess" });
    expect(guessed).toMatchObject({ estimated_ms: null, prompt_tokens: null });
    await modullm(["run", "map.rllm", "--input", '{"pages": ["x", "y", "z"]}'], { folder, env });
    expect((await exectime(["map.rllm"], folder)).evidence.nodes[1]).toMatchObject({
      times: 3,
      times_from: "runs",
    });
  });

  test("counts prompts and goes by the catalogue where nothing ran", async () => {
    const folder = makeFolder(
      mapFiles({ llm: "{model: deepseek/deepseek-chat}", llm_params: "{max_tokens: 100}" }),
    );
    const said = await exectime(["map.rllm", ...FOUR], folder);
    expect(said).toMatchObject({ estimated_ms: null, p90_ms: null });
    expect(said.evidence).toMatchObject({
      latency: "none",
      tokens: "catalogue",
      cost: "catalogue",
    });
    expect(said.missing).toHaveLength(3);
    expect(said.cost_usd ?? 0).toBeGreaterThan(0);
    // Six answers of at most a hundred tokens each; the last two prompts hold such answers.
    expect(said.completion_tokens ?? 0).toBeWithin(300, 601);
    expect(said.prompt_tokens ?? 0).toBeWithin(150, 700);
  });

  test("knows that an entry is skipped, and leaves it open where that depends on an answer", async () => {
    const uses = [
      '{name: kid, path: ./kid.rllm, with: {text: hi}, when: "{{input.text}}"}',
      '{name: late, path: ./kid.rllm, with: {text: hi}, when: "{{uses.kid.out}}"}',
    ];
    const folder = makeFolder({
      "a.rllm": programText({ uses: `[${uses.join(", ")}]` }),
      "kid.rllm": programText({ name: "kid" }),
    });
    const times = async (text: string) =>
      (await exectime(["a.rllm", "--text", text], folder)).evidence.nodes.map((node) => [
        node.times,
        node.times_from,
      ]);
    expect(await times("")).toEqual([
      [1, "file"],
      [0, "input"],
      [1, "guess"],
    ]);
    expect((await times("x"))[1]).toEqual([1, "input"]);
  });

  test("refuses an input that breaks its contract, and a concurrency that is none", async () => {
    const folder = makeFolder(mapFiles());
    const refused = await modullm(["exectime", "map.rllm", "--input", "{}"], { folder });
    expect(refused.json()).toMatchObject({ error_code: "RLLM_004" });
    expect((await modullm(["exectime", "map.rllm", "--concurrency", "0"], { folder })).exit).toBe(
      2,
    );
  });
});

describe("modullm run --dry-run", () => {
  test("shows what each entry would be sent, how often, and what all of it will take", async () => {
    const folder = makeFolder(mapFiles());
    const dryRun = async () =>
      (await modullm(["run", "map.rllm", ...FOUR, "--dry-run"], { folder, env })).json() as {
        uses: object[];
        prediction: Prediction | null;
      };
    const before = await dryRun();
    expect(before.uses).toMatchObject([
      { name: "page", times: 4, dry_run: { request: { messages: [{ content: "Say a" }] } } },
      { name: "end", times: null, dry_run: null },
    ]);
    expect(before.prediction).toBe(null);
    await modullm(["run", "map.rllm", ...FOUR], { folder, env });
    expect((await dryRun()).prediction).toMatchObject({
      completion_tokens: 36,
      evidence: { latency: "average" },
    });
  });

  test("predicts from the catalogue alone, and warns of a history that can't be read", async () => {
    const folder = makeFolder({ "a.rllm": programText({ llm: "{model: builtin/baseline}" }) });
    const args = ["run", "a.rllm", "--text", "hi", "--dry-run"];
    expect((await modullm(args, { folder })).json()).toMatchObject({
      prediction: { estimated_ms: null, cost_usd: 0, evidence: { cost: "catalogue" } },
    });
    mkdirSync(join(folder, "data/modullm"), { recursive: true });
    writeFileSync(
      join(folder, "data/modullm/stats.db"),
      "this is no database, but long enough to be taken for one",
    );
    const { exit, stderr, json } = await modullm(args, { folder });
    expect(exit).toBe(0);
    expect(json()).toMatchObject({ program: "base", prediction: null });
    expect(stderr).toContain("Cannot read the statistics");
  });
});
