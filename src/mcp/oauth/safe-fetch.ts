import { lookup } from "node:dns/promises";
import type { FetchLike } from "@modelcontextprotocol/client";
import { isPublicAddress } from "../../media/addresses.ts";
import { boundedFetch } from "../bounded-fetch.ts";
import { serverError } from "../fault.ts";

/** Bytes of one document of an authorization server. */
const MOST_BYTES = 1024 * 1024;
/** Milliseconds for one request. */
const DEADLINE = 30_000;

/**
 * A `fetch` for addresses that an MCP server names: https, or this machine where the server is on
 * it; and never from the public internet into a private network.
 */
export function safeFetch(server: Server): FetchLike {
  const bounded = boundedFetch(fetch, MOST_BYTES);
  return async (url, init) => {
    const target = new URL(url);
    await requireSafe(server, target);
    const late = AbortSignal.timeout(DEADLINE);
    return await bounded(target, { ...init, signal: late });
  };
}

/** @throws {ModullmError} RLLM_025 */
export async function requireSafe({ name, at }: Server, target: URL): Promise<void> {
  const fault = await faultOf(target, new URL(at.url));
  if (fault === null) return;
  const reason = `for a login it leads to "${target.origin}", ${fault}`;
  throw serverError(name, { reason, retryable: false });
}

interface Server {
  readonly name: string;
  readonly at: { readonly url: string };
}

async function faultOf(target: URL, own: URL): Promise<string | null> {
  const isHere = isLoopback(target) && isLoopback(own);
  if (target.protocol !== "https:" && !isHere) return "which is not reached over https";
  if (isHere || (await isInside(own)) || !(await isInside(target))) return null;
  return "which is not on the public internet as the server is";
}

/** Whether any of its addresses is not public. What can't be looked up is told by the request. */
async function isInside({ hostname }: URL): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.some(({ address }) => !isPublicAddress(address));
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}
