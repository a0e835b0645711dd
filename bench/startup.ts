/**
 * How long the compiled binary takes for small work, and the command line of the npm package,
 * against a compiled `console.log(1)` in the same run, interleaved. `node -e 1` is shown too.
 *   bun scripts/build.ts && bun bench/startup.ts [ROUNDS]
 * Exits 1 when a ratio is above its target.
 */
import { $ } from "bun";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const binary = join(root, "dist/modullm");
const rounds = Number(process.argv[2] ?? 25);
const home = mkdtempSync(join(tmpdir(), "startup-"));
const env = {
  ...process.env,
  HOME: home,
  XDG_DATA_HOME: home,
  XDG_CONFIG_HOME: home,
  XDG_STATE_HOME: home,
};

const empty = join(home, "empty");
writeFileSync(`${empty}.ts`, "console.log(1)");
await $`${process.execPath} build --compile --minify --bytecode ${empty}.ts --outfile ${empty}`.quiet();

const BASE = "an empty program";
const RUN = ["run", "examples/summary.rllm", "--input-file", "examples/summary.yaml"];
/** Without a target: shown for comparison. */
const COMMANDS: Record<string, { command: string[]; target?: number }> = {
  [BASE]: { command: [empty] },
  "modullm --version": { command: [binary, "--version"], target: 1.6 },
  "modullm validate": { command: [binary, "validate", "examples/summary.rllm"], target: 2.6 },
  "modullm run (baseline)": { command: [binary, ...RUN], target: 3.6 },
  "node -e 1": { command: ["node", "-e", "1"] },
  "npm's --version": { command: ["node", "bin/modullm.js", "--version"] },
  "npm's run (baseline)": { command: ["node", "bin/modullm.js", ...RUN] },
};
const MOST_MEMORY_MB = 90;

const times: Record<string, number[]> = {};
let memory = 0;
for (let round = 0; round < rounds; round++) {
  for (const [name, { command }] of Object.entries(COMMANDS)) {
    const start = performance.now();
    const child = Bun.spawn(command, {
      cwd: root,
      env,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    });
    const exit = await child.exited;
    (times[name] ??= []).push(performance.now() - start);
    if (exit !== 0) throw new Error(`${name} exits ${exit}`);
    if (name.startsWith("modullm run"))
      memory = Math.max(memory, (child.resourceUsage()?.maxRSS ?? 0) / 1e6);
  }
}

const base = median(times[BASE] ?? []);
let failed = false;
for (const [name, { target }] of Object.entries(COMMANDS)) {
  const own = median(times[name] ?? []);
  const ratio = own / base;
  const missed = target !== undefined && ratio > target;
  failed ||= missed;
  const wanted = target === undefined ? "" : `  (target ${target}x)${missed ? "  MISSED" : ""}`;
  console.log(`${name.padEnd(24)} ${own.toFixed(1).padStart(7)} ms  ${ratio.toFixed(2)}x${wanted}`);
}
failed ||= memory > MOST_MEMORY_MB;
console.log(
  `RSS of modullm run       ${memory.toFixed(1).padStart(7)} MB (target ${MOST_MEMORY_MB} MB)`,
);
process.exit(failed ? 1 : 0);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
