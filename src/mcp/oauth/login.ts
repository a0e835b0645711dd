import { randomBytes } from "node:crypto";
import {
  type AuthorizationServerMetadata,
  computeScopeUnion,
  exchangeAuthorization,
  type FetchLike,
  isHttpsUrl,
  registerClient,
  startAuthorization,
  validateAuthorizationResponseIssuer,
} from "@modelcontextprotocol/client";
import type { McpAddress } from "../../config/config.ts";
import { unlessAborted } from "../../core/waiting.ts";
import { cancellation, loginWanted, oneLine, serverError } from "../fault.ts";
import { type LoginPlace, unexpected } from "./authorizer.ts";
import { type Challenge, discover, type Discovery } from "./discovery.ts";
import { type Client, type Login, secretsOf, writeLogin } from "./logins.ts";
import { listenForLogin, type Loopback } from "./loopback.ts";
import { requireSafe, safeFetch } from "./safe-fetch.ts";
import { tokenOf } from "./token.ts";

export interface LoginOptions {
  /** Leads the user to a page. */
  readonly browse: (page: URL) => Promise<void> | void;
  readonly signal: AbortSignal;
  /** Rights to ask for beside those that are asked for anyway. @default none */
  readonly scope?: string | null;
}

/**
 * Lets the user log in at the server's authorization server, in a browser, and keeps what comes of
 * it: a code with a proof (PKCE), for this server and no other (RFC 8707), from the authorization
 * server that was asked (RFC 9207).
 * @throws {ModullmError} RLLM_014, RLLM_025, RLLM_022
 */
export async function logIn(
  place: LoginPlace,
  challenge: Challenge,
  options: LoginOptions,
): Promise<Login> {
  const { name, at, config, redactor } = place;
  const fetchFn = safeFetch(place);
  const state = randomBytes(32).toString("base64url");
  let loopback: Loopback | null = null;
  try {
    const found = await discover(place, challenge, fetchFn);
    requireProof(name, found);
    loopback = await listenForLogin({ state, port: at.auth.redirectPort });
    const { redirectUrl } = loopback;
    const scope = scopeOf(found, challenge, { at, more: options.scope ?? null });
    const client = await clientFor(found, { at, redirectUrl, scope, fetchFn });
    const { authorizationUrl, codeVerifier } = await startAuthorization(
      found.authorizationServerUrl,
      {
        ...metadataOf(found),
        clientInformation: client,
        redirectUrl,
        state,
        resource: found.resource,
        ...(scope === null ? {} : { scope }),
      },
    );
    await requireSafe(place, authorizationUrl);
    await options.browse(authorizationUrl);
    const answer = await unlessAborted(loopback.answer, options.signal, cancellation);
    const { code, iss } = readAnswer(name, answer, found);
    const given = await exchangeAuthorization(found.authorizationServerUrl, {
      ...metadataOf(found),
      clientInformation: client,
      authorizationCode: code,
      codeVerifier,
      redirectUri: redirectUrl,
      resource: found.resource,
      fetchFn,
      ...(iss === undefined ? {} : { iss }),
    });
    const { issuer, resource } = found;
    const token = tokenOf(name, given, { resource, scope });
    const login: Login = { url: at.url, resource, issuer, client, token };
    for (const secret of secretsOf(login)) redactor.add(secret);
    writeLogin(config.paths, name, login);
    return login;
  } catch (thrown) {
    throw unexpected(name, thrown);
  } finally {
    loopback?.close();
  }
}

function metadataOf({ metadata }: Discovery): { readonly metadata?: AuthorizationServerMetadata } {
  return metadata === undefined ? {} : { metadata };
}

/** A code without a proof could be used by whoever sees it. */
function requireProof(name: string, { metadata }: Discovery): void {
  if (metadata === undefined) return;
  if (metadata.code_challenge_methods_supported?.includes("S256")) return;
  throw serverError(name, {
    reason: "its authorization server does not say that it takes PKCE with S256",
    retryable: false,
  });
}

/** What the server asks for comes first; then what it has; then what the configuration says. */
function scopeOf(
  { scopes, metadata }: Discovery,
  challenge: Challenge,
  { at, more }: { readonly at: McpAddress; readonly more: string | null },
): string | null {
  const asked = challenge.scope ?? scopes ?? at.auth.scope ?? undefined;
  const all = computeScopeUnion(asked, more ?? undefined);
  if (all === undefined) return null;
  const lasts = metadata?.scopes_supported?.includes("offline_access") ?? false;
  return lasts ? (computeScopeUnion(all, "offline_access") ?? null) : all;
}

/** By the configuration, by a document about this client, or by a registration for this login. */
async function clientFor(
  { authorizationServerUrl, metadata }: Discovery,
  {
    at,
    redirectUrl,
    scope,
    fetchFn,
  }: {
    readonly at: McpAddress;
    readonly redirectUrl: string;
    readonly scope: string | null;
    readonly fetchFn: FetchLike;
  },
): Promise<Client> {
  const { clientId, clientSecret, clientMetadataUrl } = at.auth;
  if (clientId !== null)
    return {
      client_id: clientId,
      ...(clientSecret === null ? {} : { client_secret: clientSecret }),
    };
  const takesDocument = metadata?.client_id_metadata_document_supported === true;
  if (takesDocument && clientMetadataUrl !== null && isHttpsUrl(clientMetadataUrl))
    return { client_id: clientMetadataUrl };
  const methods = metadata?.token_endpoint_auth_methods_supported ?? ["none"];
  const method = METHODS.find((each) => methods.includes(each)) ?? "none";
  const registered = await registerClient(authorizationServerUrl, {
    ...(metadata === undefined ? {} : { metadata }),
    clientMetadata: {
      client_name: "ModuLLM",
      redirect_uris: [redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: method,
      application_type: "native",
    },
    fetchFn,
    ...(scope === null ? {} : { scope }),
  });
  const { client_id, client_secret, token_endpoint_auth_method } = registered;
  return {
    client_id,
    ...(client_secret === undefined ? {} : { client_secret }),
    ...(token_endpoint_auth_method === undefined ? {} : { token_endpoint_auth_method }),
  };
}

/** A program that anybody can read keeps no secret, so none comes first. */
const METHODS = ["none", "client_secret_basic", "client_secret_post"];

/** Who answered is checked before anything that the answer says is believed. */
function readAnswer(
  name: string,
  answer: URLSearchParams,
  { metadata }: Discovery,
): { readonly code: string; readonly iss: string | undefined } {
  const iss = answer.get("iss") ?? undefined;
  validateAuthorizationResponseIssuer({
    iss,
    expectedIssuer: metadata?.issuer,
    issParameterSupported: metadata?.authorization_response_iss_parameter_supported === true,
  });
  const code = answer.get("code");
  if (code !== null) return { code, iss };
  const said = answer.get("error_description") ?? answer.get("error") ?? "it gave no code";
  throw loginWanted(name, `the login was refused: ${oneLine(said)}`);
}
