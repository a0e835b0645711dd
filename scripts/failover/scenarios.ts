/**
 * What a fault server does with a request, by the model's name. Times are in seconds, and shrink
 * with the server's scale.
 */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly code: string;
      readonly message: string;
      /** Seconds, as the header `Retry-After`. */
      readonly retryAfter?: number;
    }
  | { readonly kind: "reset" }
  | { readonly kind: "silent"; readonly seconds: number }
  | { readonly kind: "slow-start"; readonly seconds: number }
  | { readonly kind: "cut"; readonly after: number }
  | { readonly kind: "stall"; readonly after: number; readonly seconds: number }
  | { readonly kind: "malformed-event"; readonly at: number }
  | { readonly kind: "no-end" };

export interface Scenario {
  readonly id: string;
  readonly model: string;
  readonly fallback: string;
  readonly what: string;
  readonly fault: Fault;
  /**
   * How long it lasts: a number of requests, a number of seconds since the server was reset, or
   * always.
   */
  readonly lasts: { readonly requests: number } | { readonly seconds: number } | "always";
  /** Requests that a client makes, and the seconds between their beginnings. @default one */
  readonly series?: { readonly requests: number; readonly every: number };
}

const OVERLOADED = {
  kind: "status",
  status: 503,
  code: "server_error",
  message: "The server is overloaded",
} as const;

function rateLimited(retryAfter?: number): Fault {
  const fault = {
    kind: "status",
    status: 429,
    code: "rate_limit_exceeded",
    message: "Rate limit reached",
  } as const;
  return retryAfter === undefined ? fault : { ...fault, retryAfter };
}

function scenario(
  id: string,
  name: string,
  what: string,
  fault: Fault,
  lasts: Scenario["lasts"],
  more: Partial<Scenario> = {},
): Scenario {
  return {
    id,
    model: `fb-${id.toLowerCase()}-${name}`,
    fallback: "fb-ok",
    what,
    fault,
    lasts,
    ...more,
  };
}

const ONCE = { requests: 1 };

/**
 * The sixteen situations in which a client of a model server shows what it does when that server
 * fails.
 */
export const SCENARIOS: readonly Scenario[] = [
  scenario("S01", "429-retry-after", "429 with `Retry-After: 2`, once", rateLimited(2), ONCE),
  scenario("S02", "429-persistent", "429, always", rateLimited(), "always"),
  scenario(
    "S03",
    "500-then-200",
    "500, once",
    { ...OVERLOADED, status: 500, message: "Internal error" },
    ONCE,
  ),
  scenario("S04", "503-persistent", "503, always", OVERLOADED, "always"),
  scenario("S05", "reset", "connection reset before the headers, once", { kind: "reset" }, ONCE),
  scenario(
    "S06",
    "no-response",
    "takes the request, silent for 120 s",
    { kind: "silent", seconds: 120 },
    "always",
  ),
  scenario(
    "S07",
    "slow-ttft",
    "headers at once, first token after 20 s",
    { kind: "slow-start", seconds: 20 },
    "always",
  ),
  scenario("S08", "stream-cut", "dies after 40 of 60 tokens", { kind: "cut", after: 40 }, "always"),
  scenario(
    "S09",
    "stream-stall",
    "20 tokens, then silent for 30 s",
    { kind: "stall", after: 20, seconds: 30 },
    "always",
  ),
  scenario(
    "S10",
    "malformed-chunk",
    "the 10th event is no JSON",
    { kind: "malformed-event", at: 10 },
    "always",
  ),
  scenario("S11", "no-done", "no `[DONE]` at the end", { kind: "no-end" }, "always"),
  scenario(
    "S12",
    "context-length",
    "400 `context_length_exceeded`",
    {
      kind: "status",
      status: 400,
      code: "context_length_exceeded",
      message: "The prompt is too long for this model",
    },
    "always",
  ),
  scenario(
    "S13",
    "content-filter",
    "400 `content_policy_violation`",
    {
      kind: "status",
      status: 400,
      code: "content_policy_violation",
      message: "The request was refused by the safety system",
    },
    "always",
  ),
  scenario(
    "S14",
    "stream-cut",
    "as S08; the fallback refuses a begun answer",
    { kind: "cut", after: 40 },
    "always",
    {
      fallback: "fb-ok-noprefill",
    },
  ),
  scenario(
    "S15",
    "flap",
    "503 for 60 s; a request every 4 s, 20 in all",
    OVERLOADED,
    { seconds: 60 },
    {
      series: { requests: 20, every: 4 },
    },
  ),
  scenario(
    "S16",
    "503-persistent",
    "503, always: who answered, and at what cost?",
    OVERLOADED,
    "always",
  ),
];

export const WORDS: readonly string[] = Array.from(
  { length: 60 },
  (_, index) => `word${index + 1}`,
);

/** What every model answers: a JSON object with sixty words, a word a token. */
export const TOKENS: readonly string[] = WORDS.map((word, index) => {
  const front = index === 0 ? '{"answer":"' : " ";
  return `${front}${word}${index === WORDS.length - 1 ? '"}' : ""}`;
});

export const ANSWER = TOKENS.join("");

/** Seconds between two tokens. */
export const TOKEN_GAP = 0.015;
