import { isObject } from "../core/json.ts";

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

/** How servers that have no code for it say that the prompt does not fit. */
const TOO_LONG =
  /(maximum|exceeds?( the)?|available) context (length|window|size|limit)|prompt is too long|context_length_exceeded|input token count[^.]* exceeds the maximum|exceed context limit/i;

const TOO_LONG_CODE = "context_length_exceeded";

/**
 * Reads the error shapes of OpenAI and Anthropic, Google (also as a list), FastAPI (`detail`),
 * Ollama (`error` is a text) and plain bodies.
 */
export function readError(body: string): Said {
  const plain = { text: body, code: null, status: null, retryAfterMs: null };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return plain;
  }
  const outer: unknown = Array.isArray(value) ? value[0] : value;
  if (!isObject(outer)) return plain;
  const error = outer["error"] ?? outer;
  if (typeof error === "string")
    return { ...plain, text: error, code: TOO_LONG.test(error) ? TOO_LONG_CODE : null };
  if (!isObject(error)) return plain;
  const message = error["message"] ?? error["detail"] ?? outer["message"];
  const text = typeof message === "string" ? message : body;
  const named = [error["code"], error["type"], error["status"]].find(
    (item) => typeof item === "string" && item !== "",
  );
  const code = TOO_LONG.test(text) ? TOO_LONG_CODE : named;
  const status = [error["code"], error["status"]].find(
    (item) => typeof item === "number" && item >= 400 && item < 600,
  );
  return {
    text,
    code: typeof code === "string" ? code : null,
    status: typeof status === "number" ? status : null,
    retryAfterMs: retryDelay(error["details"]),
  };
}

/** Whether an event of a stream, or a whole reply, reports an error, in whichever form. */
export function isError(value: Readonly<Record<string, unknown>>): boolean {
  const { error, object, type } = value;
  return Boolean(error) || object === "error" || type === "error";
}

/** `google.rpc.RetryInfo`: a duration such as "34.5s". */
function retryDelay(details: unknown): number | null {
  for (const detail of Array.isArray(details) ? details.filter(isObject) : []) {
    const delay = detail["retryDelay"];
    const seconds = typeof delay === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(delay)?.[1] : undefined;
    if (seconds !== undefined) return Number(seconds) * 1000;
  }
  return null;
}
