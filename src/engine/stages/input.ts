import { ModullmError } from "../../core/error.ts";
import { issueDetails, type Run } from "../state.ts";

/** Holds the input against `input_schema`. */
export function checkInput(run: Pick<Run, "loaded" | "input">): void {
  const { input: contract, name } = run.loaded.program;
  const check = contract.check(run.input);
  if (check.ok) return;
  const [issue] = check.issues;
  const at = issue.path.length === 0 ? "The input" : `The input field "${issue.path.join(".")}"`;
  throw new ModullmError("RLLM_004", `${at} of "${name}" ${issue.reason}`, {
    details: issueDetails(issue),
    expectedSchema: contract.schema,
    receivedPayload: run.input,
  });
}
