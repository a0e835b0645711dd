import { cost } from "../core/cost.ts";
import type { ModelFacts } from "../model/facts.ts";
import { fit, valueAt } from "./fit.ts";
import { type Spread, normalAt, spreadBy, spreadOf } from "./predict-spread.ts";
import { average } from "./stats.ts";
import { type RunRecord, usageOf } from "../store/runs.ts";

/**
 * `fit`: past runs, restated for a prompt of this size. `average`: past runs, whatever their input.
 * `catalogue`: no run; the prompt is counted, the answer is taken for a usual one, the price is the
 * catalogue's. `none`: nothing is known.
 */
export type Method = "fit" | "average" | "catalogue" | "none";

/** One call of a program before it is made. */
export interface Question {
  /** Of the first request; null where they can't even be estimated. */
  readonly promptTokens: number | null;
  /**
   * Whether that is a count of the request as it will be sent, not an estimate of one that depends
   * on other answers.
   */
  readonly promptKnown: boolean;
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
 * Tokens of an answer that nothing is known of, and how its logarithm spreads: nine of ten have
 * fewer than 3.6 times as many.
 */
const USUAL_ANSWER = { tokens: 256, deviation: 1 };

/** A line through fewer points says more about the points than about the program. */
const LEAST_RUNS_FOR_FIT = 8;

/** A run in the numbers a prediction needs. */
interface Sample {
  readonly ms: number;
  /** Tokens of the first counted request, which is what is known of a run to come. */
  readonly first: number;
  readonly prompt: number;
  readonly completion: number;
  readonly usd: number | null;
}

interface Restated {
  readonly method: "fit" | "average";
  readonly samples: readonly Sample[];
  /** Null when no line fits. */
  readonly ms: Spread | null;
}

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

/**
 * Past runs as they would have been with a prompt of the size asked about: retries send it again,
 * answers stay as long as they were.
 */
function restate({ promptTokens, promptKnown }: Question, samples: readonly Sample[]): Restated {
  if (promptTokens === null || !promptKnown) return { method: "average", samples, ms: null };
  const resized = samples.map((sample) => {
    const repeats = sample.first === 0 ? 1 : sample.prompt / sample.first;
    return { ...sample, prompt: promptTokens * repeats, usd: null };
  });
  const prices = pricesOf(samples);
  const priced = resized.map((sample) => ({
    ...sample,
    usd: prices === null ? null : valueAt(prices, [sample.prompt, sample.completion]),
  }));
  return { method: "fit", samples: priced, ms: latencyByFit(promptTokens, samples) };
}

/**
 * Each run's latency, changed by as much as the line through all of them says that the prompt's
 * size changes it.
 */
function latencyByFit(promptTokens: number, samples: readonly Sample[]): Spread | null {
  if (samples.length < LEAST_RUNS_FOR_FIT) return null;
  const row = (first: number, { completion }: Sample): readonly number[] => [1, first, completion];
  const line = fit(
    samples.map((sample) => row(sample.first, sample)),
    samples.map((sample) => sample.ms),
  );
  if (line === null) return null;
  const values = samples.map((sample) => {
    const then = valueAt(line, row(sample.first, sample));
    return then > 0 ? (sample.ms * valueAt(line, row(promptTokens, sample))) / then : sample.ms;
  });
  return spreadOf(values, { fitted: 2 });
}

/**
 * Dollars for a prompt token and a completion token; runs without a price don't count. Null without
 * any.
 */
function pricesOf(samples: readonly Sample[]): readonly number[] | null {
  const priced = samples.filter((sample) => sample.usd !== null);
  if (priced.length > 0 && priced.every((sample) => sample.usd === 0)) return [0, 0];
  return fit(
    priced.map((sample) => [sample.prompt, sample.completion]),
    priced.map((sample) => sample.usd ?? 0),
  );
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
