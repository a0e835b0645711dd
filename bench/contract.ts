/**
 * Contracts against ajv, over ten schemas: how fast a schema is compiled, how fast a value is
 * checked, and how fast all that is wrong with it is told. Rounds of both sides take turns, and the
 * quickest are compared, for whatever else runs on the machine only adds to a round. Exits 1 when a
 * target is missed.
 */
import addFormats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import { compileContract } from "../src/contract/compile.ts";
import type { Contract, JsonSchema } from "../src/contract/contract.ts";
import { CASES } from "./contract-cases.ts";

const ROUNDS = 21;
const CHECK_TARGET = 1;
const COMPILE_TARGET = 5;
/** Ten times as slow: ajv's messages are made before it is asked, and hold no value. */
const EXPLAIN_TARGET = 0.1;
/** Long enough for the clock, short enough for many rounds. */
const ROUND_MS = 8;

interface Side {
  readonly ours: () => void;
  readonly theirs: () => void;
}

function main(): void {
  // eslint-disable-next-line no-console -- a benchmark's output
  const print = console.log;
  const ratios: Record<string, number[]> = { compile: [], valid: [], invalid: [], explained: [] };
  print(
    "schema          compile      valid    invalid  explained   (times faster than ajv; over " +
      "1 is faster)",
  );
  for (const { name, schema, valid, invalid } of CASES) {
    const contract = mustCompile(schema);
    const validate = newAjv(false).compile(schema);
    for (const value of valid) expectSame(name, contract.check(value).ok, validate(value), true);
    for (const value of invalid) expectSame(name, contract.check(value).ok, validate(value), false);
    const row = {
      compile: ratio(compileSide(schema)),
      valid: ratio(checkSide(contract, validate, valid)),
      invalid: ratio(checkSide(contract, validate, invalid)),
      explained: ratio(explainSide(contract, schema, invalid)),
    };
    for (const [what, value] of Object.entries(row)) ratios[what]?.push(value);
    print(name.padEnd(14), ...Object.values(row).map((value) => value.toFixed(2).padStart(9)));
  }
  const total = Object.entries(ratios).map(
    ([what, values]) => [what, geometricMean(values)] as const,
  );
  print("geometric mean", ...total.map(([, value]) => value.toFixed(2).padStart(9)));
  const mean = Object.fromEntries(total);
  const missed = [
    ["compile", COMPILE_TARGET],
    ["valid", CHECK_TARGET],
    ["invalid", CHECK_TARGET],
    ["explained", EXPLAIN_TARGET],
  ].filter(([what, target]) => (mean[String(what)] ?? 0) < Number(target));
  for (const [what, target] of missed) print(`missed: ${what} is wanted at ${target} or more`);
  process.exitCode = missed.length === 0 ? 0 : 1;
}

function compileSide(schema: JsonSchema): Side {
  const ajv = newAjv(false);
  // A new object each time, for ajv remembers the schemas it has compiled.
  return { ours: () => mustCompile({ ...schema }), theirs: () => ajv.compile({ ...schema }) };
}

function checkSide(
  contract: Contract,
  validate: (value: unknown) => boolean,
  values: readonly unknown[],
): Side {
  return {
    ours: () => {
      for (const value of values) keep(contract.check(value).ok);
    },
    theirs: () => {
      for (const value of values) keep(validate(value));
    },
  };
}

/**
 * The whole list of what is wrong, which ajv has with `allErrors` and needs to find the most
 * telling one.
 */
function explainSide(contract: Contract, schema: JsonSchema, values: readonly unknown[]): Side {
  const validate = newAjv(true).compile(schema);
  return {
    ours: () => {
      for (const value of values) {
        const result = contract.check(value);
        keep(!result.ok && result.issues.length > 0);
      }
    },
    theirs: () => {
      for (const value of values) {
        validate(value);
        keep((validate.errors?.length ?? 0) > 0);
      }
    },
  };
}

function ratio({ ours, theirs }: Side): number {
  const [ourTurns, theirTurns] = [turnsFor(ours), turnsFor(theirs)];
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < ROUNDS; round++) {
    times.ours.push(time(ours, ourTurns));
    times.theirs.push(time(theirs, theirTurns));
  }
  return Math.min(...times.theirs) / Math.min(...times.ours);
}

/** Warms up, and finds how many turns fill a round even when nothing else runs. */
function turnsFor(work: () => void): number {
  let turns = 1;
  while (Math.min(time(work, turns), time(work, turns), time(work, turns)) * turns < ROUND_MS)
    turns *= 2;
  return turns;
}

function time(work: () => void, turns: number): number {
  const start = performance.now();
  for (let turn = 0; turn < turns; turn++) work();
  return (performance.now() - start) / turns;
}

function newAjv(allErrors: boolean): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors, addUsedSchema: false, logger: false });
  addFormats(ajv);
  return ajv;
}

function mustCompile(schema: JsonSchema): Contract {
  const compiled = compileContract(schema, { atOnce: true });
  if (!compiled.ok) throw new Error(`The schema is at fault: ${compiled.faults[0].reason}`);
  return compiled.contract;
}

function expectSame(name: string, ours: boolean, theirs: boolean, wanted: boolean): void {
  if (ours !== wanted || theirs !== wanted)
    throw new Error(`${name}: ours says ${ours}, ajv ${theirs}, wanted ${wanted}`);
}

/** Looks at a result, so that the work for it is not optimised away. */
function keep(value: boolean): void {
  if (typeof value !== "boolean") throw new TypeError("A check gave no boolean");
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

main();
