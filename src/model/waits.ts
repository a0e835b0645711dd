/** Milliseconds in each unit of a duration. */
const UNITS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001,
};
const DURATION = /^(?:\d+(?:\.\d+)?(?:d|h|ms|m|s|us|µs|ns))+$/;
const PART = /(\d+(?:\.\d+)?)(d|h|ms|m|s|us|µs|ns)/g;

/** From here on a number is a time since 1970, in seconds; or in milliseconds from the second. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MILLISECONDS = 1e12;

/**
 * Milliseconds that a server asks to wait: `retry-after-ms`, `retry-after`, and at 429 the headers
 * that say when a limit is renewed. Null when it does not say.
 */
export function askedWait(status: number, headers: Headers): number | null {
  const milliseconds = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (milliseconds >= 0) return milliseconds;
  const after = waitOf(headers.get("retry-after"));
  return after ?? (status === 429 ? renewalOf(headers) : null);
}

/** `6m0s`, `1s`, `250ms`, `1h30m` in milliseconds; null for anything else. */
export function durationOf(text: string): number | null {
  if (!DURATION.test(text)) return null;
  let sum = 0;
  for (const [, number = "", unit = ""] of text.matchAll(PART))
    sum += Number(number) * (UNITS[unit] ?? 0);
  return Math.ceil(sum);
}

/** Seconds, a duration, a time since 1970 or a date. */
function waitOf(value: string | null): number | null {
  const text = (value ?? "").trim();
  if (text === "") return null;
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number >= EPOCH_MILLISECONDS) return Math.max(0, number - Date.now());
    if (number >= EPOCH_SECONDS) return Math.max(0, number * 1000 - Date.now());
    return Math.ceil(number * 1000);
  }
  const duration = durationOf(text);
  if (duration !== null) return duration;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

/**
 * `x-ratelimit-reset-tokens` (OpenAI, Groq), `anthropic-ratelimit-tokens-reset`, `ratelimit-reset`.
 */
const RESET = /^(?:x-|anthropic-)?ratelimit-(?:.*-)?reset(?:-.*)?$/;

/**
 * When there is room again: of the limits that nothing is left of the last to be renewed; where
 * none says what is left, the first.
 */
function renewalOf(headers: Headers): number | null {
  const spent: number[] = [];
  const others: number[] = [];
  for (const [name, value] of headers) {
    if (!RESET.test(name)) continue;
    const wait = waitOf(value);
    if (wait === null) continue;
    const left = headers.get(name.replace("reset", "remaining"));
    if (left === null) others.push(wait);
    else if (Number(left) <= 0) spent.push(wait);
  }
  if (spent.length > 0) return Math.max(...spent);
  return others.length > 0 ? Math.min(...others) : null;
}
