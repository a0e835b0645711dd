import type { Reading } from "../answer/answer.ts";
import { cost } from "../core/cost.ts";
import { type ModullmError, toModullmError } from "../core/error.ts";
import type { DeadlineSettings } from "../config/config.ts";
import type { JsonObject } from "../core/json.ts";
import type { Message, Model, ModelRequest } from "../model/model.ts";
import type { Asked, Reply } from "./no-answer.ts";
import { requireModel } from "./permission.ts";
import { askedTokens } from "./priced-params.ts";
import { readReply } from "./read-reply.ts";
import { refusalText } from "./recovery.ts";
import { shownMessage } from "./shown-message.ts";
import { type Grant, grantCall } from "./spending.ts";
import type { Run } from "./state.ts";
import { countReply, lengthOf, trueUsage } from "./true-usage.ts";

export type Outcome =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly refusal: Extract<Reading, { ok: false }>; readonly text: string }
  | {
      readonly ok: false;
      readonly error: ModullmError;
      /** Whether text of an answer had come by then. */
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
  messages: readonly Message[],
  attempt: number,
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
    const grant = run.budget && (await grantCall(run, model, messages));
    return await attemptCall(run, { model, another, before, messages, attempt, grant });
  } finally {
    limiter.leave();
  }
}

interface Call {
  readonly model: Model;
  /** Whether another model is left. */
  readonly another: boolean;
  /** What this call has had already. */
  readonly before: NonNullable<ModelRequest["before"]>;
  readonly messages: readonly Message[];
  /** From 1. */
  readonly attempt: number;
  readonly grant: Grant | null;
}

async function attemptCall(run: Run, call: Call): Promise<Outcome> {
  const { clock, catalog } = run.tree.tools;
  const { model, attempt, grant } = call;
  const start = clock.ticks();
  run.emit({ type: "attempt-start", attempt, model: model.id });
  const reply: Reply = { text: null, reasoning: null, usage: null, finish: null };
  let outcome: Outcome;
  let edits: readonly string[] = [];
  try {
    await listen(run, call, reply);
    const reading = readReply(run, reply, askedOf(run, call));
    edits = reading.edits.map((edit) => edit.rule);
    outcome = reading.ok
      ? { ok: true, value: reading.value as JsonObject }
      : { ok: false, refusal: reading, text: reply.text ?? "" };
  } catch (thrown) {
    const took = clock.ticks() - start;
    outcome = { ok: false, error: toModullmError(thrown), begun: reply.text !== null, took };
  }
  const latency = clock.ticks() - start;
  if (run.tree.feeds.payloads) {
    const { text, reasoning } = reply;
    const finish = reply.finish?.reason ?? null;
    run.emit({ type: "answer", attempt, model: model.id, text, reasoning, finish });
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

const NO_DEADLINES: DeadlineSettings = { connect: null, first: null, gap: null, total: null };

/** Takes in the reply as it comes. An answer that passes what the budget gave it is stopped. */
async function listen(
  run: Run,
  { model, another, before, messages, attempt, grant }: Call,
  reply: Reply,
): Promise<void> {
  const { program } = run.loaded;
  const { deadlines = NO_DEADLINES } = run.tree.options;
  const stream = run.tree.feeds.deltas;
  const { schema: _, ...values } = run.values;
  const request = {
    messages,
    params: grant?.params ?? program.params,
    ...(grant === null ? {} : { again: (failure: ModullmError) => grant.again(failure) }),
    schema: program.output.schema,
    stream,
    patience: { another, ...deadlines },
    ...(before.tries === 0 ? {} : { before }),
    values,
  };
  if (run.tree.feeds.payloads)
    run.emit({
      type: "request",
      attempt,
      model: model.id,
      messages: messages.map(shownMessage),
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parameters are JSON
      params: request.params as JsonObject,
    });
  let checkAt = grant?.allowance ?? Number.POSITIVE_INFINITY;
  for await (const part of model.call(request, run.signal)) {
    if (part.type === "text" || part.type === "reasoning") {
      const { type, text } = part;
      reply[type] = (reply[type] ?? "") + text;
      if (stream && type === "text") run.emit({ type: "model-delta", attempt, text });
      if (grant && lengthOf(reply) > checkAt) checkAt = await nextCheck(run, model, reply, grant);
    } else if (part.type === "note") {
      const { type: _type, ...note } = part;
      run.emit({ type: "note", ...note });
    } else if (part.type === "finish") {
      reply.usage = part.usage;
      reply.finish = part;
    }
  }
}

/**
 * How much an estimate may be over the true count: below that, an answer is not stopped on
 * suspicion.
 */
const TOLERANCE = 1.25;

/**
 * The length at which the text must be counted again: a token is at least one character. @throws
 * {ModullmError} RLLM_020
 */
async function nextCheck(run: Run, model: Model, reply: Reply, grant: Grant): Promise<number> {
  const allowance = (grant.allowance ?? Number.POSITIVE_INFINITY) * TOLERANCE;
  const count = await countReply(reply, run.tree.tools.tokens, model.id);
  if (count > allowance) throw grant.stopped(count);
  return lengthOf(reply) + Math.max(64, Math.ceil(allowance - count));
}

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
