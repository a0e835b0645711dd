import { expect, test } from "bun:test";
import { ModullmError } from "../../src/core/error.ts";
import { parseProgram, programOf } from "../../src/program/parse.ts";
import { modullm, makeFolder } from "../cli/command-line.ts";

const BROKEN = `---
name: [x]
description: d
version: 0.1.0
max_context_window: 0
input_schema: { type: objekt, properties: { a: { minimum: x } } }
output_schema: { type: object }
llm: { model: gpt-4o }
llm_params: { temperature: hot, top_q: 1, seed: 1.5 }
uses:
  - { name: a, path: ./a.rllm, with: 5 }
  - { path: ./b.rllm }
---
Hi {{input.a}}
\`\`\`rllm-python pre
result = {}
`;

test("parseProgram() gives every fault of a text, each with its place", () => {
  const { program, faults } = parseProgram(BROKEN, { path: "x.rllm" });
  expect(program).toBeNull();
  const told = faults.map(({ code, place }) => `${code} ${place?.line}:${place?.column}`);
  expect(told.toSorted()).toEqual(
    [
      "RLLM_001 15:1",
      "RLLM_002 2:1",
      "RLLM_002 2:7",
      "RLLM_002 5:21",
      "RLLM_002 6:23",
      "RLLM_002 6:59",
      "RLLM_002 8:15",
      "RLLM_003 9:15",
      "RLLM_003 9:33",
      "RLLM_003 9:43",
      "RLLM_008 11:5",
      "RLLM_008 12:5",
    ].toSorted(),
  );
  for (const fault of faults) expect(fault.details["path"]).toBe("x.rllm");
});

test("parseProgram() gives the program of a text without faults", () => {
  const good = BROKEN.replace(/name: \[x\]/, "name: x\nauthor: a")
    .replace("window: 0", "window: 10")
    .replace(/input_schema: .*/, "input_schema: { type: object }")
    .replace("gpt-4o", "openai/gpt-4o")
    .replace(/llm_params: .*/, "llm_params: {}")
    .replace(/uses:\n.*\n.*\n/, "")
    .replace("result = {}\n", "result = {}\n```\n");
  const { program, faults } = parseProgram(good);
  expect([program?.name, faults]).toEqual(["x", []]);
  expect(programOf(good).name).toBe("x");
});

test("programOf() throws the first fault, with all of them in its details", () => {
  try {
    programOf(BROKEN);
    expect.unreachable();
  } catch (thrown) {
    if (!(thrown instanceof ModullmError)) throw thrown;
    const faults = thrown.details["faults"] as readonly Record<string, unknown>[];
    expect(faults).toHaveLength(12);
    expect(faults[0]).toMatchObject({ error_code: thrown.code, message: thrown.message });
    expect(Object.keys(faults[0] ?? {})).toEqual([
      "error_code",
      "message",
      "line",
      "column",
      "recovery_hint",
    ]);
  }
});

test("validate tells every fault of a file", async () => {
  const folder = makeFolder({ "x.rllm": BROKEN });
  const { stderr, json } = await modullm(["validate", "x.rllm"], {
    folder,
    tty: true,
    stdoutTty: false,
  });
  const { details } = json() as { details: { faults: unknown[] } };
  expect(details.faults).toHaveLength(12);
  expect(stderr).toContain("line 15: ");
});
