/**
 * Holds the reader of answers against values that were written as JSON or otherwise and then broken
 * in one or several ways: `bun scripts/fuzz-answers.ts [N] [SEED] [--show COUNT]`. Prints what came
 * of it by kind, and the first faults with `--show`. Fails on a wrong value at `safe`, on more than
 * 0.5 % at `full`, and on losses without a word. SCALE multiplies N, which is 200,000 otherwise.
 */
import { writeJson } from "../src/core/json.ts";
import { KINDS } from "../test/answer/generator/break.ts";
import {
  LEVELS,
  MAX_WRONG,
  runBreakages,
  type Fault,
  type Row,
} from "../test/answer/generator/run.ts";

const SHOWN = 400;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function main(): void {
  const [count = "200000", seed = "1", ...rest] = process.argv.slice(2);
  const total = Math.round(Number(count) * Number(process.env["SCALE"] ?? 1));
  const faults: Fault[] = [];
  const tally = runBreakages(total, {
    seed: Number(seed),
    onFault: (fault) => void (faults.length < 10_000 && faults.push(fault)),
  });
  print(
    "| kind | texts | safe: read | refused | wrong | full: read | refused | on record | wrong |",
  );
  print("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
  for (const { name } of KINDS) {
    const rows = tally.byKind.get(name);
    if (rows) print(line(name, rows));
  }
  print(line("all", tally.all));
  const lost = LEVELS.map((level) => `${tally.all[level].lost} at ${level}`).join(", ");
  print(`\nlost without a word: ${lost}`);
  if (rest[0] === "--show") show(faults, Number(rest[1] ?? 20));
  const { safe, full } = tally.all;
  if (safe.wrong > 0 || full.wrong > MAX_WRONG * total || safe.lost + full.lost > 0)
    process.exit(1);
}

function line(name: string, { safe, full }: { readonly safe: Row; readonly full: Row }): string {
  const texts = safe.read + safe.refused + safe.wrong;
  const cells = [texts, safe.read, safe.refused, safe.wrong];
  return (
    `| ${[name, ...cells, full.read, full.refused, full["on record"], full.wrong].join(" | ")} ` +
    "|"
  );
}

/** The shortest of each kind first: a kind alone before several. */
function show(faults: readonly Fault[], count: number): void {
  const groups = new Map<string, Fault[]>();
  for (const fault of faults) {
    const name = `${fault.reason} at ${fault.level}: ${fault.breakage.kinds.join(" + ")}`;
    groups.set(name, [...(groups.get(name) ?? []), fault]);
  }
  const sorted = [...groups].toSorted(
    ([a, left], [b, right]) =>
      a.split(" + ").length - b.split(" + ").length || right.length - left.length,
  );
  for (const [name, group] of sorted.slice(0, count)) {
    const [first] = group.toSorted((a, b) => a.breakage.text.length - b.breakage.text.length);
    if (!first) continue;
    const { text, accepts, truth } = first.breakage;
    print(`\n${name}: ${group.length}\n  text   ${cut(text)}\n  schema ${cut(truth.schema)}`);
    print(
      `  wanted ${accepts.length > 0 ? cut(accepts[0]) : "refusal"}\n  got    ${cut(first.value)}`,
    );
  }
}

function cut(value: unknown): string {
  return writeJson(value ?? "nothing").slice(0, SHOWN);
}

main();
