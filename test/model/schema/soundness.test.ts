import { expect, test } from "bun:test";
import { fuzzSent, type Fuzzed } from "./fuzz.ts";

/** Of each kind; `scripts/fuzz-schemas.ts` takes more. */
const SCHEMAS = 600;
const TIMEOUT_MS = 120_000;

function expectSound({ compiled, accepted, held, wrong }: Fuzzed): void {
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(compiled).toBeGreaterThan(SCHEMAS / 2);
  expect(accepted).toBeGreaterThan(compiled);
  for (const mode of ["gemini", "grammar"] as const) expect(held.get(mode)).toBe(compiled);
}

test(
  "translateSchema() sends what accepts every answer of contracts of all drafts and keywords",
  () => expectSound(fuzzSent("of all drafts and keywords", SCHEMAS)),
  TIMEOUT_MS,
);

test(
  "translateSchema() sends what accepts every answer of contracts as programs have them",
  () => {
    const fuzzed = fuzzSent("as programs have them", SCHEMAS);
    expectSound(fuzzed);
    expect(fuzzed.held.get("strict")).toBeGreaterThan(fuzzed.compiled / 50);
    expect(fuzzed.held.get("anthropic")).toBeGreaterThan(fuzzed.compiled / 20);
  },
  TIMEOUT_MS,
);
