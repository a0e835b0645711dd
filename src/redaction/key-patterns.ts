/** A stretch of a text, in UTF-16 units; `end` is the first unit behind it. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Where what makes it a secret begins: a header's name, a scheme. Not behind `start`. */
  readonly from: number;
}

/** Sorted, overlapping ones made one. */
export function joinSpans(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const before = joined.at(-1);
    if (before === undefined || before.end <= span.start) joined.push(span);
    else {
      const [from, end] = [Math.min(before.from, span.from), Math.max(before.end, span.end)];
      joined[joined.length - 1] = { start: before.start, end, from };
    }
  }
  return joined;
}

/*
 * Keys that are known by their looks. Everything here takes time linear in the text: an expression
 * gives up after a bounded number of characters or takes what no other match can begin in. No
 * lookbehind: engines interpret it.
 */

const DASHED = [
  "sk-",
  "xai-",
  "pplx-",
  "nvapi-",
  "csk-",
  "glpat-",
  "xoxa-",
  "xoxb-",
  "xoxp-",
  "xoxr-",
  "xoxs-",
];
const UNDERSCORED = "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ hf_ gsk_ r8_ npm_ fw_ tgp_".split(" ");
const GOOGLE = ["AIza", "AQ."];
const AWS = ["AKIA", "ASIA"];
export const JWT = "eyJ";
export const PREFIXES = [...DASHED, ...UNDERSCORED, ...GOOGLE, ...AWS];
export const ALTERNATIVES = PREFIXES.map((prefix) => prefix.replace(".", "\\.")).join("|");

