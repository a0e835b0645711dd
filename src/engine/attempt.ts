import { cost } from "../core/cost.ts";
import { type ModullmError, toModullmError } from "../core/error.ts";
import { type Call, listen } from "./listen.ts";
import { type Asked, emptyReply } from "./no-answer.ts";
import { requireModel } from "./permission.ts";
import { askedTokens } from "./priced-params.ts";
import { readTurn, type Said } from "./read-turn.ts";
import { refusalText } from "./recovery.ts";
import { shownCall } from "./shown-message.ts";
import { grantCall } from "./spending.ts";
import type { Run } from "./state.ts";
import { trueUsage } from "./true-usage.ts";

export type Outcome =
  | Said
  | {
      readonly ok: false;
      readonly error: ModullmError;
      /** Whether anything of the answer had come by then. */
      readonly begun: boolean;
      /** Milliseconds that the call took. */
      readonly took: number;
    };

/**
 * One attempt: wait for room, ask the budget, call, read, check, report. What the model did wrong
 * is an outcome.
 * @throws {ModullmError} RLLM_020 when the budget refuses or is passed, RLLM_022 when the run is
 * cancelled
 */
export async function tryOnce(
  run: Run,
  at: Pick<Call, "model" | "another" | "before">,
  said: Pick<Call, "messages" | "tools" | "attempt">,
): Promise<Outcome> {
  const { model, another, before } = at;
  const provider = model.id.slice(0, model.id.indexOf("/")).toLowerCase();
  const limiter = run.scope.limiters.of(`${provider} ${model.origin ?? ""}`);
  run.signal.throwIfAborted();
  requireModel(run, model);
  const waiting = limiter.enter(run.tree.concurrency);
  if (waiting) await waiting;
  try {
    run.signal.throwIfAborted();
    const grant = run.budget && (await grantCall(run, model, said));
    return await attemptCall(run, { model, another, before, ...said, grant });
  } finally {
    limiter.leave();
  }
}

async function attemptCall(run: Run, call: Call): Promise<Outcome> {
  const { clock, catalog } = run.tree.tools;
  const { model, attempt, grant } = call;
  const start = clock.ticks();
  run.emit({ type: "attempt-start", attempt, model: model.id });
  const reply = emptyReply();
  let outcome: Outcome;
  let edits: readonly string[] = [];
  try {
    await listen(run, call, reply);
    ({ outcome, edits } = await readTurn(run, reply, askedOf(run, call), call));
  } catch (thrown) {
    const took = clock.ticks() - start;
    const begun = reply.text !== null || reply.calls.length > 0;
    outcome = { ok: false, error: toModullmError(thrown), begun, took };
  }
  const latency = clock.ticks() - start;
  if (run.tree.feeds.payloads) {
    const { text, reasoning, calls } = reply;
    const finish = reply.finish?.reason ?? null;
    const called = calls.length === 0 ? {} : { calls: calls.map(shownCall) };
    run.emit({ type: "answer", attempt, model: model.id, text, reasoning, finish, ...called });
  }
  const usage = await trueUsage(reply, call, run.tree.tools.tokens);
  grant?.settle(usage, "error" in outcome ? outcome.error : null);
  run.emit({
    type: "attempt-end",
    attempt,
    model: model.id,
    ok: outcome.ok,
    ...failureOf(run, outcome),
    latency_ms: latency,
    usage,
    cost_usd: usage && cost(await catalog.facts(model.id), usage),
    cached: null,
    edits,
  });
  if ("error" in outcome && (FINAL.has(outcome.error.code) || run.signal.aborted))
    throw outcome.error;
  return outcome;
}

/** Codes after which there is nothing to decide. */
const FINAL: ReadonlySet<string> = new Set(["RLLM_020", "RLLM_022"]);

function askedOf(run: Run, { model, grant }: Call): Asked {
  const { program } = run.loaded;
  const own = askedTokens(program.params);
  return {
    model: model.id,
    program: program.name,
    limit: own ?? askedTokens(grant?.params ?? {}),
    budgeted: own === null,
    tools: program.params["tools"] !== undefined,
  };
}

function failureOf(run: Run, outcome: Outcome): { error: string | null; reason: string | null } {
  if (outcome.ok) return { error: null, reason: null };
  if ("error" in outcome) return { error: outcome.error.code, reason: outcome.error.message };
  return {
    error: outcome.refusal.code,
    reason: refusalText(outcome.refusal, run.loaded.program.output),
  };
}
