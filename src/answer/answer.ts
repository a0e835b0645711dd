import type { Issue } from "../contract/contract.ts";

/**
 * How far reading may go. `off`: find only. `safe`: edits that can't change meaning. `full`:
 * salvage as well.
 */
export type RepairLevel = "off" | "safe" | "full";

export interface ReadOptions {
  /** @default "safe" */
  readonly repair?: RepairLevel;
  /** "object": the value must be a JSON object, as the output of a program must. @default "any" */
  readonly root?: "object" | "any";
  /**
   * The server stopped the answer before its end. What was still open then is never closed: an
   * answer that isn't whole is refused. @default false
   */
  readonly cut?: boolean;
}

/** One change made between what the model wrote and the value that was read. */
export interface Edit {
  /** The rule's name, such as `trailing-comma`; the docs list them with their level. */
  readonly rule: string;
  /** Where in the value. */
  readonly path: readonly (string | number)[];
  /** What was there, shortened when long. */
  readonly before: string;
  readonly after: string;
  /** UTF-16 offset in the answer, or null where the edit has no one place. */
  readonly position: number | null;
}

/** A piece of the answer that looks like data and is not in the value. */
export interface Lost {
  /** The piece, shortened when long. */
  readonly text: string;
  /** UTF-16 offset in the answer. */
  readonly position: number;
  /** How many of its characters look like data: letters and digits. */
  readonly characters: number;
}

/** What reading an answer gave. `code` names the failure as the error table does. */
export type Reading =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Which rung of the ladder gave it: `whole`, `fence`, `object`, … */
      readonly rung: string;
      readonly edits: readonly Edit[];
      /** Empty at `off` and `safe`: there an answer that would lose something is refused. */
      readonly lost: readonly Lost[];
    }
  | {
      readonly ok: false;
      readonly code: "RLLM_005" | "RLLM_006" | "RLLM_007";
      /** The nearest value that was found, undefined when the text holds none. */
      readonly value: unknown;
      readonly issues: readonly Issue[];
      readonly edits: readonly Edit[];
      readonly lost: readonly Lost[];
    };

/** What can be said of an answer that is still being written. */
export type PartialReading =
  | {
      readonly ok: true;
      /**
       * Shaped by the schema as far as it goes; what is not there yet is absent, `[]` or null. Not
       * checked.
       */
      readonly value: unknown;
    }
  | { readonly ok: false; readonly value: undefined };
