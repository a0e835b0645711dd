import { computeScopeUnion } from "@modelcontextprotocol/client";
import type { McpServerConfig } from "../config/config.ts";
import { createConnection } from "./connection.ts";
import { serverError, variablesWanted } from "./fault.ts";
import { authorizerOf, type LoginPlace } from "./oauth/authorizer.ts";
import { type Challenge, discover } from "./oauth/discovery.ts";
import { logIn, type LoginOptions } from "./oauth/login.ts";
import { type Login, readLogin, removeLogin, writeLogin } from "./oauth/logins.ts";
import { safeFetch } from "./oauth/safe-fetch.ts";

export interface LogInOptions extends LoginOptions {
  readonly place: Pick<LoginPlace, "config" | "redactor">;
}

/**
 * Lets the user log in at a server, as the server itself asks for it. What was granted before is
 * asked for again; where the login fails, the one that there was is left.
 * @returns null where the server asks for none
 * @throws {ModullmError} as `logIn` does
 */
export async function logInTo(
  name: string,
  server: McpServerConfig,
  { place: { config, redactor }, ...options }: LogInOptions,
): Promise<Login | null> {
  const { at } = server;
  if (at.kind !== "http")
    throw serverError(name, {
      reason: "it is started here, and gets what it needs as variables, not by a login",
      retryable: false,
    });
  if (server.missing.length > 0) throw variablesWanted(name, server.missing);
  const place: LoginPlace = { name, at, config, redactor };
  const before = readLogin(config.paths, name, at.url);
  const scopes = [before?.token.scope, options.scope].map((each) => each ?? undefined);
  const scope = computeScopeUnion(...scopes) ?? null;
  let challenge: Challenge | null = null;
  removeLogin(config.paths, name);
  const authorizer = authorizerOf(place, (asked) => (challenge = asked));
  const connection = createConnection({ name, server, env: {}, cwd: "/", redactor, authorizer });
  try {
    await connection.tools(options.signal).catch((thrown: unknown) => {
      if (challenge === null) throw thrown;
    });
    // Some ask when a tool is called, and say beforehand that they will.
    if (challenge === null && !(await offersLogin(place))) return null;
    const login = await logIn(place, challenge ?? {}, { ...options, scope });
    // A token that the server does not take is none.
    await connection.tools(options.signal);
    return login;
  } catch (thrown) {
    if (before === null) removeLogin(config.paths, name);
    else writeLogin(config.paths, name, before);
    throw thrown;
  } finally {
    await connection.close();
  }
}

async function offersLogin(place: LoginPlace): Promise<boolean> {
  const found = await discover(place, {}, safeFetch(place)).catch(() => null);
  return found?.isTold ?? false;
}
