/**
 * A block in its sandbox, from opening the session to its result, against `python3 -I -S -c pass`
 * of the same Python. JavaScript runs in the built binary: `npm run build` first.
 *   bun bench/sandbox.ts
 * Exits 1 when a target is missed.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { createJavaScriptSandbox } from "../src/sandbox/js/javascript.ts";
import { GUEST_ARGUMENT } from "../src/sandbox/js/command.ts";
import { findPython } from "../src/sandbox/python/find.ts";
import { createPythonSandbox } from "../src/sandbox/python/python.ts";
import type { Sandbox } from "../src/sandbox/sandbox.ts";
import { createSandboxes } from "../src/sandbox/sandboxes.ts";

const ROUNDS = 40;
/**
 * Milliseconds between rounds: a warm process starts meanwhile, as it does between the calls of a
 * long-lived program.
 */
const PAUSE_MS = 60;
const binary = join(import.meta.dir, "../dist/modullm");
if (!existsSync(binary)) throw new Error("dist/modullm is not there: npm run build");

const cache = mkdtempSync(join(tmpdir(), "sandbox-bench-"));
const interpreter = await findPython({ setting: null, env: process.env, cache });
const settings = {
  require: null,
  experimental: false,
  trustedPython: true,
  python: null,
  image: null,
};
const here = createSandboxes({ settings, env: process.env, home: homedir(), cache });
const levels = (await here.status("python", { permit() {} })).levels;
const context = { context: { input: { text: "some words to count" }, uses: {} } };
const python = 'result = {"n": len(context["input"]["text"].split())}';
const javascript = "result = { n: context.input.text.split(' ').length }";

interface Case {
  readonly name: string;
  readonly target: number;
  /** Gives what clears up behind it, which isn't timed. */
  readonly run: () => Promise<() => Promise<void>>;
  readonly times: number[];
}
const cases: Case[] = [];
const command = [binary, GUEST_ARGUMENT];
const sandboxes: Sandbox[] = [];
add("Python block", 3, createPythonSandbox({ interpreter, level: "kernel" }), python);
if (levels.includes("namespaces"))
  add(
    "Python block, bubblewrap",
    4,
    createPythonSandbox({ interpreter, level: "namespaces" }),
    python,
  );
else console.log("no bubblewrap here: that one is left out");
add("JavaScript block, cold", 4, createJavaScriptSandbox({ command }), javascript);
add("JavaScript block, warm", 0.3, createJavaScriptSandbox({ command, warm: 1 }), javascript);

const bare: number[] = [];
for (let round = -3; round < ROUNDS; round++) {
  const base = await timed(runBare);
  if (round >= 0) bare.push(base);
  for (const { run, times } of cases) {
    await Bun.sleep(PAUSE_MS);
    const time = await timed(run);
    if (round >= 0) times.push(time);
  }
}

let missed = false;
console.log(`python3 -I -S -c pass: ${median(bare).toFixed(1)} ms (Python ${interpreter.version})`);
for (const { name, target, times } of cases) {
  const ratio = median(times) / median(bare);
  const ok = ratio <= target;
  missed ||= !ok;
  console.log(
    `${ok ? "ok    " : "MISSED"} ${name}: ${median(times).toFixed(1)} ms, ` +
      `${ratio.toFixed(2)}x (at most ${target}x)`,
  );
}
for (const sandbox of sandboxes) await sandbox.close();
process.exit(missed ? 1 : 0);

function add(name: string, target: number, sandbox: Sandbox, code: string): void {
  sandboxes.push(sandbox);
  const { signal } = new AbortController();
  async function run(): Promise<() => Promise<void>> {
    const session = await sandbox.open({}, signal);
    const outcome = await session.run(code, context);
    if (!outcome.ok || JSON.stringify(outcome.value) !== '{"n":4}')
      throw new Error(JSON.stringify(outcome));
    return () => session.close();
  }
  cases.push({ name, target, run, times: [] });
}

async function runBare(): Promise<() => Promise<void>> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(interpreter.executable, ["-I", "-S", "-c", "pass"], {
      env: {},
      stdio: "pipe",
    });
    child.once("error", reject);
    child.once("close", () => resolve());
  });
  return async () => {};
}

async function timed(work: Case["run"]): Promise<number> {
  const start = performance.now();
  const clearUp = await work();
  const time = performance.now() - start;
  await clearUp();
  return time;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
