import type { OAuthSettings } from "../config/config.ts";
import { isObject } from "../core/json.ts";
import { LOCAL_USER, type Principal } from "../core/principal.ts";
import { unauthorized } from "./authorities.ts";
import type { Authority, Refusal } from "./face.ts";
import { createKeySet, type KeySetOptions } from "./jwks.ts";
import { SIGNATURE_KINDS } from "./signatures.ts";

export interface TokenOptions extends KeySetOptions {
  readonly settings: OAuthSettings;
  /** What tokens must be made for. */
  readonly audience: string;
}

/** Seconds by which two clocks may differ. */
const LEEWAY = 60;
/** Characters of a token. */
const LONGEST = 16_384;

/** Takes JSON Web Tokens of one issuer: signed by its key, for this server, and still good. */
export function jwtAuthority({ settings, audience, ...rest }: TokenOptions): Authority {
  const keys = createKeySet(settings, rest);

  async function authenticate(token: string | null): Promise<Principal | Refusal> {
    if (token === null || token.length > LONGEST) return unauthorized(token);
    const parts = token.split(".");
    const [header, claims] = parts.slice(0, 2).map(readPart);
    if (parts.length !== 3 || !header || !claims) return unauthorized(token);
    const { alg, kid } = header;
    if (typeof alg !== "string" || !settings.algorithms.includes(alg)) return unauthorized(token);
    const key = await keys.find(alg, typeof kid === "string" ? kid : null);
    const signed = new TextEncoder().encode(parts.slice(0, 2).join("."));
    const signature = new Uint8Array(fromBase64(parts[2]));
    if (key === null || !(await verify(alg, key, { signature, signed })))
      return unauthorized(token);
    if (!isGood(claims, { issuer: settings.issuer, audience })) return unauthorized(token);
    const missing = settings.scopes.filter((scope) => !scopesOf(claims).includes(scope));
    return missing.length > 0 ? tooNarrow(settings.scopes) : principalOf(claims);
  }

  return { authenticate };
}

async function verify(
  algorithm: string,
  key: CryptoKey,
  { signature, signed }: Readonly<Record<"signature" | "signed", Uint8Array<ArrayBuffer>>>,
): Promise<boolean> {
  const kind = SIGNATURE_KINDS[algorithm];
  return kind !== undefined && (await crypto.subtle.verify(kind, key, signature, signed));
}

type Claims = Readonly<Record<string, unknown>>;

function isGood(
  claims: Claims,
  { issuer, audience }: { readonly issuer: string; readonly audience: string },
): boolean {
  const { iss, aud, exp, nbf = 0, sub } = claims;
  const now = Date.now() / 1000;
  return (
    iss === issuer &&
    [aud].flat().includes(audience) &&
    typeof exp === "number" &&
    now < exp + LEEWAY &&
    typeof nbf === "number" &&
    nbf - LEEWAY <= now &&
    typeof sub === "string" &&
    sub !== ""
  );
}

function principalOf(claims: Claims): Principal {
  const { sub, client_id: client, azp } = claims;
  const known = [client, azp].find((each) => typeof each === "string");
  return { ...LOCAL_USER, id: `oauth:${String(sub)}`, client: known ?? null };
}

function scopesOf({ scope, scp }: Claims): readonly unknown[] {
  return typeof scope === "string" ? scope.split(" ") : [scp ?? []].flat();
}

function tooNarrow(scopes: readonly string[]): Refusal {
  const challenge = { error: "insufficient_scope", scope: scopes.join(" ") };
  return { status: 403, reason: "the token lacks a scope", challenge };
}

function readPart(part: string): Claims | null {
  try {
    const value: unknown = JSON.parse(fromBase64(part).toString("utf8"));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function fromBase64(text = ""): Buffer {
  return Buffer.from(text, "base64url");
}
