import type { Issue } from "../contract/contract.ts";
import { ModullmError } from "../core/error.ts";
import type { EventFacts } from "../core/events.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { Media } from "../media/reading.ts";
import type { Message, Model } from "../model/model.ts";
import type { Budget } from "./budget.ts";
import type { Conversation, EngineTools, RunOptions, RunResult } from "./engine.ts";
import type { Feeds } from "./feeds.ts";
import type { PaidAnswer, PaidAnswers } from "./paid-answers.ts";
import type { Scope } from "./scope.ts";
import type { Tool } from "./tools/tool.ts";

/** What all runs of one tree share. */
export interface Tree {
  /** The outermost run's. */
  readonly id: string;
  /** What the outermost run was given. */
  readonly scope: Scope;
  readonly tools: EngineTools;
  readonly options: RunOptions;
  /** Calls at a time to one provider, and elements of one `each` at a time. */
  readonly concurrency: number;
  readonly feeds: Feeds;
  /** Answers of finished children: what is kept for another run should this one end early. */
  readonly paid: PaidAnswers;
  /** Outcomes of deterministic calls made in this run of the tree, by request. */
  readonly calls: Map<string, Promise<JsonObject>>;
  /** Files of the inputs of this tree, by the short form that stands for each in values. */
  readonly media: Map<string, Media>;
  /** The models each program may use, in order; filled by the root's stage `plan`. */
  readonly models: Map<LoadedProgram, readonly Model[]>;
  /** The tools of each program that has any; filled with the models. */
  readonly toolboxes: Map<LoadedProgram, readonly Tool[]>;
  /** Runs a program as a child of `parent`. */
  runChild(loaded: LoadedProgram, input: unknown, place: ChildPlace): Promise<RunResult>;
}

/** Where a child stands below its parent. */
export interface ChildPlace {
  readonly parent: Run;
  /** The parent's entry of `uses`, or the name of its tool. */
  readonly entry: string;
  /** Its element of `each`, from 0. */
  readonly item: number | null;
  /** Its answers are asked for anew, whatever was asked before. */
  readonly fresh: boolean;
  /** What is the parent's, or narrower. */
  readonly scope: Scope;
}

/** One run on its way through the stages. */
export interface Run {
  tree: Tree;
  readonly id: string;
  readonly parent: Run | null;
  readonly loaded: LoadedProgram;
  input: unknown;
  /**
   * Short forms of the files in its input; once the prompt is rendered, in the order in which they
   * go along with it.
   */
  media: readonly string[];
  readonly scope: Scope;
  /** The scope's: ends this run and all below it. */
  readonly signal: AbortSignal;
  /** The scope's: the innermost budget that holds for it; null where there is none. */
  readonly budget: Budget | null;
  readonly fresh: boolean;
  /** Roots that templates see. */
  readonly values: Record<string, unknown>;
  /** The system message, without what a model is told of its tools; null: none. */
  system: string | null;
  /** What the model is sent; once there is an answer, the answer too. */
  messages: readonly Message[];
  /** Undefined until there is one. */
  output: Json | undefined;
  /** The model's answer, for another run of the same request should this one end early. */
  answer: PaidAnswer | null;
  emit(event: EventFacts): void;
  /** Ends the scope where it is this run's own; last. */
  release(): void;
}

/** What the outermost run goes on with; null for any other. */
export function conversationOf({ parent, tree }: Run): Conversation | null {
  return parent === null ? (tree.options.conversation ?? null) : null;
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancellation(signal);
}

/** Details of an issue as the error table names them. */
export function issueDetails(issue: Issue): Record<string, unknown> {
  return {
    validator: issue.keyword,
    path: issue.path,
    schema_path: issue.schemaPath,
    reason: issue.reason,
  };
}

/** What an aborted signal ends a run with. */
export function cancellation(signal: AbortSignal): ModullmError {
  if (signal.reason instanceof ModullmError) return signal.reason;
  const reason =
    signal.reason instanceof Error && signal.reason.name === "TimeoutError"
      ? "timed out"
      : "interrupted";
  return new ModullmError("RLLM_022", `The run was ${reason}`, {
    details: { reason },
    ...(reason === "interrupted" ? { hint: "Run it again." } : {}),
  });
}
