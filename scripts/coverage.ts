/**
 * Reads what the tests have covered and holds it against the gates: 90 % of the lines of `src/`,
 * and 95 % of each room that has a gate of its own. Processes that tests start are not counted.
 *   bun scripts/test.ts --coverage --coverage-reporter=lcov && bun scripts/coverage.ts [LCOV]
 * Exits 1 below a gate.
 */
import { existsSync, readFileSync } from "node:fs";

const ALL = 90;
const OWN = 95;
const GATED = [
  "config",
  "redaction",
  "policy",
  "process",
  "packages",
  "store",
  "insight",
  "doctor",
] as const;
/** They run in processes of their own, in which nobody counts. */
const ELSEWHERE = /^src\/(?:main\.ts|sandbox\/js\/.*guest\.ts|store\/.*worker\.ts)$/;

interface Lines {
  found: number;
  hit: number;
}

const path = process.argv[2] ?? "coverage/lcov.info";
if (!existsSync(path)) {
  console.error(`there is no ${path}: run the tests with --coverage --coverage-reporter=lcov`);
  process.exit(2);
}
const rooms = new Map<string, Lines>();
const total: Lines = { found: 0, hit: 0 };
for (const record of readFileSync(path, "utf8").split("end_of_record")) {
  const [, file = ""] = /^SF:(.*)$/m.exec(record) ?? [];
  if (!file.startsWith("src/") || ELSEWHERE.test(file)) continue;
  const room = file.split("/").length > 2 ? (file.split("/")[1] ?? "") : "src";
  const lines = rooms.get(room) ?? { found: 0, hit: 0 };
  rooms.set(room, lines);
  for (const each of [lines, total]) {
    each.found += Number(/^LF:(\d+)$/m.exec(record)?.[1] ?? 0);
    each.hit += Number(/^LH:(\d+)$/m.exec(record)?.[1] ?? 0);
  }
}

let missed = false;
for (const [room, lines] of [...rooms].toSorted(([one], [other]) => (one < other ? -1 : 1)))
  show(room, lines, GATED.some((gated) => gated === room) ? OWN : 0);
show("in all", total, ALL);
process.exit(missed ? 1 : 0);

function show(name: string, { found, hit }: Lines, gate: number): void {
  const share = found === 0 ? 100 : (100 * hit) / found;
  missed ||= share < gate;
  const wanted = gate === 0 ? "" : `  (gate ${gate} %)${share < gate ? "  MISSED" : ""}`;
  console.log(`${name.padEnd(12)} ${share.toFixed(1).padStart(5)} % of ${found} lines${wanted}`);
}
