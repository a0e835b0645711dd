import { checkResourceAllowed, type OAuthTokens } from "@modelcontextprotocol/client";
import { isObject } from "../../core/json.ts";
import { loginWanted } from "../fault.ts";
import type { Token } from "./logins.ts";

/**
 * A token as an authorization server gave it. @throws {ModullmError} RLLM_014 for one that says of
 * itself that it is for another server
 */
export function tokenOf(
  server: string,
  given: OAuthTokens,
  { resource, scope = null }: { readonly resource: string; readonly scope?: string | null },
): Token {
  const other = otherAudience(given.access_token, resource);
  if (other !== null)
    throw loginWanted(server, `the token that was given is for "${other}", not for "${resource}"`);
  const { expires_in: seconds } = given;
  return {
    access: given.access_token,
    refresh: given.refresh_token ?? null,
    expires: seconds === undefined ? null : Date.now() + seconds * 1000,
    scope: given.scope ?? scope,
  };
}

/**
 * The audience of a token that can be read and names other servers only. Names that are no
 * addresses say nothing: authorization servers have names of their own for what they guard.
 */
function otherAudience(token: string, resource: string): string | null {
  const audiences = audiencesOf(token);
  const [first = null] = audiences;
  const isOther = (audience: string): boolean =>
    /^https?:\/\//i.test(audience) &&
    URL.canParse(audience) &&
    !checkResourceAllowed({ requestedResource: resource, configuredResource: audience });
  return first !== null && audiences.every(isOther) ? first : null;
}

function audiencesOf(token: string): readonly string[] {
  const [, payload = "", signature] = token.split(".");
  if (signature === undefined) return [];
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const audience = isObject(claims) ? claims["aud"] : undefined;
    return [audience].flat().filter((each) => typeof each === "string");
  } catch {
    return [];
  }
}
