/** A stretch of a text, in UTF-16 units; `end` is the first unit behind it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/*
 * Keys that are known by their looks. Every expression here takes time linear in the text: what it can't match it gives
 * up after a bounded number of characters, and what it can match it takes whole. No lookbehind: engines interpret it.
 */

const DASHED = ["sk-", "xai-", "pplx-", "nvapi-", "csk-", "glpat-", "xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-"];
const UNDERSCORED = [
  "ghp_",
  "gho_",
  "ghu_",
  "ghs_",
  "ghr_",
  "github_pat_",
  "hf_",
  "gsk_",
  "r8_",
  "npm_",
  "fw_",
  "tgp_",
];
const GOOGLE = ["AIza", "AQ."];
const AWS = ["AKIA", "ASIA"];
const JWT = "eyJ";
const PREFIXES = [...DASHED, ...UNDERSCORED, ...GOOGLE, ...AWS];
const ALTERNATIVES = PREFIXES.map((prefix) => prefix.replace(".", "\\.")).join("|");

const TOKEN = new RegExp(`\\b(?:(${ALTERNATIVES})([\\w-]{16,})|(${JWT})([\\w-]{10,}(?:\\.[\\w-]+){0,2}))`, "g");
const BEARER = /\b(bearer|basic) {1,4}([\w.~+/=-]{8,})/gi;
/** What ends a credential in a header's text, and what may stand before a header's name. */
const STOP = "\\s\"'`,;<>\\\\{}[\\]()";
const HEADERS = ["authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "x-auth-token"];
const SCHEME = "(?:bearer|basic|token|digest|apikey|negotiate)";
const HEADER_START = `(?:^|[${STOP}])(?:${HEADERS.join("|")})`;
const HEADER_MIDDLE = `\\\\{0,3}["']?\\s{0,4}[:=]\\s{0,4}\\\\{0,3}["']?`;
const HEADER = new RegExp(`${HEADER_START}${HEADER_MIDDLE}(${SCHEME} {1,4})?([^${STOP}]{6,})`, "gi");
const PARAMETERS = [
  "key api_key api-key apikey token access_token auth_token id_token refresh_token client_secret secret password",
  "sig signature x-amz-signature x-amz-security-token",
].flatMap((line) => line.split(" "));
const QUERY_VALUE = "[^\\s&#?;\"'`<>\\\\]";
const QUERY = new RegExp(`[?&;](?:${PARAMETERS.join("|")})=(${QUERY_VALUE}{6,})`, "gi");
const USERINFO = /:\/\/([^\s/?#"'`<>\\]*)@/g;

/** What every match holds: one look, and clean text is done with. */
const GATE = new RegExp(`${ALTERNATIVES}|${JWT}|[bB](?:earer|asic)|BEARER|BASIC|://|[?&;]|${HEADERS.join("|")}`, "i");

/** Where the text holds keys, in no order; spans may overlap. */
export function findKeys(text: string): Span[] {
  const spans: Span[] = [];
  if (!GATE.test(text)) return spans;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, prefix, rest = "", jwt, token = ""] = match;
    const secret = prefix === undefined ? jwt !== undefined && isJwt(token) : isKey(prefix, rest);
    if (secret) spans.push({ start: match.index, end: match.index + whole.length });
  }
  for (const match of text.matchAll(BEARER)) {
    const [, scheme = "", credential = ""] = match;
    if (isCredential(scheme, credential)) spans.push(lastPart(match, credential));
  }
  for (const match of text.matchAll(HEADER)) {
    const [, scheme, credential = ""] = match;
    if (scheme === undefined ? isOpaque(credential) : !isWord(credential)) spans.push(lastPart(match, credential));
  }
  if (text.includes("=")) for (const match of text.matchAll(QUERY)) spans.push(lastPart(match, match[1] ?? ""));
  if (!text.includes("://")) return spans;
  for (const match of text.matchAll(USERINFO)) {
    const userinfo = match[1] ?? "";
    if (userinfo !== "") spans.push({ start: match.index + 3, end: match.index + 3 + userinfo.length });
  }
  return spans;
}

/** Whether a value that stands under this name is one that a header or a query would carry as a credential. */
export function isCredentialField(name: string, value: string): boolean {
  if (!HEADERS.includes(name.toLowerCase())) return false;
  const parts = new RegExp(`^(${SCHEME} {1,4})?(\\S{6,})$`, "i").exec(value);
  return parts !== null && (parts[1] === undefined ? isOpaque(parts[2] ?? "") : !isWord(parts[2] ?? ""));
}

function lastPart(match: RegExpExecArray, part: string): Span {
  const end = match.index + match[0].length;
  return { start: end - part.length, end };
}

/** Names that only look like keys (`hf_transfer_enabled`, `sk-learn-extension`) have no digit or no long run. */
function isKey(prefix: string, rest: string): boolean {
  if (GOOGLE.includes(prefix)) return rest.length >= 30;
  if (AWS.includes(prefix)) return /^[A-Z0-9]{16,}$/.test(rest);
  return /\d/.test(rest) && (DASHED.includes(prefix) || /[A-Za-z0-9]{16}/.test(rest));
}

function isJwt(token: string): boolean {
  return token.split(".").length === 3;
}

function isCredential(scheme: string, credential: string): boolean {
  if (scheme.toLowerCase() === "basic") return isBasic(credential);
  return isOpaque(credential) || (credential.length >= 20 && /[A-Z]/.test(credential) && /[a-z]/.test(credential));
}

/** `Basic` before a word is prose; before base64 of `user:password` it is a credential. */
function isBasic(credential: string): boolean {
  try {
    return atob(credential.replace(/-/g, "+").replace(/_/g, "/")).includes(":");
  } catch {
    return false;
  }
}

function isOpaque(credential: string): boolean {
  return credential.length >= 8 && /\d/.test(credential);
}

function isWord(credential: string): boolean {
  return /^[A-Za-z]?[a-z]*[.:!?]?$/.test(credential);
}

const PARTIAL_PREFIXES = new Set([...PREFIXES, JWT].flatMap((prefix) => beginnings(prefix)));
const PARTIAL_NAMES = new Set([...HEADERS, "bearer", "basic"].flatMap((name) => beginnings(name)));
const PARTIAL_PARAMETERS = new Set(PARAMETERS.flatMap((name) => beginnings(name)));
const LONGEST_NAME = 24;

const TOKEN_START = new RegExp(`\\b(?:${ALTERNATIVES}|${JWT})`);
const BEARER_OPEN = /\b(?:bearer|basic)(?: {1,4}[\w.~+/=-]*)?$/i;
const HEADER_OPEN = new RegExp(
  `${HEADER_START}(?:\\\\{0,3}["']?\\s{0,4}|${HEADER_MIDDLE}(?:${SCHEME} {0,4})?|${HEADER_MIDDLE}(?:${SCHEME} {1,4})?[^${STOP}]*)$`,
  "i",
);
const QUERY_OPEN = new RegExp(`^(?:${PARAMETERS.join("|")})=${QUERY_VALUE}*$`, "i");

/**
 * Where a key may have begun that the text does not end: what stands before can't change by anything that follows.
 * The text's length when nothing is open.
 */
export function openKey(text: string): number {
  const found = [openToken(text), openName(text), openQuery(text), openUserinfo(text)];
  return Math.min(text.length, ...found.filter((at) => at !== -1));
}

function openToken(text: string): number {
  let start = text.length;
  while (start > 0 && /[\w.-]/.test(text.charAt(start - 1))) start--;
  const run = text.slice(start);
  const first = TOKEN_START.exec(run);
  if (first) return start + first.index;
  for (let length = Math.min(LONGEST_NAME, run.length); length > 0; length--) {
    const part = run.slice(-length);
    const before = run.charAt(run.length - length - 1);
    if (PARTIAL_PREFIXES.has(part) && (before === "" || /\W/.test(before))) return text.length - length;
  }
  return -1;
}

function openName(text: string): number {
  const found = [HEADER_OPEN.exec(text)?.index ?? -1, BEARER_OPEN.exec(text)?.index ?? -1].filter((at) => at !== -1);
  if (found.length > 0) return Math.min(...found);
  const word = /[a-z-]{1,24}$/i.exec(text.slice(-LONGEST_NAME));
  for (let length = word?.[0].length ?? 0; length > 0; length--) {
    if (PARTIAL_NAMES.has(text.slice(-length).toLowerCase())) return text.length - length;
  }
  return -1;
}

function openQuery(text: string): number {
  const start = Math.max(text.lastIndexOf("?"), text.lastIndexOf("&"), text.lastIndexOf(";"));
  if (start === -1) return -1;
  const rest = text.slice(start + 1);
  return rest === "" || PARTIAL_PARAMETERS.has(rest.toLowerCase()) || QUERY_OPEN.test(rest) ? start : -1;
}

function openUserinfo(text: string): number {
  const start = text.lastIndexOf("://");
  if (start !== -1 && !/[\s/?#"'`<>\\]/.test(text.slice(start + 3))) return start;
  return text.endsWith(":/") ? text.length - 2 : text.endsWith(":") ? text.length - 1 : -1;
}

function beginnings(word: string): string[] {
  return Array.from({ length: word.length }, (_, index) => word.slice(0, index + 1));
}
