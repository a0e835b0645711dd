import { sha256 } from "../core/digest.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * A digest of what tells accounts at one address apart: the key and the configured headers.
 * @param more what else does
 */
export function accountOf({ key, headers }: Endpoint, more?: string): string {
  const names = Object.keys(headers).toSorted();
  const sent = names.map((name) => [name.toLowerCase(), headers[name]]);
  const all = [key?.value ?? null, ...sent, ...(more === undefined ? [] : [more])];
  return sha256(JSON.stringify(all));
}
