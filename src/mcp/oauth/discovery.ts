import {
  type AuthorizationServerMetadata,
  checkResourceAllowed,
  discoverOAuthServerInfo,
  extractWWWAuthenticateParams,
  type FetchLike,
  resourceUrlFromServerUrl,
} from "@modelcontextprotocol/client";
import { serverError } from "../fault.ts";

/** What a server said with its 401 or 403. */
export interface Challenge {
  readonly resourceMetadataUrl?: URL | undefined;
  readonly scope?: string | undefined;
}

/** Where a login is given, and for what. */
export interface Discovery {
  readonly authorizationServerUrl: string;
  readonly metadata: AuthorizationServerMetadata | undefined;
  /** What credentials are bound to. */
  readonly issuer: string;
  /** What a token is asked for. */
  readonly resource: string;
  /** The rights that the server has, as it says; null where it does not. */
  readonly scopes: string | null;
  /** Whether the server says of itself where logins are given. */
  readonly isTold: boolean;
}

export function challengeOf(response: Response): Challenge {
  const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(response);
  return { resourceMetadataUrl, scope };
}

/**
 * Looks up who gives logins for a server. @throws {ModullmError} RLLM_025 for a server that says it
 * is another: its token would be for that one
 */
export async function discover(
  { name, at }: { readonly name: string; readonly at: { readonly url: string } },
  { resourceMetadataUrl }: Challenge,
  fetchFn: FetchLike,
): Promise<Discovery> {
  const info = await discoverOAuthServerInfo(at.url, {
    fetchFn,
    ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
  });
  const { resourceMetadata, authorizationServerUrl, authorizationServerMetadata } = info;
  const own = resourceUrlFromServerUrl(at.url);
  const said = resourceMetadata?.resource ?? own.href;
  if (!checkResourceAllowed({ requestedResource: own, configuredResource: said }))
    throw serverError(name, {
      reason: `it says that logins are for "${said}", which is another server`,
      retryable: false,
    });
  return {
    authorizationServerUrl,
    metadata: authorizationServerMetadata,
    issuer: authorizationServerMetadata?.issuer ?? authorizationServerUrl,
    resource: said,
    scopes: resourceMetadata?.scopes_supported?.join(" ") ?? null,
    isTold: resourceMetadata !== undefined,
  };
}
