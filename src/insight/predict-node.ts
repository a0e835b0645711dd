import { cost } from "../core/cost.ts";
import type { ModelFacts } from "../model/facts.ts";
import { type PromptSize, restate, type Sample } from "./predict-restate.ts";
import { type Spread, normalAt, spreadBy, spreadOf } from "./predict-spread.ts";
import { average } from "./quantiles.ts";
import { type RunRecord, usageOf } from "../store/runs.ts";

/**
 * `fit`: past runs, restated for a prompt of this size. `average`: past runs, whatever their input.
 * `catalogue`: no run; the prompt is counted, the answer is taken for a usual one, the price is the
 * catalogue's. `file`: the program says it, as it asks no model. `none`: nothing is known.
 */
export type Method = "fit" | "average" | "catalogue" | "file" | "none";

/** One call of a program before it is made. */
export interface Question extends PromptSize {
  /** The most an answer may have, by the program; null where it does not say. */
  readonly maxCompletion: number | null;
  /** What the catalogue knows of the model. */
  readonly facts: ModelFacts | null;
}

/** What one run of a program takes, children not counted. */
export interface NodeEstimate {
  /** That stand behind it. */
  readonly runs: number;
  /** Mean of past runs, whatever their input. */
  readonly averageMs: number | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly latency: Estimate;
  readonly tokens: Estimate;
  readonly cost: Estimate;
}

export interface Estimate {
  readonly method: Method;
  /** Null when the method is `none`. */
  readonly spread: Spread | null;
}

/** @param runs of that program with that model, newest last */
export function estimateNode(question: Question, runs: readonly RunRecord[]): NodeEstimate {
  const useful = runs.filter(isEvidence);
  const counted = useful.map(sampleOf).filter((sample) => sample !== null);
  const averageMs = average(useful.map(ownMs));
  const about = { runs: useful.length, averageMs };
  if (counted.length === 0)
    return { ...about, ...fromCatalogue(question), latency: latencyOf(useful.map(ownMs)) };
  const restated = restate(question, counted);
  const tokens = restated.samples.map(({ prompt, completion }) => prompt + completion);
  return {
    ...about,
    promptTokens: average(restated.samples.map((sample) => sample.prompt)),
    completionTokens: average(restated.samples.map((sample) => sample.completion)),
    latency:
      restated.ms === null ? latencyOf(useful.map(ownMs)) : { method: "fit", spread: restated.ms },
    tokens: { method: restated.method, spread: spreadOf(tokens) },
    cost: costOf(restated.samples, restated.method, question.facts),
  };
}

/**
 * Of a program that asks no model: it takes what its blocks take.
 * @param runs of that program, newest last
 */
export function estimateWithoutModel(
  { hasBlocks }: { readonly hasBlocks: boolean },
  runs: readonly RunRecord[],
): NodeEstimate {
  const times = runs.filter(({ ok }) => ok).map(({ ms }) => ms);
  const nothing: Estimate = { method: "file", spread: spreadOf([0]) };
  return {
    runs: times.length,
    averageMs: average(times),
    promptTokens: 0,
    completionTokens: 0,
    latency: times.length > 0 || hasBlocks ? latencyOf(times) : nothing,
    tokens: nothing,
    cost: nothing,
  };
}

/**
 * Tokens of an answer that nothing is known of, and how its logarithm spreads: nine of ten have
 * fewer than 3.6 times as many.
 */
const USUAL_ANSWER = { tokens: 256, deviation: 1 };

/**
 * Failed runs are no evidence of how long one that works will take; retries within a run that
 * worked are. An answer that was known from before is none either.
 */
function isEvidence({ ok, attempts }: RunRecord): boolean {
  return ok && attempts.some((attempt) => !attempt.cached);
}

/**
 * A child may have waited for room beside others; the schedule adds that again, so here it is left
 * out.
 */
function ownMs(run: RunRecord): number {
  if (run.parent === null) return run.ms;
  const calls = run.attempts.reduce((sum, attempt) => sum + attempt.ms, 0);
  return Math.min(calls, run.ms);
}

function sampleOf(run: RunRecord): Sample | null {
  const { prompt, completion, usd } = usageOf(run);
  const first = run.attempts.find((attempt) => attempt.promptTokens !== null)?.promptTokens ?? null;
  if (prompt === null || completion === null || first === null) return null;
  return { ms: ownMs(run), first, prompt, completion, usd };
}

function latencyOf(values: readonly number[]): Estimate {
  const spread = spreadOf(values);
  return { method: spread === null ? "none" : "average", spread };
}

/** By what past runs cost; where that was not known then, by the catalogue's price of today. */
function costOf(samples: readonly Sample[], method: Method, facts: ModelFacts | null): Estimate {
  const paid = samples.map((sample) => sample.usd).filter((usd) => usd !== null);
  if (paid.length > 0) return { method, spread: spreadOf(paid) };
  const priced = samples
    .map(({ prompt, completion }) =>
      cost(facts, { prompt_tokens: prompt, completion_tokens: completion }),
    )
    .filter((usd) => usd !== null);
  return priced.length === 0
    ? { method: "none", spread: null }
    : { method: "catalogue", spread: spreadOf(priced) };
}

function fromCatalogue(
  question: Question,
): Pick<NodeEstimate, "promptTokens" | "completionTokens" | "tokens" | "cost"> {
  const { promptTokens, maxCompletion, facts } = question;
  const none: Estimate = { method: "none", spread: null };
  if (promptTokens === null)
    return { promptTokens, completionTokens: null, tokens: none, cost: none };
  const most = Math.min(
    maxCompletion ?? Number.POSITIVE_INFINITY,
    facts?.maxOutput ?? Number.POSITIVE_INFINITY,
  );
  const completion = (rank: number): number =>
    Math.min(most, USUAL_ANSWER.tokens * Math.exp(USUAL_ANSWER.deviation * normalAt(rank)));
  const dollars = (rank: number): number | null =>
    cost(facts, { prompt_tokens: promptTokens, completion_tokens: completion(rank) });
  return {
    promptTokens,
    completionTokens: spreadBy(completion).mean,
    tokens: { method: "catalogue", spread: spreadBy((rank) => promptTokens + completion(rank)) },
    cost:
      dollars(0.5) === null
        ? none
        : { method: "catalogue", spread: spreadBy((rank) => dollars(rank) ?? 0) },
  };
}
