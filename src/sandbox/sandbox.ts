import type { Json } from "../core/json.ts";
import type { Level } from "../core/sandbox-level.ts";

/**
 * A place to run code that nobody vouches for. One `Sandbox` is one way to do it (Python,
 * JavaScript, a container); what it opens are sessions.
 *
 * Order of calls: `open`, then `run` any number of times, one after the other, then `close`.
 * Variables stay from one `run` of a session to the next; nothing passes from one session to
 * another.
 *
 * The code is taken to be hostile. It may write anything to its channel, so nothing but one value,
 * its printed text and calls of granted functions is taken from it, and each is checked here: never
 * a count, a cost, a label or a status. Every implementation passes
 * `test/sandbox/sandbox-suite.ts`.
 */
export interface Sandbox {
  readonly level: Level;
  /**
   * Starts a session and waits until it is confined. Aborting `signal` ends the session at once,
   * whatever it does.
   * @throws {ModullmError} RLLM_009 with `exception: "SandboxUnavailable"` where it can't be
   * started as confined as `level` says
   */
  open(options: SessionOptions, signal: AbortSignal): Promise<SandboxSession>;
  /**
   * Parses code without running it; null where nothing is wrong. Absent where code in a session can
   * do it itself. @throws as `open`
   */
  checkSyntax?(code: string, signal?: AbortSignal): Promise<SyntaxFault | null>;
  /** Starts ahead what the next session needs, where that makes a difference. */
  prepare?(): void;
  /** Ends what it kept warm, and all its sessions. */
  close(): Promise<void>;
}

export interface SyntaxFault {
  readonly message: string;
  /** In the code, from 1; null where the engine doesn't say. */
  readonly line: number | null;
  readonly column: number | null;
}

export interface SessionOptions {
  readonly limits?: Partial<SandboxLimits>;
  /**
   * Functions of the host that the code may call by name, as globals. Only these exist. @default
   * none
   */
  readonly functions?: Readonly<Record<string, GrantedFunction>>;
  /**
   * Python only: `safe` has the builtins and modules that blocks have, `all` those of Python, as
   * far as the confinement lets them act. @default "safe"
   */
  readonly builtins?: "safe" | "all";
}

/**
 * Called with the arguments as JSON; those given by name (Python) come last, as one object. What it
 * gives is the call's value; what it throws is thrown in the code, with the message alone. The time
 * it takes does not count against `timeoutMs`.
 */
export type GrantedFunction = (args: readonly Json[], signal: AbortSignal) => Promise<Json>;

export interface SandboxLimits {
  /** Wall-clock milliseconds that one `run` may take. @default 2000 */
  readonly timeoutMs: number;
  /**
   * Milliseconds of processor time for the whole session, where the system can limit it. @default
   * 30 times `timeoutMs`
   */
  readonly cpuMs: number;
  /** MiB of memory; 0 sets no limit. @default 256 */
  readonly memoryMb: number;
  /** UTF-8 bytes of JSON that one value may take, and the arguments of one call. @default 8 MiB */
  readonly maxValueBytes: number;
  /**
   * UTF-8 bytes of printed text that are kept from one `run`; the rest is read and dropped.
   * @default 64 KiB
   */
  readonly maxPrintedBytes: number;
  /** Calls of granted functions in one session; further ones fail at once. @default 1000 */
  readonly maxCalls: number;
}

const DEFAULT_LIMITS = {
  timeoutMs: 2000,
  memoryMb: 256,
  maxValueBytes: 8 * 1024 * 1024,
  maxPrintedBytes: 64 * 1024,
  maxCalls: 1000,
} as const;

export function withDefaults(limits: Partial<SandboxLimits> = {}): SandboxLimits {
  const timeoutMs = limits.timeoutMs ?? DEFAULT_LIMITS.timeoutMs;
  return { ...DEFAULT_LIMITS, cpuMs: 30 * timeoutMs, ...limits };
}

export interface SandboxSession {
  readonly level: Level;
  /** False once the session has ended; a session in which code failed by an exception goes on. */
  readonly alive: boolean;
  /**
   * Runs code with `values` as variables, and gives the variable `result`.
   * @throws the reason of the signal when it was aborted; never for what the code does
   */
  run(code: string, values: Readonly<Record<string, Json>>, source?: CodeSource): Promise<Outcome>;
  /** Ends it. Resolves when its process is gone and its files are removed. */
  close(): Promise<void>;
}

/** Where the code stands, for lines in errors. */
export interface CodeSource {
  /** @default "block" */
  readonly file: string;
  /** Line in the file, from 1, of the first line of code. @default 1 */
  readonly line: number;
  /** A value whose members are given back, in `kept`, as the code has left them. @default none */
  readonly keep?: string;
}

export interface Printed {
  /**
   * What the code wrote to its standard output and standard error, as it came, at most
   * `maxPrintedBytes`.
   */
  readonly printed: string;
  /** Bytes that were dropped. */
  readonly printedDropped: number;
  readonly ms: number;
}

export type Outcome = Printed &
  (
    | {
        readonly ok: true;
        /**
         * The variable `result`; null when it was left alone. JSON values only, no deeper than 64.
         */
        readonly value: Json;
        /** What became of the members of `CodeSource.keep`. */
        readonly kept?: Json;
        /** Why that is no JSON value, or too large beside the result. */
        readonly keptFault?: string;
      }
    | { readonly ok: false; readonly failure: Failure }
  );

export interface Failure {
  /**
   * The exception's name in the language (`KeyError`), or one of ours: `TimeoutError`,
   * `MemoryError`, `CrashError` (the process died), `ResultError` (what it gave is no JSON value,
   * too large or too deep), `LimitError` (too many files or calls), `ProtocolError` (it forged or
   * broke the channel).
   */
  readonly exception: string;
  readonly reason: string;
  /** In the file, from 1; null where it is unknown. */
  readonly line: number | null;
  /** What to do about it; null where the reason says all. */
  readonly hint: string | null;
}
