/**
 * The bridge between the host and code in a sandbox: JSON lines over the guest's standard input and
 * output, one dialogue for all kinds of guest. What the code prints goes to standard error, both
 * its streams, so that this channel is private to the harness; code in the same interpreter can
 * still write to it, so the host believes none of it but what `session.ts` checks.
 *
 *     host  → {"nonce", "limits", "functions", …}   once: how to confine itself, before any code
 *     guest → NONCE {"is":"ready","level"?}
 *             or NONCE {"is":"unavailable","reason"}, and it exits
 *     host  → {"do":"run","code","values","file","line","keep"?}
 *     guest → NONCE {"is":"call","name","args"}      any number of times, one at a time
 *     host  → {"do":"return","value"} or {"do":"throw","message"}
 *     guest → NONCE {"is":"done","value","kept"? or "keptFault"?}
 *             or NONCE {"is":"failed", …Failure, "last"?}; `last`: it can't go on
 *
 * Every line of a guest begins with the session's nonce and a space. Closing standard input ends
 * the guest.
 */
export type HostMessage =
  | (Hello & Readonly<Record<string, unknown>>)
  | {
      readonly do: "run";
      readonly code: string;
      readonly values: Readonly<Record<string, unknown>>;
      readonly file: string;
      readonly line: number;
      /** The value whose members are given back. */
      readonly keep?: string;
    }
  | { readonly do: "return"; readonly value: unknown }
  | { readonly do: "throw"; readonly message: string };

/** What every guest is told first; each kind adds what it needs. */
export interface Hello {
  readonly nonce: string;
  readonly limits: {
    readonly cpuMs: number;
    readonly memoryMb: number;
    readonly maxValueBytes: number;
  };
  /** Names of the granted functions. */
  readonly functions: readonly string[];
  readonly builtins: "safe" | "all";
}

/** Arguments that one call may have. */
export const MAX_ARGUMENTS = 16;
