/**
 * The built binary beside what people use today: `modullm test` beside promptfoo on the same ten
 * tests, `modullm map` beside a loop by hand on the same thousand rows, each on a scripted server
 * of this machine.
 *   npx bun scripts/build.ts --binary && npx bun bench/compare.ts
 * Needs npm, a network the first time (promptfoo and the Node that it wants go into
 * ~/.cache/modullm-compare, 1.5 GB), and for the rows a shell with xargs, curl and jq. ROWS makes
 * it shorter. Exits 1 when a target is missed.
 */
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Measured } from "./compare/measure.ts";
import { installPromptfoo } from "./compare/promptfoo.ts";
import { compareRows } from "./compare/rows.ts";
import { compareTests, type TestTimes } from "./compare/tests.ts";

const ROWS = Number(process.env["ROWS"] ?? 1000);
const MEGABYTE = 1e6;
const binary = join(import.meta.dir, "../dist/modullm");

interface Check {
  readonly what: string;
  readonly got: number;
  readonly least: number;
}

interface Pair {
  readonly slow: Measured | undefined;
  readonly fast: Measured | undefined;
}

async function compare(): Promise<number> {
  if (!existsSync(binary)) throw new Error("dist/modullm is not there: npm run build");
  for (const tool of ["npm", "xargs", "curl", "jq", "sh"])
    if (Bun.which(tool) === null) throw new Error(`${tool} is not there, and is needed`);
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "modullm-compare");
  const promptfoo = await installPromptfoo(cache);
  const folder = mkdtempSync(join(tmpdir(), "compare-"));
  try {
    const { size } = statSync(binary);
    console.log("\nOn disk");
    console.log(`  modullm    ${(size / MEGABYTE).toFixed(0).padStart(6)} MB, one file`);
    console.log(
      `  promptfoo  ${(promptfoo.bytes / MEGABYTE).toFixed(0).padStart(6)} MB, ` +
        `${promptfoo.packages} packages, without Node`,
    );
    console.log("\nTen tests");
    const tests = await compareTests({ binary, folder, promptfoo });
    console.log(`\n${ROWS} rows`);
    const rows = await compareRows({ binary, folder, rows: ROWS });
    const [own, other] = [tests["modullm"], tests["promptfoo"]];
    const pair = (kind: keyof TestTimes): Pair => ({ slow: other?.[kind], fast: own?.[kind] });
    const fast = rows["modullm map"];
    return report([
      { what: "smaller than promptfoo", got: promptfoo.bytes / size, least: 3 },
      ratio("less work than promptfoo, the first time", 3, pair("first")),
      ratio("less work than promptfoo, once more", 5, pair("again")),
      ratio("less work than xargs, curl and jq", 1, { slow: rows["xargs, curl and jq"], fast }),
      ratio("less work than xargs, modullm run", 3, { slow: rows["xargs, modullm run"], fast }),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By the processor's time. */
function ratio(what: string, least: number, { slow, fast }: Pair): Check {
  return { what, got: (slow?.work ?? Number.NaN) / (fast?.work ?? Number.NaN), least };
}

function report(checks: readonly Check[]): number {
  console.log("");
  for (const { what, got, least } of checks)
    console.log(
      `  ${got.toFixed(1)}x ${what} (wanted: ${least}x)${got >= least ? "" : "  MISSED"}`,
    );
  return checks.every(({ got, least }) => got >= least) ? 0 : 1;
}

process.exit(await compare());
