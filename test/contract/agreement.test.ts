import { expect, test } from "bun:test";
import { compileContract } from "../../src/contract/compile.ts";
import type { Contract, JsonSchema } from "../../src/contract/contract.ts";
import { Evaluator } from "../../src/contract/evaluate/evaluate.ts";
import { explain } from "../../src/contract/explain.ts";
import { readDocument } from "../../src/contract/read-document.ts";
import { dice, randomSchema, randomValue } from "./random-schema.ts";

/** More of them: `CONTRACT_SCHEMAS=200000 bun test test/contract/agreement.test.ts`. */
const SCHEMAS = Number(process.env["CONTRACT_SCHEMAS"] ?? 6000);
const VALUES = 8;

test(
  "compileContract() and the evaluation that explains it agree on random schemas and values",
  () => {
    let [refused, met, broken] = [0, 0, 0];
    for (let seed = 1; seed <= SCHEMAS; seed++) {
      const roll = dice(seed);
      const schema = randomSchema(roll);
      const compiled = compileContract(schema, { atOnce: true });
      if (!compiled.ok) {
        refused++;
        continue;
      }
      const document = readDocument(schema);
      // Evaluated the first times, and then compiled; some will do.
      const later = seed % 8 === 0 ? mustCompile(schema) : compiled.contract;
      for (let turn = 0; turn < VALUES; turn++) {
        const value = randomValue(roll);
        const before = JSON.stringify(value);
        const { ok } = compiled.contract.check(value);
        const issues = explain(new Evaluator(document), value);
        if (ok !== (issues.length === 0)) {
          throw new Error(
            `Seed ${seed}: ${before} under ${JSON.stringify(schema)} is ${ok}, but ${JSON.stringify(issues)}`,
          );
        }
        if (later.check(value).ok !== ok)
          throw new Error(`Seed ${seed}: ${before} is not always ${ok}`);
        if (JSON.stringify(value) !== before)
          throw new Error(`Seed ${seed}: the value was changed`);
        if (ok) met++;
        else broken++;
      }
    }
    // The schemas say something: neither all nor none of them can be compiled, and values fit some
    // of them.
    expect(refused).toBeWithin(1, SCHEMAS / 2);
    expect(met / (met + broken)).toBeWithin(0.1, 0.9);
  },
  30_000 + SCHEMAS,
);

function mustCompile(schema: JsonSchema): Contract {
  const compiled = compileContract(schema);
  if (!compiled.ok) throw new Error("what was compiled at once is not compiled later");
  return compiled.contract;
}
