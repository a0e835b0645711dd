import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Paths } from "../../config/paths.ts";
import { fileReason } from "../../config/text.ts";
import { cannotWrite, replaceFile } from "../../config/write-file.ts";
import { ModullmError } from "../../core/error.ts";
import { isObject, parseJson, writeJson } from "../../core/json.ts";

/** What lets this client in at a server. Its texts are secrets, but for the names. */
export interface Login {
  /** Of the MCP server: it is sent nowhere else. */
  readonly url: string;
  /** For whom the token is, as the server calls itself. */
  readonly resource: string;
  /** The authorization server that gave it: a refresh is asked of no other. */
  readonly issuer: string;
  readonly client: Client;
  readonly token: Token;
}

/** How an authorization server knows this client. */
export interface Client {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly token_endpoint_auth_method?: string;
}

export interface Token {
  readonly access: string;
  readonly refresh: string | null;
  /** Milliseconds since 1970; null: not said. */
  readonly expires: number | null;
  readonly scope: string | null;
}

/**
 * Null where there is none for that URL. @throws {ModullmError} RLLM_018 for a file that can't be
 * read
 */
export function readLogin(paths: Pick<Paths, "config">, server: string, url: string): Login | null {
  const path = loginFile(paths, server);
  if (!existsSync(path)) return null;
  try {
    const login = parseJson(readFileSync(path, "utf8"));
    if (!isLogin(login)) throw new Error("it is not what was written there");
    return login.url === url ? login : null;
  } catch (thrown) {
    const reason = fileReason(thrown);
    throw new ModullmError("RLLM_018", `Cannot read the login in "${path}": ${reason}`, {
      details: { path, reason },
      hint: `Forget it with \`modullm mcp logout ${server}\`, and log in again.`,
    });
  }
}

/** Only its owner can read the file. @throws {ModullmError} RLLM_018 where it can't be written */
export function writeLogin(paths: Pick<Paths, "config">, server: string, login: Login): void {
  const path = loginFile(paths, server);
  try {
    replaceFile(path, `${writeJson(login, 2)}\n`, { isPrivate: true });
  } catch (thrown) {
    throw cannotWrite(path, thrown, "Without it there is a login at each start.");
  }
}

/** @returns whether there was one */
export function removeLogin(paths: Pick<Paths, "config">, server: string): boolean {
  const path = loginFile(paths, server);
  const there = existsSync(path);
  rmSync(path, { force: true });
  return there;
}

/** What must never be shown of a login. */
export function secretsOf({ client, token }: Login): readonly string[] {
  return [client.client_secret, token.access, token.refresh].filter(
    (each) => typeof each === "string",
  );
}

function loginFile({ config }: Pick<Paths, "config">, server: string): string {
  return join(config, "mcp-logins", `${server}.json`);
}

function isLogin(value: unknown): value is Login {
  if (!isObject(value)) return false;
  const { url, resource, issuer, client, token } = value;
  const isText = [url, resource, issuer].every((each) => typeof each === "string");
  return (
    isText &&
    isObject(client) &&
    typeof client["client_id"] === "string" &&
    isObject(token) &&
    typeof token["access"] === "string"
  );
}
