import type { Contract } from "../contract/contract.ts";
import { ModullmError } from "../core/error.ts";
import type { Reading } from "../answer/answer.ts";
import { feedback } from "../answer/feedback.ts";
import type { Message } from "../model/model.ts";
import { renderTemplate } from "../program/template.ts";
import { issueDetails, type Run } from "./state.ts";

/** What to do after an attempt that gave no usable answer. Deciding calls nothing. */
export type Decision =
  | { readonly do: "retry"; readonly messages: readonly Message[] }
  | { readonly do: "fall-back" }
  | { readonly do: "fail"; readonly error: ModullmError };

/** An answer that was read and refused. */
export type Refusal = Extract<Reading, { ok: false }>;

/** Characters of a failed answer that the retry shows: enough to see the mistake, not enough to fill the window. */
const SHOWN_ANSWER = 4000;

/** Statuses that say "not this model, not now"; another model may well answer. */
const FALL_BACK_STATUS = [401, 402, 403, 404, 408, 409, 410, 425, 429];

/** After an answer that breaks the contract. @param tries answers refused so far */
export function decideOnAnswer(run: Run, refusal: Refusal, text: string, tries: number, retries: number): Decision {
  if (tries <= retries) return { do: "retry", messages: retryMessages(run, refusal, text) };
  const { name, output } = run.loaded.program;
  const [issue] = refusal.issues;
  const last = refusalText(refusal, output);
  const facts = {
    details: {
      retries,
      last_error_code: refusal.code,
      path: issue?.path ?? [],
      reason: issue?.reason ?? last,
      attempts: tries,
      ...(issue ? { validator: issueDetails(issue)["validator"], schema_path: issue.schemaPath } : {}),
    },
    expectedSchema: output.schema,
    receivedPayload: refusal.code === "RLLM_006" ? text : refusal.value,
  };
  const times = tries === 1 ? "the one attempt" : `any of ${tries} attempts`;
  return {
    do: "fail",
    error: new ModullmError("RLLM_013", `"${name}" got no answer that meets its contract in ${times}: ${last}`, facts),
  };
}

/** Why an answer was refused, in one line for people. */
export function refusalText(refusal: Refusal, output: Contract): string {
  const [issue] = refusal.issues;
  if (issue && issue.path.length === 0) return `the answer ${issue.reason}`;
  return feedback(refusal, output).split("\n")[0]?.replace(/^- /, "") ?? "";
}

/** After a call that failed. The model's own retries are over by then. */
export function decideOnFailure(error: ModullmError, another: boolean): Decision {
  if (!another || !mayFallBack(error)) return { do: "fail", error };
  return { do: "fall-back" };
}

/** A request that is wrong in itself, or that a filter refused, is not sent to the next model; one that is too long is. */
function mayFallBack(error: ModullmError): boolean {
  if (error.code === "RLLM_011" || error.code === "RLLM_010" || error.code === "RLLM_014") return true;
  if (error.code !== "RLLM_017") return false;
  const { status } = error.details;
  if (error.retryable || typeof status !== "number" || status >= 500) return true;
  return FALL_BACK_STATUS.includes(status) || error.details["provider_code"] === "context_length_exceeded";
}

/** The conversation goes on: the failed answer as the assistant's turn, then what to do better. */
function retryMessages(run: Run, refusal: Refusal, text: string): readonly Message[] {
  const { recovery, output } = run.loaded.program;
  const reasons = feedback(refusal, output);
  const told = recovery?.parts.some((part) => typeof part !== "string" && part.path[0] === "errors");
  const ask = recovery
    ? renderTemplate(recovery, { ...run.values, errors: reasons, answer: text })
    : `That answer can't be used. Answer again with one JSON object and nothing else. It must have this form:\n${run.tree.tools.sketch(output.schema)}`;
  const content = told ? ask : `${ask}\n\nWhat was wrong:\n${reasons}`;
  return [...run.messages, { role: "assistant", content: shorten(text) }, { role: "user", content }];
}

function shorten(text: string): string {
  if (text.trim() === "") return "(an empty answer)";
  if (text.length <= SHOWN_ANSWER) return text;
  const half = SHOWN_ANSWER / 2;
  return `${text.slice(0, half)}\n[… ${text.length - SHOWN_ANSWER} characters left out …]\n${text.slice(-half)}`;
}
