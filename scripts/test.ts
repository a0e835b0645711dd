/**
 * Runs the tests, files in parallel, and says a line for each file: what failed is shown whole,
 * what was skipped is told at the end with its reason.
 *   bun scripts/test.ts [WORDS OF bun test]
 */
import { availableParallelism } from "node:os";

/** Milliseconds for one test. A busy machine is no fault; what takes this long hangs. */
const TIMEOUT = 180_000;

const words = process.argv.slice(2);
const lanes = Math.max(2, availableParallelism());
const child = Bun.spawn(
  [process.execPath, "test", `--parallel=${lanes}`, `--timeout=${TIMEOUT}`, ...words],
  { stdin: "ignore", stdout: "inherit", stderr: "pipe", env: { ...process.env, NO_COLOR: "1" } },
);

interface FileResult {
  passed: number;
  failed: number;
  readonly skipped: string[];
}

/** Tests after which a sign of life is given. */
const STEP = 500;

/** By path. Lines of several files come mixed, each piece under the name of its file. */
const files = new Map<string, FileResult>();
let file: FileResult | null = null;
let count = 0;
let rest = "";
for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) take(line);
}
if (rest !== "") take(rest);
report();
process.exit(await child.exited);

function take(line: string): void {
  const [, name] = /^(test\/\S+\.test\.ts):$/.exec(line) ?? [];
  if (name !== undefined) {
    file = files.get(name) ?? { passed: 0, failed: 0, skipped: [] };
    files.set(name, file);
    return;
  }
  // Bun's own lists and sums come last.
  if (/^\d+ tests (?:skipped|failed|todo):$/.test(line)) file = null;
  const [, kind, test = ""] = /^\((pass|skip|fail)\) (.*?)(?: \[[\d.]+ ?m?s\])?$/.exec(line) ?? [];
  if (file === null || kind === undefined) {
    if (kind !== "skip" && line.trim() !== "") console.log(line);
    return;
  }
  if (kind === "pass") file.passed++;
  else if (kind === "skip") file.skipped.push(test);
  else file.failed++;
  if (kind === "fail") console.log(line);
  if (++count % STEP === 0) console.log(`… ${count} tests`);
}

function report(): void {
  const sorted = [...files].toSorted(([one], [other]) => (one < other ? -1 : 1));
  console.log("");
  for (const [name, { passed, failed, skipped }] of sorted) {
    const more = [
      ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
      ...(failed > 0 ? [`${failed} failed`] : []),
    ];
    console.log([`${name}: ${passed} passed`, ...more].join(", "));
  }
  const left = sorted.filter(([, { skipped }]) => skipped.length > 0);
  if (left.length > 0) console.log("\nSkipped, the reason in the name:");
  for (const [name, { skipped }] of left)
    console.log(`  ${name}: ${skipped.length}, first: ${skipped[0]}`);
}
