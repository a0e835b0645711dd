import type { Retention } from "../runs.ts";
import type { Failure } from "./failure.ts";
import type { Operation } from "./operations.ts";
import type { Write } from "./write.ts";

export interface SessionOptions {
  readonly path: string;
  /** The file of version 0.1, whose runs are copied once; it is never changed. */
  readonly legacyPath: string | null;
  readonly retention: Retention;
}

/** What a session is asked, from its own thread or another. */
export type Request =
  | { readonly kind: "write"; readonly writes: readonly Write[] }
  | {
      readonly kind: "call";
      readonly operation: Operation;
      readonly values: readonly unknown[];
      /** In the middle of a run, so that it must not wait for anything. */
      readonly brief: boolean;
      /** Something is kept: the file is made where there is none. */
      readonly keeps: boolean;
    }
  | { readonly kind: "close" };

export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: Failure };

/** What became of rows: in the file, or beside it, or (so many) lost. */
export interface WriteReport {
  readonly failure: Failure | null;
  readonly lost: number;
}
