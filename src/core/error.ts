import { CODES, type Code, type CodeEntry } from "./codes.ts";

/** A place in a text, for people: `line` and `column` count from 1. Stays on this machine. */
export interface SourcePlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** The text of that line, for the caret. */
  readonly text: string;
}

export interface ErrorFacts {
  readonly details?: Readonly<Record<string, unknown>>;
  /** Replaces the code's own hint. */
  readonly hint?: string;
  readonly expectedSchema?: unknown;
  readonly receivedPayload?: unknown;
  readonly place?: SourcePlace;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/**
 * Every failure a user can meet. Compare by `code`, never by class.
 *
 * @example
 * throw new ModullmError("RLLM_016", `Cannot read input file "x.json": there is no such file`, {
 *   details: { path },
 * });
 */
export class ModullmError extends Error {
  static {
    // A bundle may call the class by another name, which stack traces would show.
    Object.defineProperty(this, "name", { value: "ModullmError" });
  }

  readonly code: Code;
  readonly details: Readonly<Record<string, unknown>>;
  readonly hint: string;
  readonly expectedSchema: unknown;
  readonly receivedPayload: unknown;
  readonly place: SourcePlace | null;
  readonly retryable: boolean;

  constructor(code: Code, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    const entry: CodeEntry = CODES[code];
    this.name = entry.type;
    this.code = code;
    this.details = facts.details ?? {};
    this.hint = facts.hint ?? entry.hint;
    this.expectedSchema = facts.expectedSchema ?? null;
    this.receivedPayload = facts.receivedPayload ?? null;
    this.place = facts.place ?? null;
    this.retryable = facts.retryable ?? entry.retryable;
  }
}

/** What is printed on stdout when a command fails. */
export interface ErrorPayload {
  readonly error_code: Code;
  readonly error_type: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly expected_schema: unknown;
  readonly received_payload: unknown;
  readonly recovery_hint: string;
  readonly doc_ref: string;
}

export function errorPayload(error: ModullmError): ErrorPayload {
  const { place, details } = error;
  // A line that the details have is what they mean by it: that of a block's code, say.
  return {
    error_code: error.code,
    error_type: CODES[error.code].type,
    message: error.message,
    details: place === null ? details : { line: place.line, column: place.column, ...details },
    expected_schema: error.expectedSchema,
    received_payload: error.receivedPayload,
    recovery_hint: error.hint,
    doc_ref: `docs/errors.md#${error.code}`,
  };
}

/** Anything thrown, as a `ModullmError`: an unknown thing is a bug of ours (`RLLM_999`). */
export function toModullmError(thrown: unknown): ModullmError {
  if (thrown instanceof ModullmError) return thrown;
  const exception = thrown instanceof Error ? thrown.name : typeof thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ModullmError("RLLM_999", `Unexpected failure: ${message}`, {
    details: { exception },
    cause: thrown,
  });
}

/**
 * The same error with more details: used where an outer layer knows more than the one that threw.
 */
export function withDetails(
  error: ModullmError,
  details: Readonly<Record<string, unknown>>,
): ModullmError {
  return changed(error, { details: { ...error.details, ...details } });
}

/** The same error with another hint. */
export function withHint(error: ModullmError, hint: string): ModullmError {
  return changed(error, { hint });
}

/** One step from a program to a program it uses, as `details.chain` shows it. */
export interface ChainStep {
  /** The entry's name in `uses`. */
  readonly name: string;
  readonly path: string;
  /** The element of `each`, from 0. */
  readonly item?: number;
}

/** The error of a child, with one more step at the outer end of its chain. */
export function inChild(error: ModullmError, step: ChainStep): ModullmError {
  const chain = (error.details["chain"] as readonly ChainStep[] | undefined) ?? [];
  return withDetails(error, { chain: [step, ...chain] });
}

function changed(error: ModullmError, facts: Pick<ErrorFacts, "details" | "hint">): ModullmError {
  return new ModullmError(error.code, error.message, {
    details: error.details,
    hint: error.hint,
    expectedSchema: error.expectedSchema,
    receivedPayload: error.receivedPayload,
    retryable: error.retryable,
    cause: error,
    ...(error.place ? { place: error.place } : {}),
    ...facts,
  });
}
