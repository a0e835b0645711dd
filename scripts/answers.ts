/**
 * Holds the reader of answers against a file of cases and prints a table: `bun scripts/answers.ts
 * FILE [--show full|safe]`.
 *
 * A case is {id, schema, text, expected, recoverable, mode, root, tags, source, lossy?}. Numbers
 * are compared by value, the order of keys is free, and an optional property that is null counts as
 * absent. A case that is not recoverable must be refused; where it is lossy, refusing is as good as
 * the expected value.
 */
import { readFileSync } from "node:fs";
import { readAnswer } from "../src/answer/read.ts";
import { readPartial } from "../src/answer/partial.ts";
import { compileContract } from "../src/contract/compile.ts";
import type { Contract, JsonSchema } from "../src/contract/contract.ts";

interface Case {
  readonly id: string;
  readonly schema: JsonSchema;
  readonly text: string;
  readonly expected: unknown;
  readonly recoverable: boolean;
  readonly mode: "final" | "partial";
  readonly root: string;
  readonly tags: readonly string[];
  readonly source: string;
  readonly lossy?: boolean;
}

type Result = "right" | "refused" | "wrong";
type Level = "full" | "safe";

interface Row {
  total: number;
  right: number;
  wrong: number;
}

const ROUNDS = 20;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function main(): void {
  const [path, ...rest] = process.argv.slice(2);
  if (path === undefined) {
    process.stderr.write("usage: bun scripts/answers.ts FILE [--show full|safe]\n");
    process.exit(2);
  }
  const shown = rest[0] === "--show" ? rest[1] : undefined;
  const cases = JSON.parse(readFileSync(path, "utf8")) as Case[];
  const contracts = new Map<string, Contract>();
  for (const one of cases) contracts.set(one.id, contractOf(one));
  const tables = { full: new Map<string, Row>(), safe: new Map<string, Row>() };
  for (const level of ["full", "safe"] as const) {
    for (const one of cases) {
      const got = answer(one, contracts, level);
      const result = judge(one, got);
      for (const group of groupsOf(one)) count(tables[level], group, result);
      if (shown === level && result !== "right") show(one, got, result);
    }
  }
  printTable(tables.full, tables.safe);
  printTimes(cases, contracts);
}

function contractOf(one: Case): Contract {
  const compiled = compileContract(one.schema);
  if (!compiled.ok) throw new Error(`Cannot compile the schema of case "${one.id}"`);
  return compiled.contract;
}

interface Got {
  readonly ok: boolean;
  readonly value: unknown;
}

function answer(one: Case, contracts: ReadonlyMap<string, Contract>, level: Level): Got {
  const contract = contracts.get(one.id);
  if (!contract) return { ok: false, value: undefined };
  try {
    return one.mode === "partial"
      ? readPartial(one.text, contract)
      : readAnswer(one.text, contract, { repair: level });
  } catch (thrown) {
    return { ok: true, value: `exception: ${String(thrown)}` };
  }
}

function judge(one: Case, got: Got): Result {
  if (!got.ok) return !one.recoverable || one.lossy === true ? "right" : "refused";
  return one.recoverable && equal(got.value, one.expected) ? "right" : "wrong";
}

/** Equal but for number spelling, key order, and null where an optional property may be absent. */
function equal(left: unknown, right: unknown): boolean {
  if (typeof left === "number" && typeof right === "number")
    return left === right || Math.abs(left - right) < 1e-9 * Math.abs(right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => equal(item, right[index]));
  }
  if (isRecord(left) && isRecord(right)) {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].every((key) => equal(left[key] ?? null, right[key] ?? null));
  }
  return left === right;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function familyOf(one: Case): string {
  const project = one.source.split(" ")[0] ?? "";
  const name = project.split("/")[1] ?? project;
  return `${name === "ai" ? "vercel ai" : name} ${one.mode}`;
}

function groupsOf(one: Case): string[] {
  const groups = [`family ${familyOf(one)}`, `root ${one.root}`, "all"];
  if (one.tags.includes("already-valid")) groups.push("already valid");
  return groups;
}

function count(table: Map<string, Row>, group: string, result: Result): void {
  const row = table.get(group) ?? { total: 0, right: 0, wrong: 0 };
  row.total++;
  if (result === "right") row.right++;
  if (result === "wrong") row.wrong++;
  table.set(group, row);
}

function printTable(full: ReadonlyMap<string, Row>, safe: ReadonlyMap<string, Row>): void {
  print("| cases | | full: right | wrong | safe: right | wrong |");
  print("|---|--:|--:|--:|--:|--:|");
  for (const group of [...full.keys()].toSorted()) {
    const [a, b] = [full.get(group), safe.get(group)];
    if (a && b)
      print(`| ${group} | ${a.total} | ${share(a)} | ${a.wrong} | ${share(b)} | ${b.wrong} |`);
  }
}

function share(row: Row): string {
  return `${row.right} (${((100 * row.right) / row.total).toFixed(1)} %)`;
}

/**
 * The best of several rounds over all cases, in microseconds, and how far the slowest is from the
 * median.
 */
function printTimes(cases: readonly Case[], contracts: ReadonlyMap<string, Contract>): void {
  const times = cases.map(({ id }) => ({ id, micros: Number.POSITIVE_INFINITY }));
  for (let round = 0; round < ROUNDS; round++) {
    cases.forEach((one, index) => {
      const start = performance.now();
      answer(one, contracts, "full");
      const micros = (performance.now() - start) * 1000;
      const time = times[index];
      if (time) time.micros = Math.min(time.micros, micros);
    });
  }
  const sorted = times.toSorted((a, b) => a.micros - b.micros);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]?.micros ?? 0;
  const ratio = at(1) / at(0.5);
  print("");
  print(
    `time per case, full: p50 ${at(0.5).toFixed(1)} µs, p95 ${at(0.95).toFixed(1)} µs, ` +
      `slowest ${at(1).toFixed(1)} µs: ` +
      `${ratio.toFixed(1)} times the median (${sorted.at(-1)?.id ?? ""})`,
  );
}

function cut(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 400);
}

function show(one: Case, got: Got, result: Result): void {
  print(
    `${result} ${one.id} ${one.mode}\n  text     ${cut(one.text)}\n  expected ` +
      `${one.recoverable ? cut(one.expected) : "refusal"}\n  got      ` +
      (got.ok ? cut(got.value) : "refusal"),
  );
}

main();
