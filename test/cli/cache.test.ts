import { describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm, programText, serveModel } from "./command-line.ts";

describe("answers of earlier runs", () => {
  test("serve again, are counted, skipped with --no-cache, and cleared", async () => {
    const server = serveModel(['{"out": "first"}', '{"out": "second"}', '{"out": "third"}']);
    const folder = makeFolder({ "a.rllm": programText({ cache: "7d" }) });
    const run = async (...args: string[]) =>
      (
        await modullm(["run", "a.rllm", "--text", "hi", ...args], { folder, env: server.env })
      ).json();
    expect(await run()).toEqual({ out: "first" });
    expect(await run()).toEqual({ out: "first" });
    expect(await run("--no-cache")).toEqual({ out: "second" });
    expect((await modullm(["stats", "a.rllm"], { folder })).json()).toMatchObject({
      total_runs: 3,
      success_count: 3,
      cache_hits: 1,
      avg_prompt_tokens: 10,
    });
    const stats = (await modullm(["cache", "stats"], { folder })).json();
    expect(stats).toMatchObject({
      answers: 1,
      hits: 1,
      programs: [{ path: join(folder, "a.rllm"), answers: 1, hits: 1 }],
    });
    expect((await modullm(["cache", "clear", "--older", "1h"], { folder })).json()).toEqual({
      cleared: 0,
    });
    expect((await modullm(["cache", "clear"], { folder })).json()).toEqual({ cleared: 1 });
    expect(await run()).toEqual({ out: "third" });
    server.stop();
  });

  test("another server, model, input or contract is another request", async () => {
    const [one, two] = [serveModel(['{"out": "one"}']), serveModel(['{"out": "two"}'])];
    const folder = makeFolder({ "a.rllm": programText({ cache: "7d" }) });
    const run = async (env: Record<string, string>, ...args: string[]) =>
      (await modullm(["run", "a.rllm", "--text", "hi", ...args], { folder, env })).json();
    expect(await run(one.env)).toEqual({ out: "one" });
    expect(await run(two.env)).toEqual({ out: "two" });
    await run(one.env, "--model", "local/other");
    expect(one.asked).toHaveLength(2);
    one.stop();
    two.stop();
  });

  test("that hold a secret are not kept", async () => {
    const server = serveModel(['{"out": "the key is my-very-own-key-77"}']);
    const folder = makeFolder({ "a.rllm": programText({ cache: "7d" }) });
    const env = { ...server.env, SOME_API_KEY: "my-very-own-key-77" };
    await modullm(["run", "a.rllm", "--text", "hi"], { folder, env });
    await modullm(["run", "a.rllm", "--text", "hi"], { folder, env });
    server.stop();
    expect(server.asked).toHaveLength(2);
    expect(readFileSync(join(folder, "data/modullm/stats.db"), "latin1")).not.toContain(
      "my-very-own-key-77",
    );
  });

  test.each([
    [["cache"], "ACTION is missing"],
    [["cache", "drop"], "not one of stats, clear"],
    [["cache", "clear", "--older", "soon"], "a duration such as"],
  ])("%j is wrong usage", async (args, message) => {
    const { exit, stderr } = await modullm(args);
    expect(exit).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("modullm run --budget", () => {
  test("refuses what would pass it, with where it went", async () => {
    const server = serveModel(['{"out": "ok"}']);
    const folder = makeFolder({ "a.rllm": programText({ llm_params: "{max_tokens: 50}" }) });
    const run = async (budget: string) =>
      await modullm(["run", "a.rllm", "--text", "hi", "--budget", budget], {
        folder,
        env: server.env,
      });
    expect((await run("tokens=1000,calls=3")).exit).toBe(0);
    expect((await run("tokens=20")).json()).toMatchObject({
      error_code: "RLLM_020",
      details: { limit: { tokens: 20 }, spent: { tokens: 0 } },
    });
    expect((await run("usd=1")).json()).toMatchObject({
      error_code: "RLLM_020",
      details: { model: "local/test" },
    });
    expect((await run("euro=1")).exit).toBe(2);
    server.stop();
    expect(server.asked).toHaveLength(1);
  });
});

describe("a history that is damaged", () => {
  test("an answer that can't be read is asked for anew and replaced, and runs are recorded", async () => {
    const server = serveModel(['{"out": "first"}', '{"out": "second"}']);
    const folder = makeFolder({ "a.rllm": programText({ cache: "7d" }) });
    const run = () => modullm(["run", "a.rllm", "--text", "hi"], { folder, env: server.env });
    await run();
    const database = new Database(join(folder, "data/modullm/stats.db"));
    database.run("UPDATE answer SET value = '{'");
    database.close();
    const second = await run();
    expect(second.json()).toEqual({ out: "second" });
    expect(second.stderr).toContain("is damaged, and is asked for anew");
    expect(await run()).toMatchObject({ stderr: "", exit: 0 });
    expect(server.asked).toHaveLength(2);
    expect((await modullm(["stats", "a.rllm"], { folder })).json()).toMatchObject({
      total_runs: 3,
      cache_hits: 1,
    });
    server.stop();
  });

  test("a pipe in its place is RLLM_018 for what reads it, and a warning for runs", async () => {
    const server = serveModel(['{"out": "x"}']);
    const folder = makeFolder({ "a.rllm": programText({}), "data/modullm/.keep": "" });
    spawnSync("mkfifo", [join(folder, "data/modullm/stats.db")]);
    for (const words of [["stats"], ["stats", "a.rllm"], ["cache", "stats"], ["runs", "list"]]) {
      const refused = await modullm(words, { folder });
      expect(refused.json()).toMatchObject({
        error_code: "RLLM_018",
        details: { reason: "it is no regular file" },
      });
    }
    expect((await modullm(["doctor"], { folder })).stdout).toContain("it is no regular file");
    const ran = await modullm(["run", "a.rllm", "--text", "hi"], { folder, env: server.env });
    expect(ran.json()).toEqual({ out: "x" });
    expect(ran.stderr).toContain("it is no regular file; it waits in");
    server.stop();
  });
});
