import { expect, test } from "bun:test";
import { readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm, type Outcome, programText, serveModel } from "./command-line.ts";

interface View {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly children: readonly View[];
  readonly kept_events: number;
  readonly events: readonly { readonly type: string }[];
}

/** A folder in which a.rllm uses b.rllm; the answers are given in turn. */
async function history(answers: readonly string[]) {
  const server = serveModel([...answers]);
  const folder = makeFolder({
    "a.rllm": programText({ uses: "[{name: b, path: ./b.rllm, with: {text: '{{input.text}}'}}]" }),
    "b.rllm": programText({}),
  });
  const run = (...words: string[]): Promise<Outcome> => modullm(words, { folder, env: server.env });
  return { folder, run, [Symbol.dispose]: () => server.stop() };
}

async function listed(run: (...words: string[]) => Promise<Outcome>, ...words: string[]) {
  return (await run("runs", "list", "--json", ...words)).json() as View[];
}

async function newest(run: (...words: string[]) => Promise<Outcome>): Promise<string> {
  return (await listed(run, "--limit", "1"))[0]?.id ?? "";
}

const GOOD = '{"out": "x"}';

test("runs list: one array, newest first, chosen by program, status, tag, cost, text and time", async () => {
  using world = await history([GOOD, GOOD, "no", "no", "no", GOOD]);
  const { run } = world;
  await run("run", "a.rllm", "--text", "hi", "--tag", "team=blue", "--tag", "n=1");
  expect((await run("run", "b.rllm", "--text", "hi", "--tag", "team=red")).exit).toBe(1);
  await run("run", "b.rllm", "--text", "hi", "--model", "local/other");
  expect((await listed(run)).map(({ status }) => status)).toEqual(["ok", "failed", "ok"]);
  expect(await listed(run, "--children")).toHaveLength(4);
  const cases: readonly (readonly [readonly string[], number])[] = [
    [["--program", "b.rllm"], 3],
    [["--program", "a.rllm"], 1],
    [["--model", "local/other"], 1],
    [["--status", "failed"], 1],
    [["--tag", "team=blue"], 1],
    [["--tag", "team=blue", "--tag", "n=2"], 0],
    [["--text", "A.RLLM"], 1],
    [["--since", "1h"], 3],
    [["--until", "1h"], 0],
    [["--since", "2020-01-01", "--until", "2099-01-01"], 3],
    [["--min-cost", "0.5"], 0],
    [["--limit", "2"], 2],
  ];
  for (const [words, count] of cases) expect(await listed(run, ...words)).toHaveLength(count);
  const text = (await run("runs", "list", "--format", "text")).stdout;
  expect(text.split("\n")).toHaveLength(5);
  expect(text).toContain("team=blue n=1");
  const shownTo = async (...words: string[]) =>
    (await modullm(["runs", "list", ...words], { folder: world.folder, tty: true })).stdout;
  expect(await shownTo()).toBe(text);
  expect(JSON.parse(await shownTo("--json"))).toEqual(await listed(run));
  expect(JSON.parse(await shownTo("--format", "json"))).toEqual(await listed(run));
  const [first] = await listed(run, "--limit", "1");
  expect(Object.keys(first ?? {})).toEqual([
    "id",
    "parent",
    "program",
    "name",
    "version",
    "model",
    "status",
    "error",
    "started",
    "ms",
    "calls",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "tags",
  ]);
});

test("runs show and export: a run by the beginning of its id, with what it used", async () => {
  using world = await history([GOOD, GOOD]);
  const { run } = world;
  await run("run", "a.rllm", "--text", "hi");
  const id = await newest(run);
  const shown = (await run("runs", "show", id.slice(0, 10), "--json")).json() as View;
  expect(shown).toMatchObject({ id, kept_events: 0, attempts: [{ model: "local/test" }] });
  expect(shown.children).toHaveLength(1);
  expect((await run("runs", "show", id, "--format", "text")).stdout).toContain("Call 1");
  const lines = (await run("runs", "export")).stdout.trim().split("\n");
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ id, events: [], children: [{ parent: id }] });
  const missing = await run("runs", "show", "zzz");
  expect(missing.exit).toBe(1);
  expect(missing.json()).toMatchObject({ error_code: "RLLM_016", details: { source: "zzz" } });
});

