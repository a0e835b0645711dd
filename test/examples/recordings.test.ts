import { expect, test } from "bun:test";
import { join } from "node:path";
import { runCommandLine } from "../../src/cli/index.ts";
import { makeFolder, worldOf } from "../cli/command-line.ts";

/** Milliseconds; a hang ends it, a busy machine does not. */
const LONGEST = 300_000;
const ROOT = join(import.meta.dir, "../..");

/** Runs the tests of all examples, as they stand in the repository. */
async function testExamples(): Promise<{ exit: number; stdout: string }> {
  let stdout = "";
  const exit = await runCommandLine(["test", "examples"], {
    env: worldOf(makeFolder()),
    cwd: ROOT,
    stdoutIsTty: false,
    stderrIsTty: false,
    columns: 80,
    stdout: (text) => void (stdout += text),
    stderr() {},
    async *stdin() {},
    onInterrupt: () => () => {},
  });
  return { exit, stdout };
}

/** Examples that no test is about. */
function untested(results: readonly { readonly file: string }[]): readonly string[] {
  const tested = new Set(results.map(({ file }) => file.replace(".test.yaml", ".rllm")));
  const programs = [...new Bun.Glob("examples/**/*.rllm").scanSync(ROOT)];
  return programs.filter((path) => !tested.has(path));
}

test(
  "every example passes its tests on recordings, the same each time, with the network off",
  async () => {
    const real = globalThis.fetch;
    globalThis.fetch = Object.assign(
      () => Promise.reject(new Error("a test opened a connection")),
      { preconnect() {} },
    );
    try {
      const first = await testExamples();
      const report = JSON.parse(first.stdout);
      const failed = report.results.filter(({ ok }: { ok: boolean }) => !ok);
      expect(failed).toEqual([]);
      expect(first.exit).toBe(0);
      expect(report.unused_recordings).toEqual({});
      expect(untested(report.results)).toEqual([]);
      expect((await testExamples()).stdout).toBe(first.stdout);
    } finally {
      globalThis.fetch = real;
    }
  },
  LONGEST,
);
