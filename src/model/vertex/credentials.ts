import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { isObject } from "../../core/json.ts";

/** Credentials with which a token is asked for. */
export type GoogleCredentials = ServiceAccount | AuthorizedUser;

interface ServiceAccount {
  readonly type: "service_account";
  readonly email: string;
  /** PEM. */
  readonly privateKey: string;
  readonly keyId: string | null;
  readonly tokenUrl: string;
  readonly project: string | null;
}

interface AuthorizedUser {
  readonly type: "authorized_user";
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  readonly tokenUrl: string;
  readonly project: string | null;
}

/** The credentials, or why there are none. */
export type Found =
  | { readonly ok: true; readonly path: string; readonly credentials: GoogleCredentials }
  | { readonly ok: false; readonly reason: string };

const TOKEN_URL = "https://oauth2.googleapis.com/token";

/**
 * The file that GOOGLE_APPLICATION_CREDENTIALS names, else the one that `gcloud auth
 * application-default login` writes:
 * cloud.google.com/docs/authentication/application-default-credentials.
 */
export function googleCredentials(config: Config): Found {
  const named = config.get("GOOGLE_APPLICATION_CREDENTIALS")?.value;
  const path = named ?? join(gcloudFolder(config), "application_default_credentials.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    const reason =
      named === undefined
        ? "GOOGLE_APPLICATION_CREDENTIALS is not set, and gcloud has no default credentials"
        : `GOOGLE_APPLICATION_CREDENTIALS names "${named}", which can't be read`;
    return { ok: false, reason };
  }
  const credentials = credentialsIn(text);
  if (typeof credentials !== "string") return { ok: true, path, credentials };
  return { ok: false, reason: `"${path}" ${credentials}` };
}

function gcloudFolder(config: Config): string {
  const folder = config.get("CLOUDSDK_CONFIG")?.value;
  const appData = config.get("APPDATA")?.value;
  if (folder !== undefined) return folder;
  if (process.platform === "win32" && appData !== undefined) return join(appData, "gcloud");
  return join(config.get("HOME")?.value ?? homedir(), ".config", "gcloud");
}

/** What is wrong with them is a text. */
function credentialsIn(text: string): GoogleCredentials | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "is not JSON";
  }
  if (!isObject(value)) return "holds no credentials";
  const field = (name: string): string | null => {
    const found = value[name];
    return typeof found === "string" && found !== "" ? found : null;
  };
  const tokenUrl = field("token_uri") ?? TOKEN_URL;
  if (!isSafe(tokenUrl)) return `has the token_uri "${tokenUrl}", which is no https address`;
  if (value["type"] === "service_account") {
    const [email, privateKey] = [field("client_email"), field("private_key")];
    if (email === null || privateKey === null) return "lacks client_email or private_key";
    const more = { keyId: field("private_key_id"), tokenUrl, project: field("project_id") };
    return { type: "service_account", email, privateKey, ...more };
  }
  if (value["type"] === "authorized_user") {
    const [clientId, clientSecret] = [field("client_id"), field("client_secret")];
    const refreshToken = field("refresh_token");
    if (clientId === null || clientSecret === null || refreshToken === null)
      return "lacks client_id, client_secret or refresh_token";
    const project = field("quota_project_id");
    return { type: "authorized_user", clientId, clientSecret, refreshToken, tokenUrl, project };
  }
  return `holds credentials of type "${String(value["type"])}", which are not supported`;
}

/** Secrets go over https alone, or stay on this machine. */
function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || hostname === "127.0.0.1" || hostname === "localhost";
}
