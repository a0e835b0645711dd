/**
 * The index of 10,000 programs (times SCALE): read for the first time, against parsing each file
 * once with `yaml`; found unchanged, against walking the folders and looking at each file plus
 * `modullm --version`. Processes against processes, interleaved, the best of each.
 *   bun scripts/build.ts --binary && bun bench/library-index.ts
 * Exits 1 when a target is missed.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { generatedPrograms, writePrograms } from "../test/library/index/generated-programs.ts";

const COUNT = Math.round(10_000 * Number(process.env["SCALE"] ?? 1));
const ROUNDS = 3;
const TARGETS = { cold: 1.5, warm: 1.5 };
const binary = join(import.meta.dir, "../dist/modullm");

const root = mkdtempSync(join(tmpdir(), "modullm-library-bench-"));
const programs = join(root, "programs");
writePrograms(programs, generatedPrograms(COUNT));
const home = join(root, "home");
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: home,
  MODULLM_PATH: programs,
};

const times: Record<"parse" | "cold" | "walk" | "version" | "warm", number[]> = {
  parse: [],
  cold: [],
  walk: [],
  version: [],
  warm: [],
};
for (let round = 0; round < ROUNDS; round++) {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  times.parse.push(timed(parseAll));
  times.cold.push(timed(() => modullm("library", "index")));
  // The store has moved its log into its file by the second run.
  modullm("library", "index");
  for (let again = 0; again < ROUNDS; again++) {
    times.walk.push(timed(walk));
    times.version.push(timed(() => modullm("--version")));
    times.warm.push(timed(() => modullm("library", "index")));
  }
}
rmSync(root, { recursive: true, force: true });

const best = Object.fromEntries(
  Object.entries(times).map(([name, each]) => [name, Math.min(...each)]),
) as Record<keyof typeof times, number>;
const ratios = {
  cold: best.cold / best.parse,
  warm: best.warm / (best.walk + best.version),
};
for (const [name, ms] of Object.entries(best)) console.log(`${name} ${ms.toFixed(0)} ms`);
let missed = false;
for (const name of ["cold", "warm"] as const) {
  const isMissed = ratios[name] > TARGETS[name];
  missed ||= isMissed;
  console.log(
    `${name}: ${ratios[name].toFixed(2)}x (${TARGETS[name]}x)${isMissed ? " MISSED" : ""}`,
  );
}
process.exitCode = missed ? 1 : 0;

function parseAll(): void {
  for (const file of filesBelow(programs)) {
    const [, frontmatter = ""] = readFileSync(file, "utf8").split(/^---$/m);
    parse(frontmatter);
  }
}

function walk(): void {
  for (const file of filesBelow(programs)) statSync(file);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function modullm(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(binary, args, { cwd: root, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`modullm ${args.join(" ")} exits ${status}: ${stderr}`);
}

function timed(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}
