import { isObject } from "../../core/json.ts";
import { unlessAborted } from "../../core/waiting.ts";
import { cancelled, Exchange } from "../exchange.ts";
import { providerFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";
import type { GoogleCredentials } from "./credentials.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** Seconds that an assertion is good for: the most that Google takes. */
const ASSERTION_LIFE = 3600;
/** Milliseconds before its end from which on a token is not used any more. */
const MARGIN = 60_000;
/** Milliseconds to get a token. */
const DEADLINE = 30_000;

export interface TokenRequest {
  readonly credentials: GoogleCredentials;
  readonly callee: Callee;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
}

/** Access tokens, each asked for once and used until a minute before its end. */
export class GoogleTokens {
  #token: { readonly value: string; readonly end: number } | null = null;
  #asking: Promise<string> | null = null;

  /**
   * @throws {ModullmError} RLLM_017 where the token's server refuses or fails, RLLM_022 where the
   * caller does not wait
   */
  async get({ signal, ...request }: TokenRequest): Promise<string> {
    if (this.#token !== null && this.#token.end > Date.now()) return this.#token.value;
    this.#asking ??= this.#ask(request).finally(() => (this.#asking = null));
    return await unlessAborted(this.#asking, signal, cancelled);
  }

  async #ask(request: Omit<TokenRequest, "signal">): Promise<string> {
    const asked = Date.now();
    const { token, seconds } = await askToken(request);
    this.#token = { value: token, end: asked + seconds * 1000 - MARGIN };
    return token;
  }
}

async function askToken({
  credentials,
  callee,
  fetch,
}: Omit<TokenRequest, "signal">): Promise<{ token: string; seconds: number }> {
  const { signal } = new AbortController();
  const url = new URL(credentials.tokenUrl);
  const at = { ...callee, host: url.host };
  const deadlines = { total: DEADLINE, first: null, stall: null };
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const exchange = new Exchange({ callee: at, fetch, signal, deadlines, headers });
  try {
    const body = new URLSearchParams(formOf(credentials, at)).toString();
    const text = await exchange.text(await exchange.fetch(url, { method: "POST", body }));
    const reply: unknown = JSON.parse(text);
    const { access_token: token, expires_in: seconds } = isObject(reply) ? reply : {};
    if (typeof token === "string" && typeof seconds === "number") return { token, seconds };
    throw providerFailure(at, `${url.host} sent no access token`, { retryable: false });
  } catch (thrown) {
    throw exchange.explain(thrown);
  } finally {
    exchange.close();
  }
}

function formOf(credentials: GoogleCredentials, callee: Callee): Record<string, string> {
  if (credentials.type === "authorized_user")
    return {
      grant_type: "refresh_token",
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
      refresh_token: credentials.refreshToken,
    };
  const { email, keyId, privateKey, tokenUrl } = credentials;
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: email, scope: SCOPE, aud: tokenUrl, iat: now, exp: now + ASSERTION_LIFE };
  const header = { alg: "RS256", typ: "JWT", ...(keyId === null ? {} : { kid: keyId }) };
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return { grant_type: BEARER, assertion: `${signed}.${signature(signed, privateKey, callee)}` };
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function signature(text: string, privateKey: string, callee: Callee): string {
  const { createSign } = process.getBuiltinModule("node:crypto");
  try {
    return createSign("RSA-SHA256").update(text).sign(privateKey, "base64url");
  } catch (cause) {
    const reason = "the private_key of the service account is none";
    throw providerFailure(callee, reason, { retryable: false, cause });
  }
}
