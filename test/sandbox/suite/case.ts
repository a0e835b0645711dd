import type { Json } from "../../../src/core/json.ts";
import type {
  Failure,
  Outcome,
  Sandbox,
  SandboxSession,
  SessionOptions,
} from "../../../src/sandbox/sandbox.ts";
import type { Snippets } from "./snippets.ts";

export type Language = "python" | "javascript";

/** What a case works with. Sessions have 5 seconds unless the case says otherwise. */
export interface Ground {
  readonly sandbox: Sandbox;
  readonly language: Language;
  readonly snippets: Snippets;
  open(options?: SessionOptions, signal?: AbortSignal): Promise<SandboxSession>;
  /** One run in a session of its own. */
  run(
    code: string,
    options?: SessionOptions & { readonly values?: Readonly<Record<string, Json>> },
  ): Promise<Outcome>;
}

export interface Case {
  /** For cases that the other language has no words for. */
  readonly only?: Language;
  check(ground: Ground): Promise<void>;
}

/** The value of a run that must not fail. */
export function valueOf(outcome: Outcome): Json {
  if (outcome.ok) return outcome.value;
  throw new Error(`Expected a value, and the run failed: ${JSON.stringify(outcome)}`);
}

/** The failure of a run that must fail. */
export function failureOf(outcome: Outcome): Failure {
  if (!outcome.ok) return outcome.failure;
  throw new Error(
    `Expected a failure, and the run gave ${JSON.stringify(outcome.value).slice(0, 200)}`,
  );
}

/** What a promise is rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (thrown) {
    return thrown;
  }
  throw new Error("Expected a rejection, and there was none");
}
