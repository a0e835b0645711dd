import { createHash, type Hash } from "node:crypto";
import { open } from "node:fs/promises";
import { ModullmError } from "../core/error.ts";
import { VERSION } from "../core/version.ts";

/** Why something can't be fetched: a clause without a full stop. */
export class FetchFault extends Error {
  /** Whether it may go well the next time. */
  readonly passing: boolean;
  /** What the server answered; null where it did not. */
  readonly status: number | null;
  constructor(
    reason: string,
    options: {
      readonly passing?: boolean;
      readonly status?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(reason, { cause: options.cause });
    this.passing = options.passing ?? false;
    this.status = options.status ?? null;
  }
}

export interface FetchOptions {
  readonly fetch: typeof fetch;
  /** Asked before a host is called. @throws {ModullmError} where it may not be */
  readonly reach: (host: string) => void;
  readonly signal: AbortSignal;
  /** The `authorization` header for a URL; asked again for each redirect. */
  readonly authorization?: (url: URL) => string | null;
  readonly accept?: string;
  /** @param total null where the server does not say */
  readonly progress?: (bytes: number, total: number | null) => void;
  readonly most: number;
}

const MOST_REDIRECTS = 5;
/** Milliseconds without a byte. */
const PATIENCE = 30_000;

/** The text behind a URL. @throws {FetchFault} */
export async function fetchText(url: string, options: FetchOptions): Promise<string> {
  const parts: Uint8Array[] = [];
  await receive(url, options, (part) => void parts.push(part));
  return Buffer.concat(parts).toString("utf8");
}

/**
 * Stores what is behind a URL in a new file. @returns its digests, as SRI writes them. @throws
 * {FetchFault}
 */
export async function download(
  url: string,
  file: string,
  options: FetchOptions,
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, Hash>(
    ["sha512", "sha384", "sha256"].map((name) => [name, createHash(name)]),
  );
  const handle = await open(file, "wx", 0o600);
  try {
    await receive(url, options, async (part) => {
      for (const hash of hashes.values()) hash.update(part);
      await handle.writeFile(part);
    });
  } finally {
    await handle.close();
  }
  return new Map([...hashes].map(([name, hash]) => [name, hash.digest("base64")]));
}

/**
 * Whether a file has the digest that was promised; the strongest of several counts. @throws
 * {FetchFault}
 */
export function checkIntegrity(promised: string, digests: ReadonlyMap<string, string>): void {
  const wanted = promised
    .trim()
    .split(/\s+/)
    .map((each) => each.replace(/\?.*$/, ""));
  for (const [name, digest] of digests) {
    const ours = wanted.filter((each) => each.startsWith(`${name}-`));
    if (ours.length === 0) continue;
    if (ours.includes(`${name}-${digest}`)) return;
    throw new FetchFault(
      `what came has the digest ${name}-${digest}, but ${ours.join(" or ")} was promised`,
    );
  }
  throw new FetchFault(`it has no digest of sha256 or stronger ("${promised.slice(0, 100)}")`);
}

/** A URL for people: without user, password and query. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/?#]*@/i, "$1").replace(/[?#].*$/s, "");
}

async function receive(
  url: string,
  options: FetchOptions,
  take: (part: Uint8Array) => Promise<void> | void,
): Promise<void> {
  const stalled = new AbortController();
  const signal = AbortSignal.any([options.signal, stalled.signal]);
  let timer = setTimeout(() => stalled.abort(), PATIENCE);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), PATIENCE);
  };
  try {
    const response = await follow(url, { ...options, signal });
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const total =
      Number.isFinite(length) && response.headers.get("content-encoding") === null ? length : null;
    if (total !== null && total > options.most) throw tooLarge(total, options.most);
    let bytes = 0;
    for await (const part of response.body ?? []) {
      alive();
      bytes += part.length;
      if (bytes > options.most) throw tooLarge(bytes, options.most);
      await take(part);
      options.progress?.(bytes, total);
    }
    if (total !== null && bytes < total)
      throw new FetchFault(`it broke off after ${bytes} of ${total} bytes`, { passing: true });
  } catch (thrown) {
    options.signal.throwIfAborted();
    if (thrown instanceof FetchFault || thrown instanceof ModullmError) throw thrown;
    const reason = stalled.signal.aborted
      ? `nothing came for ${PATIENCE / 1000} s`
      : reasonOf(thrown);
    throw new FetchFault(`${shownUrl(url)}: ${reason}`, { passing: true, cause: thrown });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Redirects are followed by hand: a key goes to no other host, and nothing goes from https to http.
 */
async function follow(
  first: string,
  { fetch, reach, signal, authorization, accept }: FetchOptions,
): Promise<Response> {
  let url = parsed(first);
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    reach(url.hostname);
    const key = authorization?.(url) ?? null;
    const response = await fetch(url, {
      signal,
      redirect: "manual",
      headers: {
        accept: accept ?? "*/*",
        "user-agent": `modullm/${VERSION}`,
        ...(key === null ? {} : { authorization: key }),
      },
    });
    const location = response.headers.get("location");
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status < 300 || response.status > 399 || location === null) {
      const passing = response.status === 429 || response.status >= 500;
      throw new FetchFault(`${shownUrl(url.href)} answers ${response.status}`, {
        passing,
        status: response.status,
      });
    }
    const next = parsed(location, url);
    if (url.protocol === "https:" && next.protocol !== "https:")
      throw new FetchFault(
        `${shownUrl(url.href)} leads on from https to ${next.protocol.slice(0, -1)}, which ` +
          "is not followed",
      );
    url = next;
  }
  throw new FetchFault(`${shownUrl(first)} redirects more than ${MOST_REDIRECTS} times`);
}

function parsed(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null) throw new FetchFault(`"${shownUrl(text)}" is no URL`);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new FetchFault(`${shownUrl(url.href)} is neither http nor https`);
  return url;
}

function tooLarge(bytes: number, most: number): FetchFault {
  return new FetchFault(`it has ${bytes} bytes or more, and ${most} are the most`);
}

function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const cause =
    thrown instanceof Error && thrown.cause instanceof Error ? `: ${thrown.cause.message}` : "";
  if (/^(?:ECONNREFUSED|ConnectionRefused)$/.test(code)) return "nothing listens there";
  if (/^(?:ENOTFOUND|EAI_AGAIN|FailedToOpenSocket)$/.test(code)) return "the host can't be reached";
  return (thrown instanceof Error ? thrown.message : String(thrown)) + cause;
}
