import { ModullmError } from "../core/error.ts";
import { type AttemptRecord, NO_MODEL, type RunRecord, usageOf } from "../store/runs.ts";
import type { Store } from "../store/store.ts";

/** A run as it is shown. Keys are a contract. Null: not known. */
export interface RunView {
  readonly id: string;
  /** The run that used this one; null for the outermost. */
  readonly parent: string | null;
  /** Absolute path; empty for a program made from text. */
  readonly program: string;
  readonly name: string;
  readonly version: string;
  /** Null for a program that asks none. */
  readonly model: string | null;
  readonly status: "ok" | "failed";
  readonly error: string | null;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** Wall time without the programs it used and the tools it called. */
  readonly ms: number;
  readonly calls: number;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly cost_usd: number | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** A run with its calls and all that it used. */
export interface RunTree extends RunView {
  readonly attempts: readonly {
    readonly model: string;
    readonly ms: number;
    readonly prompt_tokens: number | null;
    readonly completion_tokens: number | null;
    readonly cost_usd: number | null;
    readonly error: string | null;
    readonly edits: readonly string[];
    readonly cached: "run" | "store" | null;
  }[];
  readonly children: readonly RunTree[];
}

export function viewOf(run: RunRecord): RunView {
  const model = run.model === NO_MODEL ? null : run.model;
  const { prompt, completion, usd } = model === null ? NOTHING : usageOf(run);
  return {
    id: run.id,
    parent: run.parent,
    program: run.path,
    name: run.name,
    version: run.version,
    model,
    status: run.ok ? "ok" : "failed",
    error: run.error,
    started: new Date(run.started).toISOString(),
    ms: Number(run.ms.toFixed(3)),
    calls: run.attempts.filter((attempt) => !attempt.cached).length,
    prompt_tokens: prompt,
    completion_tokens: completion,
    cost_usd: usd,
    tags: run.tags,
  };
}

/** @param runs of one tree */
export function treeOf(run: RunRecord, runs: readonly RunRecord[]): RunTree {
  return {
    ...viewOf(run),
    attempts: run.attempts.map(attemptView),
    children: runs.filter(({ parent }) => parent === run.id).map((child) => treeOf(child, runs)),
  };
}

/**
 * The run that the beginning of an id means.
 * @throws {ModullmError} RLLM_016 where none or several begin so
 */
export async function findRun({ runs }: Store, id: string): Promise<RunRecord> {
  const found = await runs.find(id);
  const exact = found.find((run) => run.id === id);
  const [first, second] = found;
  if (exact !== undefined) return exact;
  if (first === undefined) throw runError(id, "no run on record has an id that begins so");
  if (second !== undefined) throw runError(id, "the ids of several runs begin so");
  return first;
}

/** The events that were kept of the whole tree that a run is part of, as JSON lines. */
export async function* keptEvents(store: Store, run: RunRecord): AsyncGenerator<string> {
  const [root = run] = await store.runs.tree(run.id);
  yield* store.events.read(root.id);
}

function attemptView(attempt: AttemptRecord): RunTree["attempts"][number] {
  return {
    model: attempt.model,
    ms: Number(attempt.ms.toFixed(3)),
    prompt_tokens: attempt.promptTokens,
    completion_tokens: attempt.completionTokens,
    cost_usd: attempt.usd,
    error: attempt.error,
    edits: attempt.edits,
    cached: attempt.cached ?? null,
  };
}

function runError(id: string, reason: string): ModullmError {
  return new ModullmError("RLLM_016", `Cannot find run "${id}": ${reason}`, {
    details: { source: id, reason },
    hint: "List runs with `modullm runs list`.",
  });
}

/** What a program takes that asks no model. */
const NOTHING = { prompt: 0, completion: 0, usd: 0 };
