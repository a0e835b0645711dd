import type { ModelCatalog, TokenCounter } from "../model/facts.ts";
import type { Message, Model } from "../model/model.ts";
import type { ToolSource } from "../model/tool.ts";
import type { RepairLevel } from "../answer/answer.ts";
import type { AnswerCache } from "./answer-cache.ts";
import type { UnfinishedRuns } from "./paid-answers.ts";
import type { HostTool } from "./tools/host.ts";
import type { Compilation } from "../contract/compile.ts";
import type { JsonSchema } from "../contract/contract.ts";
import type { DeadlineSettings } from "../config/config.ts";
import type { Trace } from "../core/events.ts";
import type { Json } from "../core/json.ts";
import type { Proofs } from "../library/proofs.ts";
import type { MediaReader } from "../media/media.ts";
import type { Policy } from "../policy/policy.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { Sandboxes } from "../sandbox/sandboxes.ts";

/**
 * Everything that reaches the world, handed to the engine: with these it needs no network, disk,
 * process or clock of its own.
 */
export interface EngineTools {
  /** @throws {ModullmError} RLLM_002 for a name that leads nowhere, RLLM_014 without credentials */
  model(id: string): Promise<Model>;
  readonly catalog: ModelCatalog;
  readonly tokens: TokenCounter;
  readonly clock: Clock;
  readonly proofs: Proofs;
  /** A new run id, unique for ever. */
  newId(): string;
  /** Reads pictures, sound and documents that inputs name. */
  readonly media: MediaReader;
  /** Where blocks run. */
  readonly sandboxes: Sandboxes;
  /** Answers of earlier runs, for programs that say `cache`; null where none are kept. */
  readonly answers: AnswerCache | null;
  /** Answers of runs that ended early; null where none are kept. */
  readonly unfinished: UnfinishedRuns | null;
  /** Where tools that are no programs come from; null: nowhere. */
  readonly tools: ToolSource | null;
  /** Asked before every effect. */
  readonly policy: Policy;
  /** Takes secrets out of events; null where there are none. */
  readonly redactor: Redactor | null;
  /** The contract of a schema, which must not change: the same schema is compiled once. */
  compile(schema: JsonSchema): Compilation;
  /** The schema of an answer as a short sketch for prompts. */
  sketch(schema: JsonSchema): string;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never go back; for durations. */
  ticks(): number;
  /** Calls back once, unless the function it gives is called first. */
  after(milliseconds: number, callback: () => void): () => void;
}

export interface RunOptions {
  /** Who listens to the run's events. @default nobody */
  readonly traces?: readonly Trace[];
  /**
   * Replaces the model of every file and drops its fallbacks; `recommended` takes the first usable
   * of each file's list.
   */
  readonly model?: string;
  /** Models to try after each file's own, in order. */
  readonly fallbacks?: readonly string[];
  /** How long to wait for a model, in milliseconds; null: as usual. */
  readonly deadlines?: DeadlineSettings;
  /** Wins over the files' `retries`. */
  readonly maxRetries?: number;
  /** For files that don't say. @default 2 */
  readonly defaultRetries?: number;
  /** Calls at a time to one provider, and elements of one `each` at a time. @default 4 */
  readonly concurrency?: number;
  /** False neither reads nor keeps answers of earlier runs. @default true */
  readonly cache?: boolean;
  /** True reads no answers of earlier runs, and keeps those of this one. @default false */
  readonly fresh?: boolean;
  /** Python blocks run as plain Python with the user's rights. @default false */
  readonly trustedPython?: boolean;
  /** MiB of memory a block may take; 0 sets no limit. @default 256 */
  readonly blockMemoryMb?: number;
  /**
   * Folders whose files the input may name, beside the working folder and those of the
   * configuration. @default none
   */
  readonly allowPaths?: readonly string[];
  /**
   * False opens no path and no URL that the input names: for input that is not the caller's own.
   * @default true
   */
  readonly openReferences?: boolean;
  /** Functions of the host that the outermost program's model may call, by name. @default none */
  readonly tools?: Readonly<Record<string, HostTool>>;
  /** How far answers may be repaired; wins over the files' `repair`. @default "safe" */
  readonly repair?: RepairLevel;
  /** What the outermost program's prompt goes on with. @default nothing was said before */
  readonly conversation?: Conversation;
}

/** What was said before a prompt; it stands behind the program's examples. */
export interface Conversation {
  /** The system message; null: none. @default the program's own */
  readonly system?: string | null;
  /** From the oldest, without a system message. Every call of a tool is answered in it. */
  readonly messages: readonly Message[];
}

export interface RunResult {
  readonly run: string;
  /** An object; a program without a model may give any value that its output_schema takes. */
  readonly output: Json;
  /**
   * The conversation with the examples, the prompt, the calls of tools and the answer, for the next
   * run to go on with; null where the run was given none.
   */
  readonly conversation: Required<Conversation> | null;
}
