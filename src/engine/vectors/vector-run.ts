import { errorPayload, type ModullmError, toModullmError } from "../../core/error.ts";
import type { EventFacts, Trace, Usage } from "../../core/events.ts";
import type { DeadlineSettings } from "../../config/config.ts";
import type { Embedder, EmbedRequest } from "../../model/embedder.ts";
import type { ModelFacts } from "../../model/facts.ts";
import type { ModelNote } from "../../model/model.ts";
import type { EngineTools } from "../engine.ts";
import { createFeeds } from "../feeds.ts";
import { requireModel } from "../permission.ts";
import type { Scope } from "../scope.ts";
import { throwIfCancelled } from "../state.ts";
import { createTotals, type Totals, type VectorTotals } from "./totals.ts";
import { grantVectors, vectorCost, type VectorGrant } from "./vector-grant.ts";

/** What asking for vectors or scores needs of the world. */
export interface VectorContext {
  readonly tools: Pick<
    EngineTools,
    "catalog" | "tokens" | "clock" | "newId" | "policy" | "redactor"
  >;
  /** Who asks, and what it shares with others; not ended here. */
  readonly scope: Scope;
  /** Who listens. @default nobody */
  readonly traces?: readonly Trace[];
  readonly deadlines?: DeadlineSettings;
  /** Requests at a time to one server. @default 4 */
  readonly concurrency?: number;
}

export type VectorKind = "embed" | "rerank";
/** What is asked: an embedder or a reranker. */
export type VectorModel = Pick<Embedder, "id" | "origin" | "ready">;
type Counted = { readonly usage: Usage | null };

export type Ask<Reply> = (
  request: Required<Pick<EmbedRequest, "again" | "patience">>,
  signal: AbortSignal,
  note: (note: ModelNote) => void,
) => Promise<Reply>;

export const DEFAULT_CONCURRENCY = 4;
const NO_DEADLINES: DeadlineSettings = { connect: null, first: null, gap: null, total: null };

/**
 * A run that asks for vectors or scores in place of answers: the policy, budgets, limits, listeners
 * and the history know of its requests what they know of a program's. Its events are those of a run
 * of one program with a stage `model`, in which each request is an attempt.
 */
export class VectorRun {
  /** Requests so far. */
  attempts = 0;
  readonly #kind: VectorKind;
  readonly #model: VectorModel;
  readonly #context: VectorContext;
  readonly #emit: (event: EventFacts) => void;
  readonly #start: number;
  readonly #totals: Totals;

