import { createRedactor } from "../redaction/redactor.ts";
import { ModullmError } from "../core/error.ts";
import { jsonFault, writeJson } from "../core/json.ts";
import { readError } from "./said.ts";
import type { Said } from "./said.ts";
import { refusesTools, toolsHint } from "./tools/refused.ts";
import { askedWait } from "./waits.ts";

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
  /** Nothing listens at the address, or at the proxy. */
  readonly refused?: boolean;
  /** The proxy that the call failed at. */
  readonly proxy?: string;
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
      ...(facts.proxy === undefined ? {} : { proxy: facts.proxy }),
      ...(facts.deadline === undefined ? {} : { deadline: facts.deadline }),
    },
    retryable: facts.retryable,
    ...(facts.hint === undefined ? {} : { hint: facts.hint }),
    ...(facts.cause === undefined ? {} : { cause: facts.cause }),
  });
}

/** What an answer with an error status means. @param url the address that was asked */
export function statusFailure(
  callee: Callee,
  response: Response,
  { body, url }: { readonly body: string; readonly url: URL },
): ModullmError {
  const said = saidBy(body, callee);
  const { status, headers } = response;
  const hint = statusHint(status, callee, { said, url });
  return providerFailure(
    callee,
    `${callee.host} answered ${status}${said.text === "" ? "" : `: ${said.text}`}`,
    {
      status,
      code: said.code,
      retryable:
        mayRetry(status, said.code, headers.get("x-should-retry")) &&
        !NO_GRAMMAR.test(said.text) &&
        !refusesTools(said.text),
      retryAfterMs: askedWait(status, headers) ?? said.retryAfterMs,
      ...(hint === null ? {} : { hint }),
    },
  );
}

/** An error that came with status 200 or in the middle of a stream: an object, or a plain text. */
export function inBandFailure(
  callee: Callee,
  event: Readonly<Record<string, unknown>> | string,
): ModullmError {
  const said = saidBy(typeof event === "string" ? event : writable(event), callee);
  const refused =
    REFUSALS.test(said.code ?? "") ||
    OUT_OF_MONEY.test(said.text) ||
    NO_GRAMMAR.test(said.text) ||
    refusesTools(said.text);
  const retryable = said.status === null ? !refused : mayRetry(said.status, said.code, null);
  const hint =
    said.status === null
      ? toolsHint(said.text)
      : statusHint(said.status, callee, { said, url: null });
  return providerFailure(callee, `${callee.host} reported an error: ${said.text}`, {
    status: said.status,
    code: said.code,
    retryable,
    retryAfterMs: said.retryAfterMs,
    ...(hint === null ? {} : { hint }),
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
  const reason = reasonOf(thrown);
  if (status === 400 || status === 422) return words.test(reason);
  return (status === 500 || status === null) && NO_GRAMMAR.test(reason);
}

/** Older servers of llama.cpp's kind say it with 500, or in a stream that has begun. */
const NO_GRAMMAR =
  /fail\w* to (parse|compile|build|convert|initiali[sz]e|load)\b.*(grammar|sampler|schema)|schema conversion failed|(invalid|unsupported) (grammar|format|schema)/i;

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

/** How servers say within a reply that nothing is left to pay with. */
const OUT_OF_MONEY =
  /insufficient[_ ](quota|credits?|balance|funds)|exceeded your current quota|credit balance is too low|out of credits/i;

interface Answered {
  readonly said: Said;
  /** The address that was asked; null within a stream. */
  readonly url: URL | null;
}

/** What to do about a status; null where nothing more definite can be said than the code's hint. */
function statusHint(status: number, callee: Callee, { said, url }: Answered): string | null {
  const { provider, host } = callee;
  const tools = toolsHint(said.text);
  if (tools !== null) return tools;
  if (/plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server/i.test(said.text))
    return `Write the base URL with https: ${host} does not take plain http.`;
  if (status === 401 || status === 403)
    return `Check the key for ${provider}, and what it may be used for.`;
  if (status === 402) return `The account at ${provider} has nothing left to pay with.`;
  if (status === 404 || status === 405) {
    const asked = url === null ? host : `${url.origin}${url.pathname}`;
    return `Check the model's name and the base URL: ${asked} was asked.${versionHint(url)}`;
  }
  if (status === 407)
    return (
      "A proxy wants a user and password: check HTTP_PROXY and HTTPS_PROXY, or name the host " +
      "in NO_PROXY."
    );
  if (status === 429)
    return `Wait, raise the limit at ${provider}, or name another model in llm.fallbacks.`;
  if (status < 500) return null;
  return status === 502 || status === 503 || status === 504
    ? `The server behind ${host} is down or busy: run it again later, or name another model in ` +
        "llm.fallbacks."
    : `The fault is at ${host}: run it again later, or name another model in llm.fallbacks.`;
}

/** What a base URL may lack; empty where it has a path. */
export function versionHint(url: URL | null): string {
  return url !== null && /^\/(chat\/completions|responses|models)$/.test(url.pathname)
    ? ` Most servers have their protocol under /v1: try the base URL ${url.origin}/v1.`
    : "";
}

/** What the body says, fit to be shown. */
function saidBy(body: string, callee: Callee): Said {
  const said = readError(body);
  return { ...said, text: excerpt(said.text, callee) };
}

/** In every form that a redactor knows; a cut must not come before it. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  const plain = secrets.reduce(
    (rest, secret) => (secret === "" ? rest : rest.replaceAll(secret, "[key]")),
    text,
  );
  return createRedactor(secrets).text(plain);
}
