import { beforeAll, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, programText, worldOf } from "../cli/command-line.ts";

const BINARY = join(import.meta.dir, "../../dist/modullm");

beforeAll(() => {
  if (!existsSync(BINARY)) throw new Error(`there is no ${BINARY}: run npm run build first`);
});

/** A world in which a.rllm uses b.rllm; each call takes so long. */
function makeWorld(delays: Readonly<Record<string, number>>) {
  const folder = makeFolder({
    "a.rllm": programText(
      { uses: "[{name: b, path: ./b.rllm, with: {text: '{{input.text}}'}}]" },
      "Parent {{input.text}}",
    ),
    "b.rllm": programText({}, "Child {{input.text}}"),
  });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const body = await request.text();
      const name = body.includes("Parent") ? "a" : "b";
      await Bun.sleep(delays[name] ?? 0);
      return Response.json({
        id: "c",
        object: "chat.completion",
        created: 0,
        model: "m",
        usage: { prompt_tokens: 10, completion_tokens: 6, total_tokens: 16 },
        choices: [
          {
            index: 0,
            finish_reason: "stop",
            message: { role: "assistant", content: '{"out": "x"}' },
          },
        ],
      });
    },
  });
  const env = { ...worldOf(folder), LOCAL_API_BASE: `http://127.0.0.1:${server.port}/v1` };
  return {
    file: join(folder, "data/modullm/stats.db"),
    start: (...words: string[]) => spawn(BINARY, words, { cwd: folder, env }),
    [Symbol.dispose]: () => void server.stop(true),
  };
}

test("a run is on disk while the run that used it goes on, and stays there after a kill", async () => {
  using world = makeWorld({ a: 60_000 });
  const child = world.start("run", "a.rllm", "--text", "hi", "--keep");
  const ended = endOf(child);
  while (countRuns(world.file) === 0) await Bun.sleep(10);
  child.kill("SIGKILL");
  await ended;
  expect(countRuns(world.file)).toBe(1);
  expect(soundness(world.file)).toBe("ok");
}, 180_000);

test("thirty kills among many commands: what exited is on record, and the file is sound", async () => {
  using world = makeWorld({ a: 5, b: 5 });
  let acknowledged = 0;
  let killed = 0;
  async function one(index: number): Promise<void> {
    const child = world.start("run", "a.rllm", "--text", "hi");
    const ended = endOf(child);
    const kills = index % 3 < 2;
    if (kills) setTimeout(() => child.kill("SIGKILL"), Math.random() * 400);
    const { code } = await ended;
    if (code === 0) acknowledged++;
    else killed++;
  }
  for (let index = 0; killed < 30; index += 3)
    await Promise.all([one(index), one(index + 1), one(index + 2)]);
  expect(soundness(world.file)).toBe("ok");
  const stats = JSON.parse((await endOf(world.start("stats", "a.rllm"))).stdout) as {
    total_runs: number;
  };
  expect(stats.total_runs).toBeGreaterThanOrEqual(acknowledged);
  const counted = JSON.parse((await endOf(world.start("stats"))).stdout) as {
    programs: { total_runs: number }[];
  };
  const total = counted.programs.reduce((sum, { total_runs: runs }) => sum + runs, 0);
  expect(total).toBe(countRuns(world.file));
}, 180_000);

test("runs while the file is locked are counted when it is free", async () => {
  using world = makeWorld({});
  expect((await endOf(world.start("run", "b.rllm", "--text", "hi"))).code).toBe(0);
  const lock = new Database(world.file);
  lock.run("BEGIN IMMEDIATE");
  for (let index = 0; index < 3; index++) {
    const { code, stderr } = await endOf(world.start("run", "a.rllm", "--text", "hi"));
    expect([code, stderr]).toEqual([0, ""]);
  }
  lock.run("COMMIT");
  lock.close();
  const stats = JSON.parse((await endOf(world.start("stats", "b.rllm"))).stdout) as object;
  expect(stats).toMatchObject({ total_runs: 4 });
}, 180_000);

function endOf(
  child: ChildProcess,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** 0 while there is no table to count in. */
function countRuns(file: string): number {
  if (!existsSync(file)) return 0;
  const database = new Database(file);
  try {
    const [[count] = []] = database.query("SELECT count(*) FROM run").values();
    return Number(count);
  } catch {
    return 0;
  } finally {
    database.close();
  }
}

function soundness(file: string): unknown {
  const database = new Database(file);
  const [[verdict] = []] = database.query("PRAGMA integrity_check").values();
  database.close();
  return verdict;
}