  /** It begins now. What is done stands for a program's path, so that `stats` lists it. */
  constructor(kind: VectorKind, model: VectorModel, context: VectorContext) {
    const { tools, scope, traces = [] } = context;
    const { redactor, clock } = tools;
    const run = tools.newId();
    const feeds = createFeeds(traces, {
      root: run,
      principal: scope.principal.id,
      redactor,
      clock,
    });
    this.#kind = kind;
    this.#model = model;
    this.#context = context;
    this.#start = clock.ticks();
    this.#totals = createTotals(model.id);
    this.#emit = (event) => feeds.tell(event, run);
    this.#emit({
      type: "run-start",
      parent: scope.parent?.run ?? null,
      entry: scope.parent?.entry ?? null,
      item: null,
      path: `modullm ${kind}`,
      name: kind,
      version: "",
      model: model.id,
    });
    this.#emit({ type: "stage-start", stage: "input" });
    this.#emit({ type: "stage-end", stage: "input", ms: 0 });
    this.#emit({ type: "stage-start", stage: "model" });
  }

  readonly note = (note: ModelNote): void => this.#emit({ type: "note", ...note });

  totals(): VectorTotals {
    return this.#totals.sum();
  }

  /** @param thrown what it failed with; null: it did what it was to do */
  end(thrown: unknown = null): void {
    const ms = this.#context.tools.clock.ticks() - this.#start;
    const error = thrown === null ? null : toModullmError(thrown);
    this.#emit({ type: "stage-end", stage: "model", ms });
    this.#emit({ type: "run-end", ok: error === null, error: error && errorPayload(error), ms });
  }

  /**
   * One request, when it is its turn.
   * @param tokens what it sends, counted here
   * @throws {ModullmError} RLLM_020, RLLM_021, RLLM_022, and what the model throws
   */
  async call<Reply extends Counted>(tokens: number, ask: Ask<Reply>): Promise<Reply> {
    const { tools, scope, concurrency = DEFAULT_CONCURRENCY } = this.#context;
    throwIfCancelled(scope.signal);
    requireModel({ tree: { tools }, scope }, this.#model);
    const { id, origin = "" } = this.#model;
    const provider = id.slice(0, id.indexOf("/")).toLowerCase();
    const limiter = scope.limiters.of(`${provider} ${origin}`);
    const waiting = limiter.enter(concurrency);
    if (waiting) await waiting;
    try {
      const facts = await tools.catalog.facts(id);
      throwIfCancelled(scope.signal);
      const { budget, signal } = scope;
      const priced = { facts, tokens, spender: { program: this.#kind, model: id }, signal };
      const grant = budget && (await grantVectors(budget, priced));
      return await this.#attempt({ tokens, facts, grant }, ask);
    } finally {
      limiter.leave();
    }
  }

  async #attempt<Reply extends Counted>(
    { tokens, facts, grant }: Granted,
    ask: Ask<Reply>,
  ): Promise<Reply> {
    const { tools, scope, deadlines = NO_DEADLINES } = this.#context;
    const attempt = ++this.attempts;
    const { id: model } = this.#model;
    const start = tools.clock.ticks();
    this.#emit({ type: "attempt-start", attempt, model });
    const again = async (failure: ModullmError): Promise<void> => await grant?.again(failure);
    const patience = { another: false, ...deadlines };
    const outcome = await settled(ask({ again, patience }, scope.signal, this.note));
    const { reply, error } = outcome;
    const usage = reply && usageOf(reply.usage, tokens, this.#model);
    const usd = usage ? vectorCost(facts, usage) : reply && freeOf(facts);
    grant?.settle(usage, error);
    if (reply === null) this.#totals.failed();
    else this.#totals.add(usage, usd);
    this.#emit({
      type: "attempt-end",
      attempt,
      model,
      ok: error === null,
      error: error?.code ?? null,
      reason: error?.message ?? null,
      latency_ms: tools.clock.ticks() - start,
      usage,
      cost_usd: usd,
      cached: null,
      edits: [],
    });
    if (outcome.reply === null) throw outcome.error;
    return outcome.reply;
  }
}

interface Granted {
  readonly tokens: number;
  readonly facts: ModelFacts | null;
  readonly grant: VectorGrant | null;
}

type Settled<Reply> =
  | { readonly reply: Reply; readonly error: null }
  | { readonly reply: null; readonly error: ModullmError };

async function settled<Reply>(asked: Promise<Reply>): Promise<Settled<Reply>> {
  try {
    return { reply: await asked, error: null };
  } catch (thrown) {
    return { reply: null, error: toModullmError(thrown) };
  }
}

/** What nothing is asked for costs nothing, however much it was. */
function freeOf(facts: ModelFacts | null): number | null {
  return facts?.inputPrice === 0 ? 0 : null;
}

/** UTF-8 bytes a token has at most, on the average of many texts, so that no count is doubted. */
const LONGEST_TOKEN = 16;

/**
 * What the server counted; where it said nothing, or less than there can be, what was counted here.
 * Null for what runs in this process: nothing is counted there, and nothing is paid.
 */
function usageOf(usage: Usage | null, tokens: number, { origin }: VectorModel): Usage | null {
  if (usage !== null && usage.prompt_tokens >= tokens / LONGEST_TOKEN) return usage;
  if (origin === undefined) return usage;
  return { prompt_tokens: tokens, completion_tokens: 0, estimated: true };
}
