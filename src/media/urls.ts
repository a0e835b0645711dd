import type { IncomingMessage } from "node:http";
import { proxyFor } from "../core/proxy.ts";
import { isPublicAddress } from "./addresses.ts";
import { tooLarge } from "./data.ts";
import { addressesOf, dial, dialReason, isListed, type Lookup } from "./dial.ts";
import { type Fault, unreadable, valueFault } from "./fault.ts";
import type { Bytes } from "./files.ts";
import { endsWhole } from "./whole.ts";

export interface UrlOptions {
  /** `name` or `name:port`: these may have private addresses. */
  readonly hosts: readonly string[];
  /** The most bytes that are read. */
  readonly most: number;
  readonly accepts: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly lookup: Lookup;
  readonly signal: AbortSignal;
}

const MOST_REDIRECTS = 5;
/** Milliseconds for all of it. */
const DEADLINE = 30_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * The bytes behind a URL of the public internet. Each address is checked before it is dialled, and
 * the one that was checked is the one that is dialled; redirects are followed by hand, each checked
 * like the first. What the server says of the type counts for nothing.
 */
export async function readUrl(written: string, options: UrlOptions): Promise<Bytes> {
  const deadline = AbortSignal.timeout(DEADLINE);
  const signal = AbortSignal.any([options.signal, deadline]);
  try {
    return await follow(written, { ...options, signal });
  } catch (thrown) {
    options.signal.throwIfAborted();
    const reason = deadline.aborted
      ? `it took longer than ${DEADLINE / 1000} s`
      : dialReason(thrown);
    return unreadable(`names the URL "${shownUrl(written)}", which can't be read: ${reason}`);
  }
}

async function follow(written: string, options: UrlOptions): Promise<Bytes> {
  let from: URL | null = null;
  let next = written;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const url = parsed(next, from);
    if (url === null) return valueFault(`is "${shownUrl(written)}", which is no URL`);
    const fault = faultOf(url, from, options);
    if (fault !== null) return fault;
    const addresses = await openAddresses(url, options);
    if ("fault" in addresses) return addresses;
    const { accepts, signal } = options;
    const reply = await dial(url, addresses, { headers: { accept: accepts.join(", ") }, signal });
    const { statusCode = 0, headers } = reply;
    if (statusCode === 200) return await bodyOf(reply, url, options);
    reply.destroy();
    if (!REDIRECTS.has(statusCode) || headers.location === undefined)
      return unreadable(
        `names the URL "${shownUrl(url.href)}", whose server answers ${statusCode}`,
      );
    from = url;
    next = headers.location;
  }
  return unreadable(
    `names the URL "${shownUrl(written)}", which redirects more than ${MOST_REDIRECTS} times`,
  );
}

function parsed(text: string, base: URL | null): URL | null {
  return URL.canParse(text, base?.href) ? new URL(text, base?.href) : null;
}

function faultOf(url: URL, from: URL | null, { hosts, env }: UrlOptions): Fault | null {
  const shown = shownUrl(url.href);
  const subject = from === null ? `names the URL "${shown}"` : `leads on to "${shown}"`;
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return valueFault(`${subject}, but only http and https are read`);
  if (from?.protocol === "https:" && url.protocol === "http:")
    return unreadable(`${subject}, from https to http, which is not followed`);
  if (url.username !== "" || url.password !== "")
    return valueFault(
      `${subject} with a user or password, which is not sent`,
      "Download it, and give the file.",
    );
  const proxy = isListed(url, hosts) ? null : proxyFor(url, env);
  if (proxy === null) return null;
  const hint =
    "Download it and give the file, or name the host in NO_PROXY or in media.hosts of " +
    "config.yaml.";
  return unreadable(
    `${subject}, but ${proxy.variable} is set, and behind a proxy its address can't be checked`,
    hint,
  );
}

/** The addresses that may be dialled. */
async function openAddresses(
  url: URL,
  { hosts, lookup, signal }: UrlOptions,
): Promise<readonly string[] | Fault> {
  const addresses = await addressesOf(url, { lookup, signal });
  if (isListed(url, hosts)) return addresses;
  const closed = addresses.find((address) => !isPublicAddress(address));
  if (closed === undefined) return addresses;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const where = closed === host ? "" : ` at ${closed}`;
  return unreadable(
    `names the host "${host}"${where}, which is not on the public internet`,
    "Download it and give the file, or allow the host with media.hosts in config.yaml.",
  );
}

async function bodyOf(reply: IncomingMessage, url: URL, { most }: UrlOptions): Promise<Bytes> {
  const told = Number(reply.headers["content-length"] ?? 0);
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    if (told > most) return tooLarge(told, most);
    for await (const part of reply as AsyncIterable<Uint8Array>) {
      length += part.length;
      if (length > most) return tooLarge(length, most);
      parts.push(part);
    }
    if (length < told || !reply.complete) return brokenOff(url, length, told);
    const bytes = Buffer.concat(parts);
    const announced = told > 0 || reply.headers["transfer-encoding"] !== undefined;
    return announced || endsWhole(bytes) === true ? { ok: true, bytes } : unsure(bytes, url);
  } finally {
    reply.destroy();
  }
}

function brokenOff(url: URL, length: number, told: number): Fault {
  const of = told > 0 ? ` of ${told}` : "";
  return unreadable(
    `names the URL "${shownUrl(url.href)}", which broke off after ${length}${of} bytes`,
  );
}

/**
 * The server neither says how long the file is nor sends it in chunks: an end of the connection may
 * be anything. Empty is refused for what it is.
 */
function unsure(bytes: Buffer, url: URL): Bytes {
  if (bytes.length === 0) return { ok: true, bytes };
  if (endsWhole(bytes) === false) return brokenOff(url, bytes.length, 0);
  return unreadable(
    `names the URL "${shownUrl(url.href)}", whose server doesn't say how long it is: whether ` +
      "it is whole can't be told",
    "Download it, and give the file.",
  );
}

/** Without what may be a secret: user, password and query. */
function shownUrl(text: string): string {
  return text.replace(/^([a-z]+:\/\/)[^/?#]*@/i, "$1").replace(/[?#].*$/s, "?…");
}
