import type { Refusal } from "./face.ts";

/** Names by which only this machine is reached. */
export const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Whether an address that is listened at is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/.test(host);
}

/**
 * A page of a browser can have its own name lead to this machine, and then speaks to what listens
 * here as if it were its own: so a request must name a host that this server goes by, and come from
 * no other site. Programs send no Origin.
 * @param hosts names without ports
 */
export function turnedAway(headers: Headers, hosts: readonly string[]): Refusal | null {
  const host = headers.get("host");
  if (!hosts.includes(hostOf(`http://${host ?? ""}`)))
    return { status: 403, reason: `the host "${host ?? ""}" is not served here` };
  const origin = headers.get("origin");
  if (origin !== null && !(/^https?:/.test(origin) && hosts.includes(hostOf(origin))))
    return { status: 403, reason: `the origin "${origin}" is not allowed` };
  return null;
}

/** The name in an address, in lower case; empty where there is none. */
function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : "";
}
