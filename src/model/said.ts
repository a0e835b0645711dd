import { isObject } from "../core/json.ts";
import { durationOf } from "./waits.ts";

/** What the body of an error says. */
export interface Said {
  readonly text: string;
  /** What the server calls it; null where it has no name for it. */
  readonly code: string | null;
  /** An HTTP status that stands in the body. */
  readonly status: number | null;
  /** How long to wait, where the body says it (Google's do, and their headers don't). */
  readonly retryAfterMs: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** How servers that have no code for it say that the prompt does not fit. */
const TOO_LONG =
  /(maximum|exceeds?( the)?|available) context (length|window|size|limit)|(prompt|input) is too long|context_length_exceeded|input token count[^.]* exceeds the maximum|exceed context limit/i;

const TOO_LONG_CODE = "context_length_exceeded";

/** Names under which servers put what they say. */
const TEXTS = ["message", "detail", "error_message", "error_msg", "msg", "reason", "title"];
/** Names under which servers put an HTTP status. */
const STATUSES = ["code", "status", "status_code", "statusCode", "error_code"];

/**
 * Reads the error shapes of OpenAI and Anthropic, Google (also as a list), FastAPI (`detail`),
 * OpenRouter (what the server behind it said is in `metadata`), Ollama (`error` is a text), web
 * pages and plain bodies.
 */
export function readError(body: string): Said {
  const value = parsed(body);
  const outer: unknown = Array.isArray(value) ? value[0] : value;
  if (!isObject(outer)) return plainly(body.trimStart().startsWith("<") ? pageText(body) : body);
  const error = firstOf([outer["error"], outer["errors"], outer]);
  if (typeof error === "string") {
    const said = plainly(error);
    return { ...said, status: statusIn([outer]) };
  }
  if (!isObject(error)) return plainly(body);
  const text = textIn([error, outer]) ?? body;
  const metadata = isObject(error["metadata"]) ? error["metadata"]["raw"] : null;
  const whole = typeof metadata === "string" && metadata !== "" ? `${text}: ${metadata}` : text;
  const named = [error["code"], error["type"], error["status"]].find(
    (item) => typeof item === "string" && item !== "" && !isStatus(item),
  );
  const code = TOO_LONG.test(whole) ? TOO_LONG_CODE : named;
  return {
    text: whole,
    code: typeof code === "string" ? code : null,
    status: statusIn([error, outer]),
    retryAfterMs: retryDelay(error["details"]) ?? waitSaid(text),
  };
}

/**
 * Whether an event of a stream, or a whole reply, reports an error, in whichever form.
 * @param words what `wordsIn` says of it
 */
export function isError(value: Fields, words: string | null = wordsIn(value)): boolean {
  const { error, errors, object, type } = value;
  if (error || object === "error" || type === "error") return true;
  if (Array.isArray(errors) && errors.length > 0) return true;
  return words !== null && statusIn([value]) !== null;
}

/** What an event that no protocol knows may say; null where it says nothing. */
export function wordsIn(value: Fields): string | null {
  return textIn([value]);
}

/** The words of a web page. */
function pageText(page: string): string {
  const words = page
    .replaceAll(/<!--.*?-->|<(script|style)\b.*?<\/\1\s*>/gis, " ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&(nbsp|#160);/gi, " ")
    .replaceAll(/&lt;/gi, "<")
    .replaceAll(/&gt;/gi, ">")
    .replaceAll(/&quot;|&#34;/gi, '"')
    .replaceAll(/&#39;|&apos;/gi, "'")
    .replaceAll(/&amp;/gi, "&")
    .replaceAll(/\s+/g, " ")
    .trim();
  // Many say the same in their title and their heading.
  const half = words.slice(0, (words.length - 1) / 2);
  return half !== "" && words === `${half} ${half}` ? half : words;
}

function plainly(text: string): Said {
  const code = TOO_LONG.test(text) ? TOO_LONG_CODE : null;
  return { text, code, status: null, retryAfterMs: waitSaid(text) };
}

function firstOf(values: readonly unknown[]): unknown {
  for (const value of values) {
    const item: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof item === "string" ? item !== "" : isObject(item)) return item;
  }
  return null;
}

function textIn(places: readonly Fields[]): string | null {
  for (const place of places)
    for (const name of TEXTS) {
      const text = place[name];
      if (typeof text === "string" && text !== "") return text;
      // FastAPI lists what is wrong with a request.
      const items = Array.isArray(text) ? text.filter(isObject).map(({ msg }) => msg) : [];
      const words = items.filter((item) => typeof item === "string");
      if (words.length > 0) return words.join("; ");
    }
  return null;
}

function statusIn(places: readonly Fields[]): number | null {
  for (const place of places)
    for (const name of STATUSES) if (isStatus(place[name])) return Number(place[name]);
  return null;
}

/** Some servers write it as a text. */
function isStatus(value: unknown): boolean {
  const number = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && number >= 400 && number < 600;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** `google.rpc.RetryInfo`: a duration such as "34.5s". */
function retryDelay(details: unknown): number | null {
  for (const detail of Array.isArray(details) ? details.filter(isObject) : []) {
    const delay = detail["retryDelay"];
    const wait = typeof delay === "string" ? durationOf(delay) : null;
    if (wait !== null) return wait;
  }
  return null;
}

const ASKED =
  /(?:try|retry|retrying)(?: again| your request)? (?:in|after) ((?:[\d.]+ ?(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h)(?![a-z]) ?)+)/i;

/** "Please try again in 6m0s." */
function waitSaid(text: string): number | null {
  const [, wait = ""] = ASKED.exec(text) ?? [];
  const short = wait
    .toLowerCase()
    .replaceAll(/milliseconds?/g, "ms")
    .replaceAll(/seconds?|secs?/g, "s")
    .replaceAll(/minutes?|mins?/g, "m")
    .replaceAll(/hours?/g, "h")
    .replaceAll(/\s/g, "");
  return durationOf(short);
}
