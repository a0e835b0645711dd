import { isObject, type Json, parseJson, writeJson } from "../../core/json.ts";
import { toModullmError } from "../../core/error.ts";
import type { RunRecord } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import type { App } from "../../workspace.ts";
import type { Demonstration } from "./candidate.ts";

/**
 * What is known of a program beside its tests, nothing of it with an input that is held out. A
 * source of more, such as runs that somebody has rated, adds to it here: the search takes all
 * demonstrations alike.
 */
export interface Evidence {
  readonly demonstrations: readonly Demonstration[];
  readonly failures: readonly PastFailure[];
}

/** A run of before that failed. */
export interface PastFailure {
  /** Its code, and why. */
  readonly error: string;
  /** Null where its events were not kept. */
  readonly input: Json;
}

export interface EvidenceOptions {
  readonly app: App;
  /** Of the program, absolute. */
  readonly path: string;
  /** Inputs that a proposal must not come from. */
  readonly heldOut: readonly Json[];
  readonly warn: (message: string) => void;
}

/** Runs of the past that are looked at, the newest. */
const MOST_RUNS = 50;

/** What the history tells; where it can't be read, nothing, with a warning. */
export async function evidenceOf(options: EvidenceOptions): Promise<Evidence> {
  try {
    return { demonstrations: [], failures: await pastFailures(options) };
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code !== "RLLM_018") throw error;
    options.warn(error.message);
    return { demonstrations: [], failures: [] };
  }
}

async function pastFailures({
  app,
  path,
  heldOut,
}: EvidenceOptions): Promise<readonly PastFailure[]> {
  const store = await app.store();
  const hidden = new Set(heldOut.map((input) => writeJson(app.redactor.value(input))));
  const found = new Map<string, PastFailure>();
  const filter = { path, ok: false, outermost: true };
  for await (const run of store.runs.query(filter, { limit: MOST_RUNS })) {
    const failure = await failureOf(run, store);
    if (failure.input !== null && hidden.has(writeJson(failure.input))) continue;
    found.set(writeJson(failure), failure);
  }
  return [...found.values()];
}

async function failureOf(run: RunRecord, store: Store): Promise<PastFailure> {
  let error = run.error ?? "";
  let input: Json = null;
  for await (const line of store.events.read(run.id)) {
    const event = parseJson(line);
    if (!isObject(event) || event["run"] !== run.id) continue;
    if (event["type"] === "value" && event["of"] === "input") input = event["value"] as Json;
    if (event["type"] === "run-end" && isObject(event["error"]))
      error = `${error}: ${String(event["error"]["message"])}`;
  }
  // Without its input nobody knows whether a message tells of a test that is held out.
  return input === null ? { error: run.error ?? "", input } : { error, input };
}
