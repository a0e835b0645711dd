import type { ErrorPayload } from "./error.ts";
import type { Level } from "./sandbox-level.ts";
import type { Json, JsonObject } from "./json.ts";

/**
 * A run is a stream of events, and this is the whole of it: stats, progress, traces, metrics, an
 * audit log or a dashboard are listeners, and none of them is known to the engine.
 *
 * Order: `run-start`, then for each stage `stage-start` … `stage-end`, then `run-end`; `pre` and
 * `post` only where the program has such a block, whose `block-end` lies within; `render`, `window`
 * and `model` only where it asks a model, `output` only where it asks none. Within the stage
 * `model`, each attempt is `attempt-start`, any number of `model-delta` and `note`, `attempt-end`.
 * A child run's events lie between the parent's `stage-start` and `stage-end` of the stage `uses`,
 * or of the stage `model` for a tool, between attempts; they carry the parent's run id in `parent`.
 * Every `run-start` is followed by exactly one `run-end`, whatever happens.
 *
 * `at` is milliseconds since the epoch. `run` is unique; `root` is the outermost run of its tree,
 * `principal` the id of who asked for it. `seq` counts the events of a tree from 0, without gaps
 * for each listener. Secrets are taken out before a listener sees an event.
 *
 * Payload events (`value`, `request`, `answer`, `tool`) come only to listeners that ask for them.
 * With them a run can be shown again, step by step.
 */
export type RunEvent = EventFacts & {
  readonly run: string;
  readonly at: number;
  readonly root: string;
  readonly principal: string;
  readonly seq: number;
};

/** An event without what every event has. */
export type EventFacts =
  | {
      readonly type: "run-start";
      readonly parent: string | null;
      /**
       * The parent's `uses` entry, or its tool, that this run is for; null for the outermost run.
       */
      readonly entry: string | null;
      /** Its element of `each`, from 0; null without `each`. */
      readonly item: number | null;
      readonly path: string;
      readonly name: string;
      readonly version: string;
      /** As asked for: `provider/name`, or `recommended`; null for a program that asks none. */
      readonly model: string | null;
    }
  | { readonly type: "stage-start"; readonly stage: StageName }
  /** What came in, what the `pre` block gave, the result. */
  | {
      readonly type: "value";
      readonly of: "input" | "pre" | "output";
      readonly value: Json;
    }
  /** What an attempt sends. */
  | {
      readonly type: "request";
      readonly attempt: number;
      readonly model: string;
      readonly messages: readonly ShownMessage[];
      readonly params: JsonObject;
      /** Absent where it may call nothing. */
      readonly tools?: ShownTools;
    }
  /** What came of it, whole. */
  | {
      readonly type: "answer";
      readonly attempt: number;
      readonly model: string;
      readonly text: string | null;
      readonly reasoning: string | null;
      readonly finish: string | null;
      /** Calls of tools that it made. */
      readonly calls?: readonly ShownCall[];
    }
  | { readonly type: "attempt-start"; readonly attempt: number; readonly model: string }
  | { readonly type: "model-delta"; readonly attempt: number; readonly text: string }
  | {
      readonly type: "attempt-end";
      readonly attempt: number;
      readonly model: string;
      readonly ok: boolean;
      readonly error: string | null;
      /** Why it failed, in words. */
      readonly reason: string | null;
      readonly latency_ms: number;
      readonly usage: Usage | null;
      readonly cost_usd: number | null;
      /**
       * An answer that was not asked for again: `run` had the same call in this run, `store` kept
       * it from an earlier one.
       */
      readonly cached: "run" | "store" | null;
      /** Rules that reading the answer needed, one entry an edit. */
      readonly edits: readonly string[];
    }
  /**
   * The model calls a tool. Between this and its `tool-end` lie the events of the child run, where
   * the tool is a program.
   */
  | {
      readonly type: "tool-start";
      /** The call's id, unique in the run. */
      readonly call: string;
      readonly tool: string;
      /** `program:PATH`, `host`, `plugin:NAME/TOOL`. */
      readonly origin: string;
      /** The attempt whose answer made the call. */
      readonly attempt: number;
    }
  | {
      readonly type: "tool-end";
      readonly call: string;
      readonly tool: string;
      readonly ok: boolean;
      /** A code, where it failed with one. */
      readonly error: string | null;
      /** Why it failed, in words. */
      readonly reason: string | null;
      readonly ms: number;
      /** Characters of the result; the model reads the first `shown` of them. */
      readonly characters: number;
      readonly shown: number;
    }
  /** What a call gave the tool, and what the tool gave the model. */
  | {
      readonly type: "tool";
      readonly call: string;
      readonly tool: string;
      readonly arguments: Json;
      readonly result: string;
      readonly failed: boolean;
    }
  | {
      readonly type: "block-end";
      readonly block: "pre" | "post";
      readonly language: "python" | "js";
      /** How it was kept from the machine. */
      readonly level: Level;
      readonly ok: boolean;
      /** What it wrote to its standard output and standard error, the first 64 KiB. */
      readonly printed: string;
      /** Bytes of it that were dropped. */
      readonly printed_dropped: number;
      readonly ms: number;
    }
  | {
      readonly type: "note";
      readonly kind: NoteKind;
      readonly message: string;
      readonly data?: Json;
    }
  | { readonly type: "stage-end"; readonly stage: StageName; readonly ms: number }
  | {
      readonly type: "run-end";
      readonly ok: boolean;
      readonly error: ErrorPayload | null;
      readonly ms: number;
    };

