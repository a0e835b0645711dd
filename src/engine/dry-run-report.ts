import type { ShownMessage } from "../core/events.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { ToolChoice, ToolOffer } from "../model/tool.ts";
import type { Limits } from "../program/limits.ts";

/**
 * What `run --dry-run` prints. Tokens and dollars are of one attempt; null where they can't be
 * known before the run.
 */
export interface DryRun {
  readonly program: string;
  readonly path: string;
  /** Null for a program that asks no model. */
  readonly request: {
    readonly model: string;
    readonly messages: readonly ShownMessage[];
    readonly params: JsonObject;
    /** What the model may call, as far as it is known without opening anything; absent: nothing. */
    readonly tools?: {
      readonly offers: readonly ToolOffer[];
      readonly choice: ToolChoice;
    };
  } | null;
  /** What such a program would give, where that is known already; absent where a model is asked. */
  readonly output?: Json | null;
  readonly prompt_tokens: number;
  readonly max_completion_tokens: number | null;
  readonly cost_usd: { readonly prompt: number | null; readonly at_most: number | null };
  /** Programs that run before it. */
  readonly uses: readonly DryRunEntry[];
  /** What its model may call, as far as it is known: with what, the model decides. */
  readonly tools: readonly DryRunTool[];
  readonly notes: readonly string[];
}

/** With what its budget says to the whole run; null where there is none. */
export interface DryRunReport extends DryRun {
  readonly budget: {
    readonly limit: Limits;
    /**
     * Why the run would be refused, by what it takes at least; null where that fits. What depends
     * on answers is not counted.
     */
    readonly refused: string | null;
  } | null;
}

export interface DryRunEntry {
  readonly name: string;
  readonly path: string;
  /** How often it runs; null where that depends on the output of another. */
  readonly times: number | null;
  /** The first of them; null where it reads the output of another, and where there is none. */
  readonly dry_run: DryRun | null;
}

export interface DryRunTool {
  readonly name: string;
  /** Of a program its file; of others where it comes from: `mcp:files/read_file`. */
  readonly path: string;
  /** Calls in one run; null: as many as `max_turns` and budgets allow. */
  readonly max_calls: number | null;
}