test("run --keep keeps the events of the whole tree, without secrets, for trace show", async () => {
  using world = await history(['{"out": "the key is my-very-own-key-77"}', GOOD, GOOD]);
  const { folder } = world;
  const env = { SOME_API_KEY: "my-very-own-key-77" };
  const run = (...words: string[]) => world.run(...words);
  const server = serveModel(['{"out": "the key is my-very-own-key-77"}', GOOD]);
  await modullm(["run", "a.rllm", "--text", "hi", "--keep", "--stream"], {
    folder,
    env: { ...server.env, ...env },
  });
  server.stop();
  const id = await newest(run);
  const exported = (await run("runs", "export", id)).json() as View;
  expect(exported.events.map(({ type }) => type)).toContain("run-end");
  expect(exported.events.filter(({ type }) => type === "run-start")).toHaveLength(2);
  expect(JSON.stringify(exported)).not.toContain("my-very-own-key-77");
  const database = readFileSync(join(folder, "data/modullm/stats.db"), "latin1");
  expect(database).not.toContain("my-very-own-key-77");
  const traced = (await run("trace", "show", id.slice(0, 12), "--format", "json")).json();
  expect(traced).toMatchObject({ events: exported.events.length, runs: [{ run: id }] });
  await run("run", "b.rllm", "--text", "hi");
  const unkept = await newest(run);
  const refused = await run("trace", "show", unkept);
  expect(refused.exit).toBe(1);
  expect(refused.stdout).toContain("no events were kept of this run");
});

test("history.events keeps every run's events; history.keep and max_mb forget runs", async () => {
  using world = await history([GOOD]);
  const { folder, run } = world;
  const config = async (text: string) =>
    await Bun.write(join(folder, "config/modullm/config.yaml"), text);
  await config("history: { events: true }");
  await run("run", "b.rllm", "--text", "hi");
  const id = await newest(run);
  const shown = (await run("runs", "show", id, "--json")).json() as View;
  expect(shown.kept_events).toBeGreaterThan(5);
  await config("history: { keep: 1ms }");
  await Bun.sleep(5);
  expect((await run("runs", "prune")).json()).toEqual({ removed: 1 });
  await config("history: { keep: soon }");
  expect((await run("runs", "list")).json()).toMatchObject({
    error_code: "RLLM_018",
    details: { field: "history.keep" },
  });
});

test("runs rm and prune forget runs, what they started, and their statistics", async () => {
  using world = await history([GOOD, GOOD, GOOD]);
  const { folder, run } = world;
  await run("run", "a.rllm", "--text", "hi", "--tag", "planted=unmistakable-tag");
  await run("run", "b.rllm", "--text", "hi");
  expect((await run("runs", "rm")).exit).toBe(2);
  expect((await run("runs", "prune")).exit).toBe(2);
  expect((await run("runs", "rm", "--tag", "planted=unmistakable-tag")).json()).toEqual({
    removed: 2,
  });
  expect((await run("stats", "b.rllm")).json()).toMatchObject({ total_runs: 1 });
  expect((await run("stats", "a.rllm")).json()).toMatchObject({ total_runs: 0 });
  expect(statSync(join(folder, "data/modullm/stats.db")).size).toBeGreaterThan(0);
  const bytes = readFileSync(join(folder, "data/modullm/stats.db"), "latin1");
  expect(bytes).not.toContain("unmistakable-tag");
  expect((await run("runs", "prune", "--older", "1h")).json()).toEqual({ removed: 0 });
  expect((await run("runs", "rm", "--all")).json()).toEqual({ removed: 1 });
});

test("runs says what is wrong with its words", async () => {
  for (const words of [
    ["runs", "burn"],
    ["runs", "list", "--limit", "0"],
    ["runs", "list", "--tag", "novalue"],
    ["runs", "list", "--min-cost", "cheap"],
    ["runs", "list", "--since", "yesterday-ish"],
    ["runs", "show"],
    ["runs", "prune", "--older", "old"],
    ["run", "a.rllm", "--tag", "=x"],
  ]) {
    const { exit, stdout } = await modullm(words, {
      folder: makeFolder({ "a.rllm": programText({}) }),
    });
    expect([words.join(" "), exit, stdout]).toEqual([words.join(" "), 2, ""]);
  }
});

test("stats and runs list find a program's runs by a link to it", async () => {
  using world = await history([GOOD]);
  symlinkSync("b.rllm", join(world.folder, "link.rllm"));
  await world.run("run", "link.rllm", "--text", "x");
  for (const name of ["link.rllm", "b.rllm"]) {
    expect((await world.run("stats", name)).json()).toMatchObject({ total_runs: 1 });
    expect(await listed(world.run, "--program", name)).toHaveLength(1);
  }
});
