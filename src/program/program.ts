import type { Contract } from "../contract/contract.ts";
import type { SourcePlace } from "../core/error.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Source } from "./source.ts";
import type { Template } from "./template.ts";

/**
 * A parsed `.rllm` file. Immutable; holds nothing that a run changes, so any number of runs may
 * share one.
 */
export interface Program {
  readonly source: Source;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly author: string;
  /** Tokens; null where no prompt is sent and the file does not say. */
  readonly maxContextWindow: number | null;
  readonly input: Contract;
  /** Whether the input may hold pictures, sound or documents. */
  readonly takesMedia: boolean;
  readonly output: Contract;
  /** How an answer is read: as JSON that meets `output`, or as it is, as `{text}`. */
  readonly answer: "json" | "text";
  /** What makes the output where no model is asked; null: a model's answer is the output. */
  readonly collects: Mapping | null;
  /** `provider/name`; null where no model is asked. */
  readonly model: string | null;
  /** Tried in order when the provider of the one before fails. */
  readonly fallbacks: readonly string[];
  /** The `llm` mapping as written; null where no model is asked. */
  readonly llm: JsonObject | null;
  readonly params: JsonObject;
  /** Null where no model is asked. */
  readonly prompt: Template | null;
  readonly system: Template | null;
  readonly recovery: Template | null;
  readonly blocks: readonly Block[];
  readonly uses: readonly UsesEntry[];
  /** What the model may call while it works on its answer. */
  readonly tools: readonly ToolEntry[];
  readonly toolChoice: "auto" | "required" | "none" | { readonly name: string };
  /** Turns of the model before its answer has to come. */
  readonly maxTurns: number;
  readonly examples: readonly Example[];
  readonly tests: readonly ProgramTest[];
  /** Null where the file does not say. */
  readonly retries: number | null;
  readonly budget: {
    readonly usd?: number;
    readonly tokens?: number;
    readonly calls?: number;
    readonly ms?: number;
  } | null;
  /** How long an answer may be used again, in milliseconds; null: it is not kept. */
  readonly cacheMs: number | null;
  /** How far answers may be repaired; null where the file does not say. */
  readonly repair: "off" | "safe" | "full" | null;
  readonly recommendedModels: readonly string[];
  readonly tags: readonly string[];
  readonly metadata: JsonObject;
  /** What does not stop the program but its author should know. */
  readonly warnings: readonly Warning[];
}

/** Templates that keep the types of what they are filled with. */
export interface Mapping {
  /** As written. */
  readonly with: Json;
  /** `with` filled in; made once, as templates are parsed once. */
  fill(values: Readonly<Record<string, unknown>>): unknown;
  /** Names of the entries whose outputs it reads. */
  readonly reads: readonly string[];
}

/** One entry of `uses`, checked in form; the file it names is found by whoever loads it. */
export interface UsesEntry extends Mapping {
  readonly name: string;
  readonly path: string;
  readonly with: JsonObject;
  fill(values: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** A template for a list: run once for each element. */
  readonly each: string | null;
  /** A template: skipped when it gives false, null or something empty. */
  readonly when: string | null;
  /** What a failure does: ends the run, gives null, or (an element of `each`) is left out. */
  readonly onError: "fail" | "null" | "skip";
  /** Asked anew, even if the same was asked before. */
  readonly fresh: boolean;
}

/** One entry of `tools`, checked in form; what it names is found by whoever loads it. */
export interface ToolEntry {
  /** Where its tools come from, and what it names there: a path, or a plugin or server. */
  readonly from: { readonly kind: ToolKind; readonly name: string };
  /** Another name for its one tool; null: its own. */
  readonly as: string | null;
  /** The tools it is about; null: all that the source has. Null for a program. */
  readonly only: readonly string[] | null;
  /** Which versions of the source will do, as semver has ranges; null: any. */
  readonly version: string | null;
  /** Calls of each of its tools in one run; null: as many as `max_turns` and budgets allow. */
  readonly maxCalls: number | null;
}

/** What tools come from; each is the key of an entry. */
export type ToolKind = "program" | "plugin" | "mcp" | "openapi";

/** One entry of `tests`, or of a test file, checked in form. */
export interface ProgramTest {
  readonly name: string;
  /**
   * Or a JSON or YAML file of it, relative to the test's. With `cases`, templates in it are filled
   * with each case; null: the case is the input.
   */
  readonly input: JsonObject | string | null;
  /** `provider/name`; null: the program's own. */
  readonly model: string | null;
  /** A file of rows, relative to the test's: the test is run for each; null: once. */
  readonly cases: string | null;
  /** As it is written; with `cases`, templates in it are filled. */
  readonly expect: unknown;
}

export interface Example {
  readonly input: JsonObject;
  readonly output: JsonObject;
}

export interface Block {
  readonly language: "python" | "js";
  readonly when: "pre" | "post";
  readonly code: string;
  readonly name: string | null;
  /** Paths of the context that the block may read; null: everything. */
  readonly reads: readonly string[] | null;
  /** Names it gives, with their JSON types; null: anything. */
  readonly gives: Readonly<Record<string, string>> | null;
  /** Line in the file (from 1) of the block's first line of code. */
  readonly line: number;
}

export interface Warning {
  readonly message: string;
  readonly place: SourcePlace | null;
}
