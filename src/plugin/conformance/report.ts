import type { Manifest } from "../../../plugins/sdk/protocol.ts";
import type { JsonObject } from "../../core/json.ts";

export interface SuiteOptions {
  /** What it is compared with. @default nothing */
  readonly manifest?: Manifest | null;
  /** @default none */
  readonly settings?: JsonObject;
  /** The model that is asked. @default the first that it lists */
  readonly model?: string | null;
  /** The model that is asked for vectors. @default `model` */
  readonly embedModel?: string | null;
  /** The model to ask for scores. @default the model */
  readonly rerankModel?: string | null;
  /** Only checks whose id contains this. @default all */
  readonly only?: string;
  /** Milliseconds that an answer may take. @default 30000 */
  readonly patience?: number;
  /** Ends the checks, with its reason, and all processes. */
  readonly signal?: AbortSignal;
}

export interface CheckResult {
  readonly id: string;
  readonly wants: string;
  readonly status: "passed" | "failed" | "skipped";
  /** What was found instead, or why it was skipped; null when passed. */
  readonly reason: string | null;
  readonly ms: number;
}

/** What a plugin says of itself, and how every check ended. */
export interface Report {
  readonly ok: boolean;
  readonly plugin: {
    readonly name: string;
    readonly version: string;
    readonly provides: readonly string[];
  } | null;
  readonly protocol_version: number;
  readonly model: string | null;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly checks: readonly CheckResult[];
}
