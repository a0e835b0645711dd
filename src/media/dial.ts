import type { IncomingMessage, RequestOptions } from "node:http";
import type { LookupFunction } from "node:net";
import { VERSION } from "../core/version.ts";
import { unlessAborted } from "../core/waiting.ts";

/** Resolves a host name. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** One request over a connection of its own. */
export interface Dialled {
  /** @default "GET" */
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** @default none */
  readonly body?: string | Uint8Array | null;
  readonly signal: AbortSignal;
}

export async function systemLookup(host: string): Promise<readonly string[]> {
  const { lookup } = await import("node:dns/promises");
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** All addresses of a URL's host. @throws where it has none, and when the signal is aborted */
export async function addressesOf(
  url: URL,
  { lookup, signal }: { readonly lookup: Lookup; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const host = bareHost(url);
  const isAddress = url.hostname.startsWith("[") || /^[\d.]+$/.test(host);
  const addresses = isAddress ? [host] : await unlessAborted(lookup(host), signal, tooLong);
  if (addresses.length === 0) throw new Error(`the host "${host}" has no address`);
  return addresses;
}

/** Whether a URL's host is among `name` or `name:port`. */
export function isListed(url: URL, hosts: readonly string[]): boolean {
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  const names = [url.hostname, `${url.hostname}:${port}`];
  return hosts.some((host) => names.includes(host.toLowerCase()));
}

/**
 * Sends a request to one of the addresses, which have been looked at, under the name that the URL
 * has. Redirects are the caller's.
 */
export async function dial(
  url: URL,
  addresses: readonly string[],
  { method = "GET", headers, body = null, signal }: Dialled,
): Promise<IncomingMessage> {
  const { request } =
    url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const checked = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  const lookup: LookupFunction = (_host, { all }, callback) => {
    const [first] = checked;
    if (all) callback(null, checked);
    else callback(null, first?.address ?? "", first?.family ?? 0);
  };
  const options: RequestOptions = {
    method,
    hostname: bareHost(url),
    path: `${url.pathname}${url.search}`,
    ...(url.port === "" ? {} : { port: url.port }),
    headers: {
      "accept-encoding": "identity",
      "user-agent": `modullm/${VERSION}`,
      ...headers,
    },
    agent: false,
    lookup,
    signal,
  };
  return await new Promise((resolve, reject) => {
    const sent = request(options, resolve).on("error", reject);
    if (body === null) sent.end();
    else sent.end(body);
  });
}

/** Why a connection failed, in words behind a colon. */
export function dialReason(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  return REASONS[code] ?? (thrown instanceof Error ? thrown.message : String(thrown));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host could not be looked up",
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection broke",
};

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

function tooLong(): Error {
  return new Error("it took too long to find the host");
}
