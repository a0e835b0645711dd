import { type AuthProvider, OAuthError, refreshAuthorization } from "@modelcontextprotocol/client";
import type { Config, McpAddress } from "../../config/config.ts";
import { ModullmError } from "../../core/error.ts";
import type { Redactor } from "../../redaction/redactor.ts";
import { loginWanted, oneLine } from "../fault.ts";
import { type Challenge, challengeOf, discover } from "./discovery.ts";
import { type Login, readLogin, removeLogin, secretsOf, writeLogin } from "./logins.ts";
import { safeFetch } from "./safe-fetch.ts";
import { tokenOf } from "./token.ts";

/** Gives the requests to one server their token, and another one after a 401. */
export type Authorizer = Required<AuthProvider>;

/** The server that a login is for, and where logins are kept. */
export interface LoginPlace {
  readonly name: string;
  readonly at: McpAddress;
  readonly config: Pick<Config, "paths">;
  /** Is told each secret before it is used. */
  readonly redactor: Redactor;
}

/** Milliseconds before its end at which a token is not used any more. */
const SOON = 30_000;

/**
 * What is on record of a server, refreshed when it has to be. Where none is left that does, whoever
 * asks is told that a login is wanted.
 * @param wanted told what the server asks for then
 */
export function authorizerOf(
  place: LoginPlace,
  wanted: (challenge: Challenge) => void = () => {},
): Authorizer {
  const { name, at } = place;
  let sent: string | null = null;
  let refreshing: Promise<Login | null> | null = null;

  /** One at a time: a second use of a refresh token would make the first one's worthless. */
  async function refreshed(stale: Login, challenge: Challenge): Promise<Login | null> {
    refreshing ??= refresh(place, stale, challenge).finally(() => (refreshing = null));
    return await refreshing;
  }

  return {
    async token() {
      const known = readKnown(place);
      const isOver = known !== null && isStale(known);
      const fit = isOver ? await refreshed(known, {}) : known;
      sent = (fit ?? known)?.token.access ?? null;
      return sent ?? undefined;
    },
    async onUnauthorized({ response }) {
      const challenge = challengeOf(response);
      const known = readKnown(place);
      // Another process has got another one meanwhile.
      if (known !== null && known.token.access !== sent) return;
      if (known !== null && (await refreshed(known, challenge)) !== null) return;
      wanted(challenge);
      const has = known !== null || at.headers["Authorization"] !== undefined;
      throw loginWanted(name, has ? "it does not take the one there is" : "there is none");
    },
  };
}

function readKnown({ name, at, config, redactor }: LoginPlace): Login | null {
  const login = readLogin(config.paths, name, at.url);
  for (const secret of login === null ? [] : secretsOf(login)) redactor.add(secret);
  return login;
}

function isStale({ token: { expires, refresh: again } }: Login): boolean {
  return again !== null && expires !== null && expires - SOON < Date.now();
}

/** Null where there is nothing to refresh, or the authorization server refuses to. */
async function refresh(
  place: LoginPlace,
  login: Login,
  challenge: Challenge,
): Promise<Login | null> {
  const { name, config, redactor } = place;
  const { token, client, issuer, resource } = login;
  if (token.refresh === null) return null;
  const fetchFn = safeFetch(place);
  try {
    const found = await discover(place, challenge, fetchFn);
    // A login of one authorization server is nothing for another.
    if (found.issuer !== issuer) return null;
    const given = await refreshAuthorization(found.authorizationServerUrl, {
      clientInformation: client,
      refreshToken: token.refresh,
      resource,
      fetchFn,
      ...(found.metadata === undefined ? {} : { metadata: found.metadata }),
    });
    const next = { ...login, token: tokenOf(name, given, { resource, scope: token.scope }) };
    for (const secret of secretsOf(next)) redactor.add(secret);
    writeLogin(config.paths, name, next);
    return next;
  } catch (thrown) {
    if (!(thrown instanceof OAuthError)) throw unexpected(name, thrown);
    return afterRefusal(place, login);
  }
}

/** Another process may have used the refresh token just before; else it is worth nothing more. */
function afterRefusal({ name, at, config }: LoginPlace, login: Login): Login | null {
  const now = readLogin(config.paths, name, at.url);
  if (now !== null && now.token.access !== login.token.access) return now;
  removeLogin(config.paths, name);
  return null;
}

/** What whoever asked is told of a failure on the way to a login. */
export function unexpected(name: string, thrown: unknown): ModullmError {
  if (thrown instanceof ModullmError) return thrown;
  const reason = oneLine(thrown instanceof Error ? thrown.message : String(thrown));
  return loginWanted(name, `the login could not be made or renewed: ${reason}`);
}
