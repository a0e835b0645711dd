import type { OAuthSettings } from "../config/config.ts";
import { isObject, objectsIn } from "../core/json.ts";
import { SIGNATURE_KINDS } from "./signatures.ts";

export interface KeySetOptions {
  /** Told why keys can't be had; tokens are refused then. */
  readonly report: (thrown: unknown) => void;
  /** @default the platform's */
  readonly fetch?: typeof fetch;
}

/** The public keys of an issuer, fetched when a token needs one. */
export interface KeySet {
  /** @param id the key's, where the token names one */
  find(algorithm: string, id: string | null): Promise<CryptoKey | null>;
}

/** Milliseconds for which keys are kept. */
const KEEP_MS = 600_000;
/** And for which a key that is not among them is not looked for again. */
const PAUSE_MS = 30_000;
const FETCH_MS = 10_000;
/** Bytes of a document. */
const LARGEST = 1_000_000;

type Jwk = Readonly<Record<string, unknown>>;

export function createKeySet(settings: OAuthSettings, options: KeySetOptions): KeySet {
  const { report, fetch: get = fetch } = options;
  let [kept, fetched]: [readonly Jwk[], number] = [[], Number.NEGATIVE_INFINITY];
  let fetching: Promise<void> | null = null;

  async function refresh(): Promise<void> {
    try {
      const address = settings.jwks ?? (await findAddress(settings.issuer, get));
      kept = objectsIn((await getJson(address, get))["keys"]);
    } catch (thrown) {
      report(thrown);
    } finally {
      [fetched, fetching] = [performance.now(), null];
    }
  }

  async function find(algorithm: string, id: string | null): Promise<CryptoKey | null> {
    if (performance.now() - fetched > KEEP_MS) await (fetching ??= refresh());
    if (!choose(kept, algorithm, id) && performance.now() - fetched > PAUSE_MS)
      await (fetching ??= refresh());
    const jwk = choose(kept, algorithm, id);
    const kind = SIGNATURE_KINDS[algorithm];
    if (!jwk || !kind) return null;
    return await crypto.subtle.importKey("jwk", jwk, kind, false, ["verify"]).catch(() => null);
  }

  return { find };
}

/** The key of a token; one that says what it is for is used for nothing else. */
function choose(keys: readonly Jwk[], algorithm: string, id: string | null): Jwk | null {
  const fitting = keys.filter(
    ({ kid, alg = algorithm, use = "sig", kty }) =>
      alg === algorithm &&
      use === "sig" &&
      kty === SIGNATURE_KINDS[algorithm]?.keys &&
      (id ?? kid) === kid,
  );
  return fitting.length === 1 || id !== null ? (fitting[0] ?? null) : null;
}

/** By RFC 8414, or as OpenID Connect has it. */
async function findAddress(issuer: string, get: typeof fetch): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname === "/" ? "" : pathname.replace(/\/$/, "");
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  for (const place of places) {
    const { issuer: said, jwks_uri: address } = await getJson(place, get).catch((): Jwk => ({}));
    if (said === issuer && typeof address === "string") return address;
  }
  throw new Error(`the issuer "${issuer}" does not say where its keys are`);
}

async function getJson(address: string, get: typeof fetch): Promise<Jwk> {
  const signal = AbortSignal.timeout(FETCH_MS);
  const response = await get(address, { signal, headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${address} answers with ${response.status}`);
  const text = await response.text();
  if (text.length > LARGEST) throw new Error(`${address} gives too much`);
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error(`${address} gives no object`);
  return value;
}
