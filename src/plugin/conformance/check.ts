import type {
  Ability,
  InitializeResult,
  Manifest,
  ModelInfo,
  ToolInfo,
} from "../../../plugins/sdk/protocol.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Wire } from "./wire.ts";

/**
 * One thing that a plugin must do. Its id and what it wants are published: added to, never renamed.
 */
export interface Check {
  /** `chat/unicode` */
  readonly id: string;
  /** In one sentence without a full stop, of which the plugin is the subject. */
  readonly wants: string;
  /** Skipped where the plugin does not provide it. */
  readonly needs?: Ability;
  /** @throws {Miss} what was found instead; @throws {Skip} why it can't be told */
  run(bench: Bench): Promise<void> | void;
}

/** What checks are made on. Processes that a check starts are ended after it. */
export interface Bench {
  readonly facts: Facts;
  /** A process of the check's own that nothing was said to yet. @param env replaces variables */
  start(env?: Readonly<Record<string, string>>): Wire;
  /** A process of the check's own that is initialized. */
  ready(env?: Readonly<Record<string, string>>): Promise<Wire>;
  /** The process that most checks share, initialized; started again where one has ended it. */
  shared(): Promise<Wire>;
  /** `params` of `initialize`, with what is given in place of its own. */
  introduction(more?: object): object;
}

/** What is known of the plugin before the checks. */
export interface Facts {
  readonly manifest: Manifest | null;
  readonly initialized: InitializeResult;
  /** Null where it doesn't list any. */
  readonly models: readonly ModelInfo[] | null;
  /** Null where it has none. */
  readonly tools: readonly ToolInfo[] | null;
  /** The model that is asked; null where none is known. */
  readonly model: string | null;
  /** The model that is asked for vectors. */
  readonly embedModel: string | null;
  /** The model that is asked for scores. */
  readonly rerankModel: string | null;
  readonly settings: JsonObject;
  /** Milliseconds that an answer may take. */
  readonly patience: number;
  /** The same for `initialize`, from the process's start. */
  readonly startPatience: number;
  /** All processes until now. */
  readonly wires: readonly Wire[];
}
