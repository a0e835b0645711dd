import { compileContract } from "../../../src/contract/compile.ts";
import type { JsonSchema } from "../../../src/contract/contract.ts";
import { isObject } from "../../../src/core/json.ts";
import { dice, randomSchema, randomValue, type Dice } from "../../contract/random-schema.ts";
import { everydaySchema } from "./everyday.ts";
import { judgeSent, MODES, type Mode } from "./soundness.ts";

const VALUES = 8;

interface Made {
  readonly schema: JsonSchema;
  readonly value: (roll: Dice) => unknown;
}

export const KINDS = {
  "of all drafts and keywords": (roll) => ({ schema: randomSchema(roll), value: randomValue }),
  "as programs have them": everydaySchema,
} as const satisfies Readonly<Record<string, (roll: Dice) => Made>>;

export interface Fuzzed {
  readonly compiled: number;
  /** Answers that their contract accepts. */
  readonly accepted: number;
  /** Schemas that a server is held to. */
  readonly held: ReadonlyMap<Mode, number>;
  /** What is sent and forbids what the contract allows. */
  readonly wrong: readonly string[];
}

/** Holds what is sent of random schemas of a kind against answers that their contracts accept. */
export function fuzzSent(kind: keyof typeof KINDS, schemas: number): Fuzzed {
  const wrong: string[] = [];
  const held = new Map<Mode, number>(MODES.map((mode) => [mode, 0]));
  let [compiled, accepted] = [0, 0];
  for (let seed = 1; seed <= schemas; seed++) {
    const roll = dice(seed);
    const { schema, value }: Made = KINDS[kind](roll);
    const compilation = compileContract(schema);
    if (!compilation.ok) continue;
    compiled++;
    const values = Array.from({ length: VALUES }, () => asAnswer(value(roll)));
    const good = values.filter((one) => compilation.contract.check(one).ok);
    accepted += good.length;
    for (const mode of MODES) {
      const judged = judgeSent(schema, mode, good);
      if (judged.held) held.set(mode, (held.get(mode) ?? 0) + 1);
      for (const violation of judged.violations)
        wrong.push(`Seed ${seed}, ${mode}: ${violation} of ${JSON.stringify(schema)}`);
    }
  }
  return { compiled, accepted, held, wrong };
}

/** Answers are objects. */
function asAnswer(value: unknown): unknown {
  return isObject(value) ? value : { a: value };
}
