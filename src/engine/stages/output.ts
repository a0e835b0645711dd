import { ModullmError } from "../../core/error.ts";
import type { Json } from "../../core/json.ts";
import { filledFor } from "../../program/child-input.ts";
import { withFiles } from "../media.ts";
import { issueDetails, type Run } from "../state.ts";

/** Makes the output of a program that asks no model: what its frontmatter says, filled in. */
export function collectOutput(run: Run): void {
  const { collects, output: contract, name } = run.loaded.program;
  if (collects === null) return;
  const filled = filledFor(collects, contract, run.values);
  const output = run.parent === null ? withFiles(run, filled) : filled;
  const check = contract.check(output);
  if (!check.ok) {
    const [issue] = check.issues;
    const at =
      issue.path.length === 0 ? "The output" : `The output field "${issue.path.join(".")}"`;
    throw new ModullmError("RLLM_005", `${at} of "${name}" ${issue.reason}`, {
      details: { ...issueDetails(issue), stage: "output" },
      hint:
        "Correct what `output` gives, or output_schema; `modullm validate` shows what may go " +
        "wrong.",
      expectedSchema: contract.schema,
      receivedPayload: output,
    });
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all of it is JSON
  run.output = output as Json;
}
