/**
 * Holds contracts, and what is sent of them to each kind of server, against the public set of real
 * schemas `guidance-ai/jsonschemabench`: `npx bun scripts/schema-corpus.ts FOLDER`, the folder
 * being its `maskbench/data`. Exits 1 when something is sent that forbids what a contract allows.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileContract } from "../src/contract/compile.ts";
import type { JsonSchema } from "../src/contract/contract.ts";
import { isObject } from "../src/core/json.ts";
import { judgeSent, MODES, type Mode } from "../test/model/schema/soundness.ts";

interface Instance {
  readonly valid: boolean;
  readonly data: unknown;
}

/** Violations that are shown. */
const SHOWN = 20;

function main(folder: string | undefined): void {
  // eslint-disable-next-line no-console -- a script's output
  const print = console.log;
  if (folder === undefined) {
    print("Usage: npx bun scripts/schema-corpus.ts FOLDER");
    process.exitCode = 2;
    return;
  }
  const counts = { compiled: 0, valid: 0, accepted: 0, invalid: 0, refused: 0 };
  const sent = new Map(MODES.map((mode) => [mode, { held: 0, guidance: 0, violations: 0 }]));
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const shown: string[] = [];
  for (const name of files) {
    const { schema, tests } = read(join(folder, name));
    const compiled = compileContract(schema);
    if (!compiled.ok) continue;
    counts.compiled++;
    const good: unknown[] = [];
    for (const { valid, data } of tests) {
      const { ok } = compiled.contract.check(data);
      counts[valid ? "valid" : "invalid"]++;
      if (ok === valid) counts[valid ? "accepted" : "refused"]++;
      if (ok) good.push(data);
    }
    for (const mode of MODES) {
      const violations = tally(schema, mode, good, sent);
      for (const violation of violations) shown.push(`${name}, ${mode}: ${violation}`);
    }
  }
  print(`compiled ${counts.compiled} of ${files.length}`);
  print(`valid accepted ${counts.accepted} of ${counts.valid}`);
  print(`invalid refused ${counts.refused} of ${counts.invalid}`);
  for (const [mode, { held, guidance, violations }] of sent)
    print(`${mode.padEnd(10)} held ${held}, guidance ${guidance}, violations ${violations}`);
  for (const line of shown.slice(0, SHOWN)) print(line.slice(0, 400));
  process.exitCode = shown.length === 0 ? 0 : 1;
}

function tally(
  schema: JsonSchema,
  mode: Mode,
  good: readonly unknown[],
  sent: ReadonlyMap<Mode, { held: number; guidance: number; violations: number }>,
): readonly string[] {
  const { held, violations } = judgeSent(schema, mode, good);
  const counts = sent.get(mode);
  if (counts === undefined) return violations;
  counts[held ? "held" : "guidance"]++;
  if (violations.length > 0) counts.violations++;
  return violations;
}

function read(file: string): { schema: JsonSchema; tests: readonly Instance[] } {
  const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
  const { schema, tests } = isObject(parsed) ? parsed : {};
  const instances = Array.isArray(tests) ? tests.filter(isObject) : [];
  return {
    schema: isObject(schema) ? schema : {},
    tests: instances.map(({ valid, data }) => ({ valid: valid === true, data })),
  };
}

main(process.argv[2]);
