import { computeScopeUnion } from "@modelcontextprotocol/client";
import type { McpServerConfig } from "../config/config.ts";
import { createConnection } from "./connection.ts";
import { serverError, variablesWanted } from "./fault.ts";
import { authorizerOf, type LoginPlace } from "./oauth/authorizer.ts";
import type { Challenge } from "./oauth/discovery.ts";
import { logIn, type LoginOptions } from "./oauth/login.ts";
import { type Login, readLogin, removeLogin } from "./oauth/logins.ts";

export interface LogInOptions extends LoginOptions {
  readonly place: Pick<LoginPlace, "config" | "redactor">;
}

/**
 * Lets the user log in at a server, as the server itself asks for it. The login that there was is
 * forgotten. @returns null where the server asks for none @throws {ModullmError} as `logIn` does
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
  // What was granted before is asked for again.
  const before = readLogin(config.paths, name, at.url)?.token.scope ?? undefined;
  const scope = computeScopeUnion(before, options.scope ?? undefined) ?? null;
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
  } finally {
    await connection.close();
  }
}
