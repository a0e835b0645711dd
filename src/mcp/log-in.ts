import { computeScopeUnion } from "@modelcontextprotocol/client";
import type { McpServerConfig } from "../config/config.ts";
import { createConnection } from "./connection.ts";
import { serverError, variablesWanted } from "./fault.ts";
import { authorizerOf, type LoginPlace } from "./oauth/authorizer.ts";
import type { Challenge } from "./oauth/discovery.ts";
import { logIn, type LoginOptions } from "./oauth/login.ts";
import { type Login, readLogin, removeLogin, writeLogin } from "./oauth/logins.ts";

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
  const place = { name, at, config, redactor };
  const before = readLogin(config.paths, name, at.url);
  const scopes = [before?.token.scope, options.scope].map((each) => each ?? undefined);
  const scope = computeScopeUnion(...scopes) ?? null;
  let made: Login | null = null;
  async function withUser(challenge: Challenge): Promise<void> {
    made = await logIn(place, challenge, { ...options, scope });
  }
  removeLogin(config.paths, name);
  const authorizer = authorizerOf(place, withUser);
  const connection = createConnection({ name, server, env: {}, cwd: "/", redactor, authorizer });
  try {
    await connection.tools(options.signal);
    return made;
  } catch (thrown) {
    if (before === null) removeLogin(config.paths, name);
    else writeLogin(config.paths, name, before);
    throw thrown;
  } finally {
    await connection.close();
  }
}
