import type { OAuthSettings } from "../config/config.ts";

/** What clients need to get a token, by RFC 9728. */
export interface ResourceMetadata {
  /** The documents, by their path. */
  readonly documents: Readonly<Record<string, unknown>>;
  /** Parameters of `WWW-Authenticate` that lead there. */
  readonly challenge: Readonly<Record<string, string>>;
}

const PLACE = "/.well-known/oauth-protected-resource";

/** @param resource the address of the face, as clients write it, which is what tokens are for */
export function resourceMetadata(resource: string, settings: OAuthSettings): ResourceMetadata {
  const { issuer, scopes } = settings;
  const { origin, pathname } = new URL(resource);
  const path = pathname === "/" ? "" : pathname;
  const document = {
    resource,
    authorization_servers: [issuer],
    bearer_methods_supported: ["header"],
    resource_name: "ModuLLM",
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
  };
  return {
    documents: { [PLACE]: document, [`${PLACE}${path}`]: document },
    challenge: {
      resource_metadata: `${origin}${PLACE}${path}`,
      ...(scopes.length === 0 ? {} : { scope: scopes.join(" ") }),
    },
  };
}
