/**
 * A history that can't be written as fast as runs come delays none of them by more than 50 ms, and
 * loses nothing that was acknowledged: runs in a home with such a history, by turns with others.
 */
import { Database } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/open.ts";
import { makeFolder, programText } from "../cli/command-line.ts";
import { patience } from "../patience.ts";
import { neverWarn, run, runsOf } from "../store/samples.ts";

/** Milliseconds that a run may take longer, on a quiet machine. */
const MOST_DELAY = 50;
const ROUNDS = 40;
const undo: (() => void)[] = [];
afterAll(() => undo.forEach((each) => each()));

interface Outcome {
  /** Of runs in the free home, and of those in the troubled one. */
  readonly times: readonly [readonly number[], readonly number[]];
  /** How telling that all is on disk ended in each: null, or an error's code. */
  readonly ended: readonly [string | null, string | null];
}

const PROGRAM = programText({
  name: "p",
  input_schema: "{type: object, properties: {text: {type: string}}}",
  llm: "{model: builtin/baseline}",
});

function makeHome(): { home: string; history: string } {
  const home = makeFolder({ "p.rllm": PROGRAM });
  return { home, history: join(home, "data/modullm/stats.db") };
}

async function runBeside(troubled: string, env: Record<string, string> = {}): Promise<Outcome> {
  const script = join(import.meta.dir, "process/delays.ts");
  const words = [script, makeHome().home, troubled, String(ROUNDS)];
  const child = spawn(process.execPath, words, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  await new Promise((resolve) => child.on("close", resolve));
  return JSON.parse(said) as Outcome;
}

function expectNoDelay({ times: [free, troubled] }: Outcome): void {
  expect([free.length, troubled.length]).toEqual([ROUNDS, ROUNDS]);
  // A busy machine delays the others as well, and now and then one of these alone.
  const [usual, delayed] = [free, troubled].map((each) => each.toSorted((a, b) => a - b));
  const limit = patience(MOST_DELAY);
  expect((delayed?.at(-1) ?? 0) - (usual?.at(-1) ?? 0)).toBeLessThan(limit);
  const middle = ROUNDS / 2;
  expect((delayed?.[middle] ?? 0) - (usual?.[middle] ?? 0)).toBeLessThan(MOST_DELAY / 2);
}

async function countRuns(history: string): Promise<number> {
  const store = await openStore({ path: history, warn: neverWarn });
  const { length } = await runsOf(store);
  await store.close();
  return length;
}

async function recordOne(history: string): Promise<void> {
  const store = await openStore({ path: history, warn: neverWarn });
  store.runs.append(run());
  await store.close();
}

test("a history that another program has locked delays no run and loses none", async () => {
  const { home, history } = makeHome();
  await recordOne(history);
  const other = new Database(history);
  other.run("BEGIN IMMEDIATE");
  const outcome = await runBeside(home);
  other.run("COMMIT");
  other.close();
  expectNoDelay(outcome);
  expect(outcome.ended).toEqual([null, null]);
  expect(await countRuns(history)).toBe(1 + ROUNDS + 1);
}, 180_000);

const slowDisk = compileSlowDisk();
test.skipIf(slowDisk === null)(
  `a history on a slow disk delays no run and loses none${slowDisk === null ? " (skipped: no compiler here)" : ""}`,
  async () => {
    const { home, history } = makeHome();
    const env = { LD_PRELOAD: slowDisk ?? "", SLOW_PATH: join(home, "data") };
    const outcome = await runBeside(home, env);
    expectNoDelay(outcome);
    expect(outcome.ended).toEqual([null, null]);
    expect(await countRuns(history)).toBe(ROUNDS + 1);
  },
  180_000,
);

const canMount = probeMount();
test.skipIf(!canMount)(
  `a history on a full disk delays no run, and says what it lost${canMount ? "" : " (skipped: no tmpfs can be mounted here)"}`,
  async () => {
    const { home } = makeHome();
    mkdirSync(join(home, "data"), { recursive: true });
    expect(mount(join(home, "data"))).toBe(true);
    fill(join(home, "data/filler"));
    const outcome = await runBeside(home);
    expectNoDelay(outcome);
    expect(outcome.ended).toEqual([null, "RLLM_018"]);
  },
  180_000,
);

/** A library that makes writing below SLOW_PATH slow; null where none can be made. */
function compileSlowDisk(): string | null {
  if (process.platform !== "linux") return null;
  const folder = mkdtempSync(join(tmpdir(), "slow-disk-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const library = join(folder, "slow-disk.so");
  const source = join(import.meta.dir, "process/slow-disk.c");
  const { status } = spawnSync("cc", ["-shared", "-fPIC", "-o", library, source, "-ldl"]);
  return status === 0 ? library : null;
}

function probeMount(): boolean {
  return process.getuid?.() === 0 && mount(mkdtempSync(join(tmpdir(), "small-")));
}

/** A file system of its own with little room. */
function mount(folder: string): boolean {
  const words = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder];
  undo.push(() => void spawnSync("umount", ["-l", folder]));
  return spawnSync("mount", words).status === 0;
}

function fill(path: string): void {
  try {
    for (let size = 4096; ; size += 4096) writeFileSync(path, Buffer.alloc(size));
  } catch {
    // Full, which is what was wanted.
  }
}