/** A message with what goes along with it, without the bytes. */
export interface ShownMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  /** Calls that the assistant made. */
  readonly calls?: readonly ShownCall[];
  /** The call that a tool's message answers. */
  readonly call?: string;
  readonly failed?: boolean;
  readonly attachments?: readonly {
    readonly media_type: string;
    readonly name: string;
    readonly bytes: number;
  }[];
}

export interface ShownCall {
  readonly id: string;
  readonly name: string;
  /** As the model wrote them. */
  readonly arguments: string;
}

/** What a model may call in one turn. */
export interface ShownTools {
  readonly names: readonly string[];
  /** `auto`, `required`, `none`, or the one tool to call. */
  readonly choice: string;
}

/** The stages in the order they run. */
export const STAGES = [
  "input",
  "plan",
  "uses",
  "pre",
  "render",
  "window",
  "model",
  "output",
  "post",
] as const;
export type StageName = (typeof STAGES)[number];

/**
 * `schema-weakened`: a server does not take a part of the schema. `retry-wait`: a transient failure
 * is being waited out. `fallback`: the next model takes over. `restart`: the same model is asked
 * again from the start, because its answer broke off. `skipped`: a child whose `when` is empty.
 * `repair`: how an answer was read. `degraded`: something optional is missing. `progress`: a long
 * step goes on. `resumed`: answers that an earlier run paid for, and that ended early, are used.
 */
export type NoteKind =
  | "schema-weakened"
  | "retry-wait"
  | "fallback"
  | "restart"
  | "skipped"
  | "repair"
  | "degraded"
  | "progress"
  | "resumed"
  | "warning";

/**
 * Tokens as the provider counted them; `estimated` when it did not say and they were counted here.
 */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly estimated?: boolean;
  /** Of `prompt_tokens`, those that were read from a cache at the server. @default 0 */
  readonly cache_read_tokens?: number;
  /** Of `prompt_tokens`, those that were written to it. @default 0 */
  readonly cache_write_tokens?: number;
  /** What the provider says that it charges, in US dollars. @default it does not say */
  readonly cost_usd?: number;
}

export type RunListener = (event: RunEvent) => void;

/**
 * A listener and what it wants to hear. `listen` is called in the order of the events and should
 * return at once. One that throws, or gives a promise that fails, is told nothing more; the others
 * are told so by a note, and the run goes on.
 */
export interface Trace {
  readonly wants: {
    /** `value`, `request`, `answer` and `tool`. */
    readonly payloads: boolean;
    /** `model-delta`. */
    readonly deltas: boolean;
  };
  /** The events it is told of, and of no others. @default all that it wants */
  readonly only?: ReadonlySet<RunEvent["type"]>;
  /** True: secrets are left in what this listener sees. @default false */
  readonly raw?: boolean;
  readonly listen: RunListener;
}

/** A listener of everything but payloads and deltas. */
export function plainTrace(listen: RunListener): Trace {
  return { wants: { payloads: false, deltas: false }, listen };
}
