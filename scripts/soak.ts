/**
 * Runs every soak, fuzzer and large bench, one after the other, and tells how each ended. SCALE
 * (default 1) makes all of them smaller: `.ci/run` takes 0.02.
 *   npm run soak
 */
const SOAKS: Readonly<Record<string, readonly string[]>> = {
  "answers: 200,000 breakages at each level": ["scripts/fuzz-answers.ts"],
  "schemas: 20,000 generated ones, as servers get them": ["scripts/fuzz-schemas.ts"],
  "store: a million runs in the file": ["bench/store.ts"],
};

const scale = process.env["SCALE"] ?? "1";
let failed = 0;
for (const [name, words] of Object.entries(SOAKS)) {
  console.log(`\n== ${name}, SCALE=${scale}`);
  const start = performance.now();
  const child = Bun.spawn([process.execPath, ...words], {
    env: { ...process.env, SCALE: scale },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const status = await child.exited;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`== ${status === 0 ? "held" : `FAILED with status ${status}`} after ${seconds} s`);
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
