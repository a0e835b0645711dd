export interface SecretSources {
  /** Names and values of the environment and of every `.env` line. */
  readonly settings: readonly (readonly [string, string])[];
  /** Names that `api_key_env` points to, whatever they look like. */
  readonly keyNames: readonly string[];
  /** URLs from elsewhere than `settings`. */
  readonly urls: readonly string[];
  /** Values that are secret wherever they come from. */
  readonly values: readonly string[];
  readonly headers: readonly (readonly [string, string])[];
}

/** Shorter values would blot out ordinary words, and guard nothing. In UTF-16 units. */
export const SHORTEST_SECRET = 6;

const SECRET_NAME =
  /(?:^|_)(?:API_?KEY|ACCESS_KEY|PRIVATE_KEY|TOKEN|PAT|PASS|PASSPHRASE)$|PASSWORD|PASSWD|SECRET/i;
const NO_SECRET_NAME = /_(?:FILE|PATH|DIR|URL|ID)$/i;
const PLAIN_HEADER =
  /^(?:accept.*|content-type|user-agent|(?:http-)?referer|origin|x-title|.*-(?:version|beta))$/i;

/** Whether the name of a variable or setting says that its value is secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !NO_SECRET_NAME.test(name);
}

/** The values that must never be shown, each once. */
export function findSecrets(sources: SecretSources): readonly string[] {
  const found = new Set<string>(sources.values);
  const keyNames = new Set(sources.keyNames);
  for (const [name, value] of sources.settings) {
    if (keyNames.has(name) || isSecretName(name)) found.add(value);
    addUserinfo(value, found);
  }
  for (const url of sources.urls) addUserinfo(url, found);
  for (const [name, value] of sources.headers) {
    if (PLAIN_HEADER.test(name)) continue;
    found.add(value);
    // `Bearer x`: servers quote the part behind the scheme.
    found.add(value.slice(value.lastIndexOf(" ") + 1));
  }
  return [...found].filter((value) => value.length >= SHORTEST_SECRET);
}

/**
 * A password in a URL; where there is no password, the user name is the token. Both are kept as
 * written and decoded.
 */
function addUserinfo(value: string, found: Set<string>): void {
  const userinfo = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(value)?.[1];
  if (userinfo === undefined) return;
  const colon = userinfo.indexOf(":");
  const secret = userinfo.slice(colon + 1);
  for (const text of [secret, decoded(secret), decoded(userinfo)]) found.add(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
