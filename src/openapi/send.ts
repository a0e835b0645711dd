import type { IncomingMessage } from "node:http";
import { proxyFor } from "../core/proxy.ts";
import { isPublicAddress } from "../media/addresses.ts";
import { addressesOf, dial, dialReason, type Lookup } from "../media/dial.ts";
import { apiError } from "./fault.ts";
import type { ApiRequest } from "./request.ts";

export interface SendOptions {
  /** Whether the host's addresses may be private. */
  readonly isPrivate: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly lookup: Lookup;
  readonly signal: AbortSignal;
}

/** What a server answered, read whole. */
export interface ApiAnswer {
  readonly status: number;
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** Where a redirect leads that was not followed; null where there is none. */
  readonly leadsTo: string | null;
}

const MOST_REDIRECTS = 5;
/** Milliseconds for all of it. */
const DEADLINE = 60_000;
/** Bytes of an answer. */
const MOST_BYTES = 8 * 1024 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request to the host that it is for, and to no other: redirects are followed within it
 * only. Each address is checked before it is dialled, as those of media are.
 * @throws {ModullmError} RLLM_025 where there is no answer that can be taken; what aborted `signal`
 */
export async function send(request: ApiRequest, options: SendOptions): Promise<ApiAnswer> {
  const late = AbortSignal.timeout(DEADLINE);
  const signal = AbortSignal.any([options.signal, late]);
  const { host } = request.url;
  try {
    return await follow(request, { ...options, signal });
  } catch (thrown) {
    options.signal.throwIfAborted();
    if (thrown instanceof Refused) throw apiError(host, thrown.message, { retryable: false });
    if (late.aborted)
      throw apiError(host, `it did not answer within ${DEADLINE / 1000} s`, {
        retryable: true,
        deadline: "call",
      });
    throw apiError(host, dialReason(thrown), { retryable: true, cause: thrown });
  }
}

/** What is not sent, or not taken. */
class Refused extends Error {}

async function follow(request: ApiRequest, options: SendOptions): Promise<ApiAnswer> {
  let { url } = request;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const addresses = await openAddresses(url, options);
    const { method, headers, body } = request;
    const reply = await dial(url, addresses, { method, headers, body, signal: options.signal });
    const { statusCode = 0, headers: told } = reply;
    const next = REDIRECTS.has(statusCode) ? (told.location ?? null) : null;
    if (next === null) return await answerOf(reply, null);
    const target = URL.canParse(next, url.href) ? new URL(next, url) : null;
    const keeps = ["GET", "HEAD"].includes(method) || statusCode === 307 || statusCode === 308;
    if (target === null || target.origin !== url.origin || !keeps)
      return await answerOf(reply, target?.origin ?? "an address that is no URL");
    reply.destroy();
    url = target;
  }
  throw new Refused(`it redirects more than ${MOST_REDIRECTS} times`);
}

async function openAddresses(
  url: URL,
  { isPrivate, env, lookup, signal }: SendOptions,
): Promise<readonly string[]> {
  const proxy = isPrivate ? null : proxyFor(url, env);
  if (proxy !== null)
    throw new Refused(
      `${proxy.variable} is set, and behind a proxy its address can't be checked; name the host ` +
        `in NO_PROXY, or write openapi: {"${url.host}": {private: true}} in config.yaml`,
    );
  const addresses = await addressesOf(url, { lookup, signal });
  const closed = isPrivate ? undefined : addresses.find((address) => !isPublicAddress(address));
  if (closed === undefined) return addresses;
  throw new Refused(
    `its address ${closed} is not on the public internet; if it may be, write openapi: ` +
      `{"${url.host}": {private: true}} in config.yaml`,
  );
}

async function answerOf(reply: IncomingMessage, leadsTo: string | null): Promise<ApiAnswer> {
  const { statusCode: status = 0, headers } = reply;
  const told = Number(headers["content-length"] ?? 0);
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of reply as AsyncIterable<Uint8Array>) {
      size += part.length;
      if (size > MOST_BYTES) throw new Refused(`it answered with more than ${MOST_BYTES} bytes`);
      parts.push(part);
    }
    const isHead = reply.complete && size === 0;
    if (!isHead && (size < told || !reply.complete))
      throw new Error(`the answer broke off after ${size} bytes`);
    const [mediaType = ""] = (headers["content-type"] ?? "").split(";", 1);
    return {
      status,
      mediaType: mediaType.trim().toLowerCase(),
      bytes: Buffer.concat(parts),
      leadsTo,
    };
  } finally {
    reply.destroy();
  }
}
