import { expect, test } from "bun:test";
import { compileContract } from "../../../src/contract/compile.ts";
import { dice, randomSchema, randomValue } from "../../contract/random-schema.ts";
import { judgeSent, MODES } from "./soundness.ts";

/** All of them: `SENT_SCHEMAS=20000 bun test test/model/schema/soundness.test.ts`. */
const SCHEMAS = Number(process.env["SENT_SCHEMAS"] ?? 1000);
const VALUES = 12;

test(
  "translateSchema() sends what accepts every answer that the contract accepts",
  () => {
    const wrong: string[] = [];
    const held = new Map(MODES.map((mode) => [mode, 0]));
    let [compiledCount, accepted] = [0, 0];
    for (let seed = 1; seed <= SCHEMAS; seed++) {
      const roll = dice(seed);
      const schema = randomSchema(roll);
      const compiled = compileContract(schema);
      if (!compiled.ok) continue;
      compiledCount++;
      const values = Array.from({ length: VALUES }, () => objectOf(randomValue(roll)));
      const good = values.filter((value) => compiled.contract.check(value).ok);
      accepted += good.length;
      for (const mode of MODES) {
        const judged = judgeSent(schema, mode, good);
        if (judged.held) held.set(mode, (held.get(mode) ?? 0) + 1);
        for (const violation of judged.violations)
          wrong.push(`Seed ${seed}, ${mode}: ${violation} of ${JSON.stringify(schema)}`);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(accepted).toBeGreaterThan(compiledCount);
    for (const mode of ["gemini", "grammar"] as const) expect(held.get(mode)).toBe(compiledCount);
  },
  60_000 + 20 * SCHEMAS,
);

/** Answers are objects. */
function objectOf(value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? value : { a: value };
}
