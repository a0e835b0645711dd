import type { OAuthSettings } from "./config.ts";
import type { Reader } from "./file-reader.ts";
import { keysIn } from "./keys.ts";

/** `auth`, `oauth` and `serve`; null where the file does not say. */
export interface ServingConfig {
  readonly auth: "on" | "off" | null;
  readonly oauth: OAuthSettings | null;
  readonly hosts: readonly string[];
}

export const NO_SERVING: ServingConfig = { auth: null, oauth: null, hosts: [] };

/** Signatures that a server can check with a public key only. */
export const SIGNATURES = ["RS256", "PS256", "ES256", "ES384", "EdDSA"] as const;

export function readServing(
  root: Readonly<Record<string, unknown>>,
  reader: Reader,
): ServingConfig {
  const serve = reader.mapping(root["serve"], ["serve"], keysIn("serve"));
  return {
    auth: readAuth(root["auth"], reader),
    oauth: readOAuth(root["oauth"], reader),
    hosts: reader.names(serve["hosts"], ["serve", "hosts"]),
  };
}

function readAuth(value: unknown, reader: Reader): ServingConfig["auth"] {
  const auth = reader.text(value, ["auth"]);
  if (auth === null || auth === "on" || auth === "off") return auth;
  return reader.wrong(["auth"], `must be on or off, but it is "${auth}"`);
}

function readOAuth(value: unknown, reader: Reader): OAuthSettings | null {
  const keys = reader.mapping(value, ["oauth"], keysIn("oauth"));
  const issuer = reader.url(keys["issuer"], ["oauth", "issuer"]);
  const algorithms = reader.names(keys["algorithms"], ["oauth", "algorithms"]);
  for (const [index, name] of algorithms.entries())
    if (!SIGNATURES.some((each) => each === name))
      reader.wrong(
        ["oauth", "algorithms", String(index)],
        `must be one of ${SIGNATURES.join(", ")}, but it is "${name}"`,
      );
  const settings = {
    audience: reader.text(keys["audience"], ["oauth", "audience"]),
    jwks: reader.url(keys["jwks"], ["oauth", "jwks"]),
    algorithms: algorithms.length > 0 ? algorithms : ["RS256", "ES256"],
    scopes: reader.names(keys["scopes"], ["oauth", "scopes"]),
  };
  if (issuer !== null) return { issuer, ...settings };
  if (Object.values(keys).some((each) => each !== null))
    reader.warnings.push("`oauth` counts for nothing: it names no issuer.");
  return null;
}