const TOKEN_START = new RegExp(`\\b(?:${ALTERNATIVES}|${JWT})`, "g");
const BEARER = /\b(bearer|basic) {1,4}/gi;
/** What ends a credential in a header's text, and what may stand before a header's name. */
export const STOP = "\\s\"'`,;<>\\\\{}[\\]()";
export const HEADERS = [
  "authorization",
  "proxy-authorization",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
  "x-auth-token",
];
export const SCHEME = "(?:bearer|basic|token|digest|apikey|negotiate)";
export const HEADER_NAME = `(?:${HEADERS.join("|")})`;
export const HEADER_MIDDLE = `\\\\{0,3}["']?\\s{0,4}[:=]\\s{0,4}\\\\{0,3}["']?`;
const HEADER = new RegExp(`${HEADER_NAME}${HEADER_MIDDLE}(${SCHEME} {1,4})?`, "gi");
export const PARAMETERS = [
  "key api_key api-key apikey token access_token auth_token id_token refresh_token " +
    "client_secret secret password",
  "sig signature x-amz-signature x-amz-security-token",
].flatMap((line) => line.split(" "));
export const QUERY_VALUE = "[^\\s&#?;\"'`<>\\\\]";
const QUERY = new RegExp(`[?&;](?:${PARAMETERS.join("|")})=(${QUERY_VALUE}{6,})`, "gi");
const USERINFO = /:\/\/([^\s/?#"'`<>\\]*)@/g;

/** What every match holds: one look, and clean text is done with. */
const GATE = new RegExp(`${ALTERNATIVES}|${JWT}|bearer|basic|://|[?&;]|${HEADERS.join("|")}`, "i");

/** Whether the text, or any part of it, may hold a key. */
export function mayHoldKeys(text: string): boolean {
  return GATE.test(text);
}

/** Where the text holds keys, in no order; spans may overlap. */
export function findKeys(text: string): Span[] {
  if (!mayHoldKeys(text)) return [];
  const spans = findTokens(text);
  for (const match of text.matchAll(BEARER)) {
    const start = match.index + match[0].length;
    const credential = runAt(text, start, /[\w.~+/=-]*/y);
    const secret = match[1]?.toLowerCase() === "basic" ? isBasic(credential) : isBearer(credential);
    if (secret) spans.push({ start, end: start + credential.length, from: match.index });
  }
  for (const match of text.matchAll(HEADER)) {
    if (match.index > 0 && !HEADER_BOUNDARY.test(text.charAt(match.index - 1))) continue;
    const start = match.index + match[0].length;
    const credential = runAt(text, start, new RegExp(`[^${STOP}]*`, "y"));
    const secret = match[1] === undefined ? isOpaque(credential) : isSchemeCredential(credential);
    if (secret) spans.push({ start, end: start + credential.length, from: match.index });
  }
  if (text.includes("=")) {
    for (const match of text.matchAll(QUERY)) {
      const end = match.index + match[0].length;
      spans.push({ start: end - (match[1] ?? "").length, end, from: match.index });
    }
  }
  if (!text.includes("://")) return spans;
  for (const match of text.matchAll(USERINFO)) {
    const start = match.index + 3;
    const end = start + (match[1] ?? "").length;
    if (end > start) spans.push({ start, end, from: match.index });
  }
  return spans;
}

const HEADER_BOUNDARY = new RegExp(`[${STOP}]`);

function findTokens(text: string): Span[] {
  const spans: Span[] = [];
  let word: Word | null = null;
  for (const match of text.matchAll(TOKEN_START)) {
    const [prefix] = match;
    const from = match.index;
    const start = from + prefix.length;
    if (word === null || start > word.end) word = wordAt(text, start);
    const end =
      prefix === JWT
        ? jwtEnd(text, start, word)
        : isKey(text, { prefix, start }, word)
          ? word.end
          : -1;
    if (end !== -1) spans.push({ start: from, end, from });
  }
  return spans;
}

/**
 * The rest of a run of letters, digits, `_` and `-`, looked at once for all prefixes that lie in
 * it.
 */
interface Word {
  readonly end: number;
  /**
   * Where its last digit is, and where its last sixteen letters and digits in a row begin; -1 where
   * there are none.
   */
  readonly lastDigit: number;
  readonly lastRun: number;
  /**
   * Where a token of three such runs with dots between would end; -1 where there are no three.
   * Found when asked for.
   */
  threeEnd: number | null;
}

const KEY_RUN = 16;

function wordAt(text: string, start: number): Word {
  let [lastDigit, lastRun, run, at] = [-1, -1, 0, start];
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const digit = code >= 48 && code <= 57;
    const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    if (digit) lastDigit = at;
    if (!digit && !letter && code !== 95 && code !== 45) break;
    run = digit || letter ? run + 1 : 0;
    if (run >= KEY_RUN) lastRun = at - KEY_RUN + 1;
  }
  return { end: at, lastDigit, lastRun, threeEnd: null };
}

/**
 * Names that only look like keys (`hf_transfer_enabled`, `sk-learn-extension`) have no digit or no
 * long run.
 */
function isKey(
  text: string,
  found: { readonly prefix: string; readonly start: number },
  word: Word,
): boolean {
  const { prefix, start } = found;
  const length = word.end - start;
  if (GOOGLE.includes(prefix)) return length >= 30;
  if (AWS.includes(prefix)) return /^[A-Z0-9]{16}$/.test(text.slice(start, start + 16));
  return (
    length >= KEY_RUN &&
    word.lastDigit >= start &&
    (DASHED.includes(prefix) || word.lastRun >= start)
  );
}

function jwtEnd(text: string, start: number, word: Word): number {
  word.threeEnd ??= threeRunsEnd(text, word.end);
  return word.end - start >= 10 ? word.threeEnd : -1;
}

function threeRunsEnd(text: string, firstEnd: number): number {
  const rest = runAt(text, firstEnd, /\.[\w-]+\.[\w-]+/y);
  return rest === "" ? -1 : firstEnd + rest.length;
}

/** @param run a sticky expression of the caller's own: it is moved */
function runAt(text: string, at: number, run: RegExp): string {
  run.lastIndex = at;
  return run.exec(text)?.[0] ?? "";
}

/** Whether a value that stands under this name is a credential, as in a mapping of headers. */
export function isCredentialField(name: string, value: string): boolean {
  if (!HEADERS.includes(name.toLowerCase())) return false;
  const parts = new RegExp(`^(${SCHEME} {1,4})?(\\S+)$`, "i").exec(value);
  if (parts === null) return false;
  return parts[1] === undefined ? isOpaque(parts[2] ?? "") : isSchemeCredential(parts[2] ?? "");
}

/** `Basic` before a word is prose; before base64 of `user:password` it is a credential. */
function isBasic(credential: string): boolean {
  try {
    return (
      credential.length >= 4 && atob(credential.replace(/-/g, "+").replace(/_/g, "/")).includes(":")
    );
  } catch {
    return false;
  }
}

function isBearer(credential: string): boolean {
  return (
    isOpaque(credential) ||
    (credential.length >= 20 && /[A-Z]/.test(credential) && /[a-z]/.test(credential))
  );
}

/** Behind a header's name and a scheme anything but a plain word. */
function isSchemeCredential(credential: string): boolean {
  return credential.length >= 6 && !/^[A-Za-z]?[a-z]*[.:!?]?$/.test(credential);
}

function isOpaque(credential: string): boolean {
  return credential.length >= 8 && /\d/.test(credential);
}
