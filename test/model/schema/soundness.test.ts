import { expect, test } from "bun:test";
import { compileContract } from "../../../src/contract/compile.ts";
import type { JsonSchema } from "../../../src/contract/contract.ts";
import { isObject } from "../../../src/core/json.ts";
import { dice, randomSchema, randomValue, type Dice } from "../../contract/random-schema.ts";
import { everydaySchema } from "./everyday.ts";
import { judgeSent, MODES } from "./soundness.ts";

/** All of them: `SENT_SCHEMAS=20000 npx bun test test/model/schema/soundness.test.ts`. */
const SCHEMAS = Number(process.env["SENT_SCHEMAS"] ?? 1200);
const VALUES = 8;

interface Made {
  readonly schema: JsonSchema;
  readonly value: (roll: Dice) => unknown;
}

const KINDS: Readonly<Record<string, (roll: Dice) => Made>> = {
  "of all drafts and keywords": (roll) => ({ schema: randomSchema(roll), value: randomValue }),
  "as programs have them": everydaySchema,
};

for (const [kind, make] of Object.entries(KINDS)) {
  test(
    `translateSchema() sends what accepts every answer of contracts ${kind}`,
    () => {
      const wrong: string[] = [];
      const held = new Map(MODES.map((mode) => [mode, 0]));
      let [compiledCount, accepted] = [0, 0];
      for (let seed = 1; seed <= SCHEMAS / 2; seed++) {
        const roll = dice(seed);
        const { schema, value } = make(roll);
        const compiled = compileContract(schema);
        if (!compiled.ok) continue;
        compiledCount++;
        const values = Array.from({ length: VALUES }, () => asAnswer(value(roll)));
        const good = values.filter((one) => compiled.contract.check(one).ok);
        accepted += good.length;
        for (const mode of MODES) {
          const judged = judgeSent(schema, mode, good);
          if (judged.held) held.set(mode, (held.get(mode) ?? 0) + 1);
          for (const violation of judged.violations)
            wrong.push(`Seed ${seed}, ${mode}: ${violation} of ${JSON.stringify(schema)}`);
        }
      }
      expect(wrong.slice(0, 5)).toEqual([]);
      expect(compiledCount).toBeGreaterThan(SCHEMAS / 4);
      expect(accepted).toBeGreaterThan(compiledCount);
      for (const mode of ["gemini", "grammar"] as const) expect(held.get(mode)).toBe(compiledCount);
      if (make !== everydaySchema) return;
      expect(held.get("strict")).toBeGreaterThan(compiledCount / 50);
      expect(held.get("anthropic")).toBeGreaterThan(compiledCount / 20);
    },
    60_000 + 30 * SCHEMAS,
  );
}

/** Answers are objects. */
function asAnswer(value: unknown): unknown {
  return isObject(value) ? value : { a: value };
}
