import { ModullmError } from "../../core/error.ts";
import type { Json } from "../../core/json.ts";
import { shortened } from "../../program/media-values.ts";
import { openReferences, takeData, withStandIns } from "../media.ts";
import { issueDetails, type Run } from "../state.ts";

/** Takes the input: it is held against `input_schema`, and the files that it names are read. */
export function takeInput(run: Run): void | Promise<void> {
  if (run.loaded.program.takesMedia) return takeFiles(run);
  checkInput(run);
  tellInput(run);
}

async function takeFiles(run: Run): Promise<void> {
  const references = takeData(run);
  checkInput({ loaded: run.loaded, input: withStandIns(run) }, run.input);
  await openReferences(run, references);
  tellInput(run);
}

function tellInput(run: Run): void {
  if (!run.tree.feeds.payloads) return;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- inputs are JSON
  run.emit({ type: "value", of: "input", value: run.input as Json });
}

/** Holds the input against `input_schema`. @param shown what an error shows of it */
export function checkInput(run: Pick<Run, "loaded" | "input">, shown: unknown = run.input): void {
  const { input: contract, name, takesMedia } = run.loaded.program;
  const check = contract.check(run.input);
  if (check.ok) return;
  const [issue] = check.issues;
  const at = issue.path.length === 0 ? "The input" : `The input field "${issue.path.join(".")}"`;
  throw new ModullmError("RLLM_004", `${at} of "${name}" ${issue.reason}`, {
    details: issueDetails(issue),
    expectedSchema: contract.schema,
    receivedPayload: takesMedia ? shortened(contract.schema, shown) : shown,
  });
}
