/**
 * Runs every soak, fuzzer and large bench, one after the other, and tells how each ended. SCALE
 * (default 1) makes all of them smaller: `.ci/run` takes 0.02.
 *   npm run soak
 */
interface Soak {
  readonly words: readonly string[];
  /** Whether it holds times against each other, which a small run is too short for. */
  readonly times?: boolean;
}

const SOAKS: Readonly<Record<string, Soak>> = {
  "answers: 200,000 breakages at each level": { words: ["scripts/fuzz-answers.ts"] },
  "schemas: 20,000 generated ones, as servers get them": { words: ["scripts/fuzz-schemas.ts"] },
  "map: 10,000 rows, killed 40 times": { words: ["scripts/soak-map.ts"] },
  "map: a million rows": { words: ["bench/map.ts"], times: true },
  "store: a million runs of 0.1, taken over": { words: ["scripts/former-history.ts"] },
  "store: a million runs in the file": { words: ["bench/store.ts"], times: true },
};

const scale = process.env["SCALE"] ?? "1";
let failed = 0;
for (const [name, { words, times = false }] of Object.entries(SOAKS)) {
  console.log(`\n== ${name}, SCALE=${scale}`);
  const start = performance.now();
  const child = Bun.spawn([process.execPath, ...words], {
    env: { ...process.env, SCALE: scale },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const status = await child.exited;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const counts = !times || Number(scale) >= 1;
  const missed = counts ? `FAILED with status ${status}` : "missed, which counts at SCALE=1 only";
  console.log(`== ${status === 0 ? "held" : missed} after ${seconds} s`);
  if (status !== 0 && counts) failed++;
}
process.exit(failed === 0 ? 0 : 1);
