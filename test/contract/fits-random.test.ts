import { describe, expect, test } from "bun:test";
import { assert, nat, property } from "fast-check";
import { compileContract } from "../../src/contract/compile.ts";
import type { Contract, JsonSchema } from "../../src/contract/contract.ts";
import { type Fit, schemaFits } from "../../src/contract/fits.ts";
import { dice, randomSchema, randomValue } from "./random-schema.ts";
import {
  contradicted,
  drawn,
  relaxed,
  type Roll,
  schemaAround,
  someValue,
  type Written,
} from "./fits-schemas.ts";

/** More of them: `FC_RUNS=50000 bun test test/contract/fits-random.test.ts`. */
const RUNS = Number(process.env["FC_RUNS"] ?? 600);
const TIME = 60_000 + RUNS * 20;
const OPTIONS = {
  numRuns: RUNS,
  ...(process.env["FC_SEED"] ? { seed: Number(process.env["FC_SEED"]) } : {}),
};

function compiled(schema: JsonSchema): Contract | null {
  const compilation = compileContract(schema);
  return compilation.ok ? compilation.contract : null;
}

/** Throws where a value proves the verdict wrong. */
function refute(fit: Fit, a: Contract, b: Contract, values: readonly unknown[]): void {
  if ("example" in fit && (!a.check(fit.example).ok || b.check(fit.example).ok))
    throw new Error(`The example is none: ${JSON.stringify(fit)}`);
  for (const value of values) {
    if (!a.check(value).ok) continue;
    const isIn = b.check(value).ok;
    if ((fit.verdict === "fits" && !isIn) || (fit.verdict === "cannot-fit" && isIn))
      throw new Error(`${JSON.stringify(value)} refutes ${JSON.stringify(fit)}`);
  }
}

/** A schema with a value of its own, and another that was made from it in one way or another. */
const pairs = drawn((roll) => {
  const value = someValue(roll, 3);
  const [a, others] = [schemaAround(roll, value), [someValue(roll, 2), someValue(roll, 3)]];
  const made = [
    (): unknown => schemaAround(roll, others[0]),
    (): unknown => relaxed(roll, a),
    (): unknown => contradicted(roll, a, value),
    (): unknown => contradicted(roll, relaxed(roll, a) as Written, others[1]),
  ];
  const b = made[roll(made.length)]?.();
  return { a, b: (typeof b === "object" ? b : {}) as Written, values: [value, ...others] };
});

describe("schemaFits() is sound", () => {
  test(
    "no value of the one refutes it on everyday pairs, either way round",
    () => {
      const tally = new Map<string, number>();
      assert(
        property(pairs, nat(), ({ a, b, values }, seed) => {
          const [left, right] = [compiled(a), compiled(b)];
          if (left === null || right === null)
            throw new Error("a generated schema does not compile");
          const roll = dice(seed);
          const tried = [...values, ...Array.from({ length: 20 }, () => someValue(roll, 2))];
          const fit = schemaFits(a, b);
          refute(fit, left, right, tried);
          refute(schemaFits(b, a), right, left, tried);
          tally.set(fit.verdict, (tally.get(fit.verdict) ?? 0) + 1);
        }),
        OPTIONS,
      );
      // All verdicts come up, so that there is something to refute.
      for (const verdict of ["fits", "may-not-fit", "cannot-fit"])
        expect(tally.get(verdict) ?? 0).toBeGreaterThan(RUNS / 50);
    },
    TIME,
  );

  test(
    "nor on schemas of all drafts and keywords",
    () => {
      for (let seed = 1; seed <= RUNS; seed++) {
        const roll = dice(seed * 31);
        const a = randomSchema(roll);
        const b = roll(3) === 0 ? randomSchema(roll) : withoutOne(roll, a);
        const [left, right] = [compiled(a), compiled(b)];
        if (left === null || right === null) continue;
        const values = Array.from({ length: 30 }, () => randomValue(roll));
        try {
          refute(schemaFits(a, b), left, right, values);
          refute(schemaFits(b, a), right, left, values);
        } catch (thrown) {
          throw new Error(`Seed ${seed}: ${JSON.stringify(a)} in ${JSON.stringify(b)}`, {
            cause: thrown,
          });
        }
      }
    },
    TIME,
  );
});

describe("schemaFits() is complete enough", () => {
  test(
    "of everyday pairs that fit because one was relaxed, at least 99 % are proved",
    () => {
      let [all, proved] = [0, 0];
      const missed: string[] = [];
      const fitting = drawn((roll) => {
        const a = schemaAround(roll, someValue(roll, 3));
        return { a, b: relaxed(roll, a) as Written };
      });
      assert(
        property(fitting, ({ a, b }) => {
          // The same text is no feat.
          if (JSON.stringify(a) === JSON.stringify(b)) return;
          const { verdict } = schemaFits(a, b);
          all++;
          if (verdict === "fits") proved++;
          else missed.push(`${verdict} ${JSON.stringify(a)} in ${JSON.stringify(b)}`);
          expect(verdict).not.toBe("cannot-fit");
        }),
        OPTIONS,
      );
      if (process.env["FC_MISSED"])
        for (const one of missed.slice(0, 12)) process.stderr.write(`${one}\n`);
      expect(all).toBeGreaterThan(RUNS / 2);
      expect(proved / all).toBeGreaterThanOrEqual(0.99);
    },
    TIME,
  );

  test(
    "of everyday pairs that clash by one contradiction, at least 99 % are shown or refuted",
    () => {
      let [all, decided] = [0, 0];
      const missed: string[] = [];
      const clashing = drawn((roll) => {
        const value = someValue(roll, 3);
        const a = schemaAround(roll, value);
        return { a, b: contradicted(roll, a, value), value };
      });
      assert(
        property(clashing, ({ a, b, value }) => {
          expect(compiled(a)?.check(value).ok).toBe(true);
          if (compiled(b)?.check(value).ok !== false) return;
          const { verdict } = schemaFits(a, b);
          all++;
          if (verdict !== "unknown") decided++;
          else
            missed.push(
              `${verdict} ${JSON.stringify(a)} in ${JSON.stringify(b)} ${JSON.stringify(value)}`,
            );
          expect(verdict).not.toBe("fits");
        }),
        OPTIONS,
      );
      if (process.env["FC_MISSED"])
        for (const one of missed.slice(0, 12)) process.stderr.write(`${one}\n`);
      expect(all).toBeGreaterThan(RUNS / 2);
      expect(decided / all).toBeGreaterThanOrEqual(0.99);
    },
    TIME,
  );
});

function withoutOne(roll: Roll, schema: Written): Written {
  const keywords = Object.keys(schema).filter((keyword) => !keyword.startsWith("$"));
  const { [keywords[roll(keywords.length)] ?? ""]: _, ...rest } = schema;
  return rest;
}
