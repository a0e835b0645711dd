import { expect, setDefaultTimeout, test } from "bun:test";
import { KINDS } from "./generator/break.ts";
import { runBreakages, type Fault } from "./generator/run.ts";

setDefaultTimeout(180_000);

/** `npx bun scripts/fuzz-answers.ts` runs many more, and prints a table by kind. */
const COUNT = 1500;

/** Of so few texts the share varies more than of the 200,000 that the command reads. */
const MAX_WRONG_HERE = 0.01;

test("readAnswer() gives back what was broken, refuses it, or puts the difference on record", () => {
  const faults: Fault[] = [];
  const tally = runBreakages(COUNT, { seed: 5, onFault: (fault) => void faults.push(fault) });
  const atSafe = faults.filter((fault) => fault.level === "safe");
  expect(
    atSafe.map(({ reason, breakage, value }) => ({ reason, text: breakage.text, value })),
  ).toEqual([]);
  expect(tally.all.full.wrong).toBeLessThanOrEqual(COUNT * MAX_WRONG_HERE);
  expect(tally.all.full.read).toBeGreaterThan(COUNT / 2);
  expect(tally.byKind.size).toBeGreaterThan(0.9 * KINDS.length);
});
