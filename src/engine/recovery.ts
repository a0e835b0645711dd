import type { Contract } from "../contract/contract.ts";
import { ModullmError } from "../core/error.ts";
import type { Reading } from "../answer/answer.ts";
import { feedback } from "../answer/feedback.ts";
import type { Message } from "../model/model.ts";
import { renderTemplate } from "../program/template.ts";
import { shownMedia } from "./media-text.ts";
import { isCutByModel } from "./no-answer.ts";
import { issueDetails, type Run } from "./state.ts";

/** For `retries` where nothing says otherwise. */
export const DEFAULT_RETRIES = 2;

/** What to do after an attempt whose answer can't be used. Deciding calls nothing. */
export type AnswerDecision =
  | { readonly do: "retry"; readonly messages: readonly Message[] }
  | { readonly do: "fail"; readonly error: ModullmError };

/** What to do after an attempt that brought no answer. */
export type CallDecision = "fall-back" | "restart" | "ask-again" | "fail";

/** An answer that was read and refused. */
export type Refusal = Extract<Reading, { ok: false }>;

/**
 * Characters of a failed answer that the retry shows: enough to see the mistake, not enough to fill
 * the window.
 */
const SHOWN_ANSWER = 4000;

/** Where a run stands when an answer was refused. */
export interface RefusedAnswer {
  /** What was said before it, without answers that were refused earlier. */
  readonly messages: readonly Message[];
  /** Answers refused so far. */
  readonly tries: number;
  readonly retries: number;
}

/** After an answer that breaks the contract. */
export function decideOnAnswer(
  run: Run,
  { refusal, text }: { readonly refusal: Refusal; readonly text: string },
  { messages, tries, retries }: RefusedAnswer,
): AnswerDecision {
  if (tries <= retries)
    return { do: "retry", messages: [...messages, ...retryMessages(run, refusal, text)] };
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
      ...(issue
        ? { validator: issueDetails(issue)["validator"], schema_path: issue.schemaPath }
        : {}),
    },
    expectedSchema: output.schema,
    receivedPayload: refusal.code === "RLLM_006" ? text : refusal.value,
  };
  const times = tries === 1 ? "the one attempt" : `any of ${tries} attempts`;
  return {
    do: "fail",
    error: new ModullmError(
      "RLLM_013",
      `"${name}" got no answer that meets its contract in ${times}: ${last}`,
      facts,
    ),
  };
}

/** Why an answer was refused, in one line for people. */
export function refusalText(refusal: Refusal, output: Contract): string {
  const [issue] = refusal.issues;
  if (issue && issue.path.length === 0) return `the answer ${issue.reason}`;
  return feedback(refusal, output).split("\n")[0]?.replace(/^- /, "") ?? "";
}

/** Where a run stands when a call has failed. */
export interface FailedCall {
  /** Whether another model is left. */
  readonly another: boolean;
  /** Whether text of the answer had come. */
  readonly begun: boolean;
  /** Failed tries of this call, the model's own ones too. */
  readonly tries: number;
  /** Whether an answer that can't be used may be asked for again. */
  readonly mayAskAgain: boolean;
}

/** Tries of one call, before its first text and after it. */
const TRIES = 3;

/**
 * After a call that failed; the model's own retries are over by then. Any failure goes to the next
 * model, but for a refusal to answer, which is an answer. A model that gave no text is asked again
 * first: that mostly passes. One that ran into its limit is not, for it would again; nor is one
 * that calls the program's tools, nor one whose server says that there is no text (`null`). A last
 * model whose answer broke off is asked again from the start.
 */
export function decideOnFailure(
  error: ModullmError,
  { another, begun, tries, mayAskAgain }: FailedCall,
): CallDecision {
  const { finish_reason: finish, deadline, tools, empty } = error.details;
  if (finish === "length") return another && isCutByModel(error) ? "fall-back" : "fail";
  const provider = error.code === "RLLM_017";
  if (provider && isFiltered(error)) return "fail";
  if (error.code === "RLLM_011" && mayAskAgain && tools === undefined && empty === undefined)
    return "ask-again";
  if (another && (provider || FALL_BACK_CODES.has(error.code))) return "fall-back";
  const mayGoOn = error.retryable && deadline !== "total" && tries < TRIES;
  return provider && begun && mayGoOn ? "restart" : "fail";
}

/**
 * Failures of a model that another one may not have: no text, not there, no credentials, a plugin
 * that is broken.
 */
const FALL_BACK_CODES: ReadonlySet<string> = new Set([
  "RLLM_010",
  "RLLM_011",
  "RLLM_014",
  "RLLM_019",
]);

const FILTERS = /content[ _-]?(filter|policy|management policy)|moderation|safety system/i;

/** What the provider's own rules forbid is not asked of the next one until somebody answers. */
function isFiltered({ details }: ModullmError): boolean {
  const { status, reason } = details;
  const said = status === 400 ? [details["provider_code"], reason] : [details["provider_code"]];
  return said.some((text) => typeof text === "string" && FILTERS.test(text));
}

/** The conversation goes on: the failed answer as the assistant's turn, then what to do better. */
function retryMessages(run: Run, refusal: Refusal, text: string): Message[] {
  const { recovery, output } = run.loaded.program;
  const reasons = feedback(refusal, output);
  const told = recovery?.parts.some(
    (part) => typeof part !== "string" && part.path[0] === "errors",
  );
  const ask = recovery
    ? shownMedia(run, renderTemplate(recovery, { ...run.values, errors: reasons, answer: text }))
    : "That answer can't be used. Answer again with one JSON object and nothing else. It must " +
      `have this form:\n${run.tree.tools.sketch(output.schema)}`;
  const content = told ? ask : `${ask}\n\nWhat was wrong:\n${reasons}`;
  return [
    { role: "assistant", content: shorten(text) },
    { role: "user", content },
  ];
}

function shorten(text: string): string {
  if (text.trim() === "") return "(an empty answer)";
  if (text.length <= SHOWN_ANSWER) return text;
  const half = SHOWN_ANSWER / 2;
  return (
    `${text.slice(0, half)}\n[… ${text.length - SHOWN_ANSWER} characters left out ` +
    `…]\n${text.slice(-half)}`
  );
}
