import { expect } from "bun:test";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OnboardResult } from "../../src/cli/onboarding/onboard.ts";
import { VERSION } from "../../src/core/version.ts";
import { type Installed, ROOT } from "./installer.ts";

/** What whoever has just installed it does first, each thing as it must be. */
export function tryFirstProgram({ run, home }: Installed): void {
  cpSync(join(ROOT, "examples"), join(home, "examples"), { recursive: true });
  // Where a user stands may be anybody's: neither of these may have any effect.
  writeFileSync(join(home, "bunfig.toml"), 'preload = ["./examples/evil.ts"]\n');
  writeFileSync(join(home, "examples/evil.ts"), 'console.log("I was run");\n');
  for (const name of ["modullm", "runllm"] as const)
    expect(run(name, ["--version"]).stdout).toBe(`${VERSION}\n`);
  const valid = run("runllm", ["validate", "--strict", "examples/summary.rllm"]);
  expect(JSON.parse(valid.stdout)).toMatchObject({ ok: true, name: "summary" });
  expect(example(run, "extract_keywords")).toMatchObject({
    keywords: expect.arrayContaining(["peat bog"]) as string[],
  });
  for (const language of ["python", "javascript"]) {
    expect(example(run, `risk_report_${language}`)).toMatchObject({ score: 8, level: "high" });
  }
  expect(run("modullm", ["parse"], { stdin: '{"a": 1,}' })).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('"a":1') as string,
  });
  expect(JSON.parse(run("modullm", ["help", "rllm"]).stdout)).toMatchObject({ topic: "rllm" });
  const missing = run("modullm", ["run", "nowhere.rllm"]);
  expect({
    exit: missing.exit,
    code: (JSON.parse(missing.stdout) as { error_code: string }).error_code,
  }).toEqual({
    exit: 1,
    code: "RLLM_001",
  });
  expect(run("modullm", ["run", "--no-such-option"])).toMatchObject({ exit: 2, stdout: "" });
  makeFirstProgram(run);
}

/**
 * Onboarding makes a program where there is nothing at all; then each command that it names is
 * typed.
 */
function makeFirstProgram(run: Installed["run"]): void {
  const made = run("modullm", ["onboard", "--yes"], {
    stdin: "Sort tickets by team and urgency\n",
  });
  expect({ exit: made.exit, told: made.exit === 0 ? "" : made.stdout }).toEqual({
    exit: 0,
    told: "",
  });
  const { ok, sample_output: output, next_steps: steps } = JSON.parse(made.stdout) as OnboardResult;
  expect({ ok, output }).toMatchObject({ ok: true, output: expect.any(Object) as object });
  const commands = steps.filter((step) => step.startsWith("modullm ") && !/openai|NAME/.test(step));
  expect(commands.length).toBeGreaterThan(3);
  for (const command of commands) {
    const { exit } = run("modullm", command.split(" ").slice(1));
    expect({ command, exit }).toEqual({ command, exit: 0 });
  }
}

/** Runs an example on the baseline. */
function example(run: Installed["run"], name: string): unknown {
  const ended = run("modullm", [
    "run",
    `examples/${name}.rllm`,
    "--input-file",
    `examples/${name}.yaml`,
  ]);
  expect({ name, exit: ended.exit, stderr: ended.stderr }).toMatchObject({
    name,
    exit: 0,
    stderr: expect.stringContaining("degraded"),
  });
  return JSON.parse(ended.stdout);
}
