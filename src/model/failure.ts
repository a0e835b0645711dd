import { ModullmError } from "../core/error.ts";
import { jsonFault, writeJson } from "../core/json.ts";
import { readError } from "./said.ts";
import type { Said } from "./said.ts";

/**
 * Who was called, for messages and details; `secrets` are cut out of whatever a server sends back.
 */
export interface Callee {
  readonly provider: string;
  /** `provider/name`, as the program wrote it. */
  readonly model: string;
  readonly host: string;
  readonly secrets: readonly string[];
}

export interface FailureFacts {
  /** HTTP status; null for a failure of transport. */
  readonly status?: number | null;
  readonly retryable: boolean;
  /** What the server calls it: `context_length_exceeded`, `content_filter`, … */
  readonly code?: string | null;
  /** How long the server asks to wait. */
  readonly retryAfterMs?: number | null;
  /** Nothing listens at the address. */
  readonly refused?: boolean;
  /** Which limit was passed: `connect`, `first`, `gap` or `total`. */
  readonly deadline?: string;
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Longest piece of a server's reply that is shown. */
const EXCERPT = 300;

/**
 * RLLM_017: `reason` is the part after "Cannot call model …:" and may hold what the server said.
 */
export function providerFailure(callee: Callee, reason: string, facts: FailureFacts): ModullmError {
  const shown = withoutSecrets(reason, callee.secrets);
  return new ModullmError("RLLM_017", `Cannot call model "${callee.model}": ${shown}`, {
    details: {
      provider: callee.provider,
      model: callee.model,
      status: facts.status ?? null,
      retryable: facts.retryable,
      attempts: 1,
      reason: shown,
      ...(facts.code ? { provider_code: facts.code } : {}),
      ...(facts.retryAfterMs === undefined || facts.retryAfterMs === null
        ? {}
        : { retry_after_ms: facts.retryAfterMs }),
      ...(facts.refused ? { refused: true } : {}),
      ...(facts.deadline === undefined ? {} : { deadline: facts.deadline }),
    },
    retryable: facts.retryable,
    ...(facts.hint === undefined ? {} : { hint: facts.hint }),
    ...(facts.cause === undefined ? {} : { cause: facts.cause }),
  });
}

/** What a failed `fetch` or a broken body means. */
export function transportFailure(callee: Callee, thrown: unknown): ModullmError {
  const code = transportCode(thrown);
  if (code === "ECONNREFUSED" || code === "ConnectionRefused") {
    return providerFailure(callee, `nothing listens at ${callee.host}`, {
      retryable: true,
      refused: true,
      cause: thrown,
      hint: `Is the server at ${callee.host} running? Start it, or correct the base URL.`,
    });
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "FailedToOpenSocket") {
    return providerFailure(callee, `the host ${callee.host} can't be found`, {
      retryable: true,
      cause: thrown,
      hint: `Check the network and the spelling of ${callee.host}.`,
    });
  }
  if (/CERT|SELF_SIGNED|TLS|SSL/.test(code)) {
    return providerFailure(callee, `the certificate of ${callee.host} is not accepted (${code})`, {
      retryable: false,
      cause: thrown,
      hint: `Check the address and the certificate of ${callee.host}; NODE_EXTRA_CA_CERTS adds an authority.`,
    });
  }
  return providerFailure(
    callee,
    `the connection to ${callee.host} broke${code === "" ? "" : ` (${code})`}`,
    {
      retryable: true,
      cause: thrown,
      hint: `Check the network and the state of ${callee.host}, then run it again.`,
    },
  );
}

/** What an answer with an error status means. */
export function statusFailure(callee: Callee, response: Response, body: string): ModullmError {
  const said = saidBy(body, callee);
  const { status } = response;
  const retryAfterMs = retryAfter(response.headers) ?? said.retryAfterMs;
  return providerFailure(
    callee,
    `${callee.host} answered ${status}${said.text === "" ? "" : `: ${said.text}`}`,
    {
      status,
      code: said.code,
      retryable: mayRetry(status, said.code, response.headers.get("x-should-retry")),
      retryAfterMs,
      ...statusHint(status, callee),
    },
  );
}

/** An `{"error": …}` that came with status 200 or in the middle of a stream. */
export function inBandFailure(
  callee: Callee,
  event: Readonly<Record<string, unknown>>,
): ModullmError {
  const said = saidBy(writable(event), callee);
  const retryable =
    said.status === null ? !REFUSALS.test(said.code ?? "") : mayRetry(said.status, said.code, null);
  return providerFailure(callee, `${callee.host} reported an error: ${said.text}`, {
    status: said.status,
    code: said.code,
    retryable,
  });
}

function writable(event: Readonly<Record<string, unknown>>): string {
  return jsonFault(event) === null ? writeJson(event) : "";
}

/** What a failure's message says behind the colon. */
export function reasonOf(failure: ModullmError): string {
  const { reason } = failure.details;
  return typeof reason === "string" ? reason : failure.message;
}

/**
 * Whether a server says no to the form of the answer, not to the question. @param words by which it
 * says so
 */
export function refusesSchema(thrown: unknown, words: RegExp): thrown is ModullmError {
  if (!(thrown instanceof ModullmError) || thrown.code !== "RLLM_017") return false;
  const { status } = thrown.details;
  return (status === 400 || status === 422) && words.test(reasonOf(thrown));
}

/**
 * A short, one-line piece of a body, for messages; secrets go first, so that no cut leaves half of
 * one.
 */
export function excerpt(body: string, callee: Callee): string {
  const line = withoutSecrets(body, callee.secrets)
    .slice(0, EXCERPT * 4)
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > EXCERPT ? `${line.slice(0, EXCERPT)}…` : line;
}

const REFUSALS =
  /quota|invalid|authentication|permission|not_found|context_length|content_(filter|policy)/i;

function mayRetry(status: number, code: string | null, shouldRetry: string | null): boolean {
  if (shouldRetry === "false") return false;
  if (code !== null && /insufficient_quota/i.test(code)) return false;
  const transient = status === 408 || status === 409 || status === 429 || status >= 500;
  return transient || (shouldRetry === "true" && ![400, 401, 403, 404, 422].includes(status));
}

function statusHint(status: number, callee: Callee): { hint?: string } {
  if (status === 401 || status === 403)
    return { hint: `Check the key for ${callee.provider}, and what it may be used for.` };
  if (status === 404) return { hint: `Check the model's name and the base URL (${callee.host}).` };
  if (status === 429)
    return {
      hint: `Wait, raise the limit at ${callee.provider}, or name another model in llm.fallbacks.`,
    };
  return {};
}

/**
 * Milliseconds from `retry-after-ms` or `retry-after` (seconds or an HTTP date); null when the
 * server does not say.
 */
function retryAfter(headers: Headers): number | null {
  const milliseconds = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (milliseconds >= 0) return milliseconds;
  const after = headers.get("retry-after");
  if (after === null) return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(after)) return Number.parseFloat(after) * 1000;
  const date = Date.parse(after);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

/** What the body says, fit to be shown. */
function saidBy(body: string, callee: Callee): Said {
  const said = readError(body);
  return { ...said, text: excerpt(said.text, callee) };
}

function transportCode(thrown: unknown): string {
  for (
    let error = thrown, depth = 0;
    error instanceof Error && depth < 4;
    error = error.cause, depth++
  ) {
    const code: unknown = "code" in error ? error.code : undefined;
    if (typeof code === "string" && code !== "") return code;
  }
  return "";
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (rest, secret) => (secret === "" ? rest : rest.replaceAll(secret, "[key]")),
    text,
  );
}
