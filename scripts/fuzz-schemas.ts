/**
 * Holds what is sent of 20,000 random schemas to each kind of server against answers that their
 * contracts accept: `npx bun scripts/fuzz-schemas.ts`. SCALE multiplies the number. Exits 1 when
 * something is sent that forbids what a contract allows.
 */
import { fuzzSent } from "../test/model/schema/fuzz.ts";

const SCHEMAS = 20_000;
/** Violations that are shown. */
const SHOWN = 20;

function main(): void {
  // eslint-disable-next-line no-console -- a script's output
  const print = console.log;
  const total = Math.max(2, Math.round(SCHEMAS * Number(process.env["SCALE"] ?? 1)));
  const wrong: string[] = [];
  for (const kind of ["of all drafts and keywords", "as programs have them"] as const) {
    const fuzzed = fuzzSent(kind, total / 2);
    wrong.push(...fuzzed.wrong);
    print(
      `${kind}: compiled ${fuzzed.compiled}, answers ${fuzzed.accepted}, violations ` +
        fuzzed.wrong.length,
    );
    for (const [mode, held] of fuzzed.held) print(`  ${mode.padEnd(10)} held ${held}`);
  }
  for (const line of wrong.slice(0, SHOWN)) print(line.slice(0, 400));
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

main();
