import { sha256 } from "../core/digest.ts";
import type { Endpoint } from "./endpoint.ts";

/** A digest of what tells accounts at one address apart: the key and the configured headers. */
export function accountOf({ key, headers }: Endpoint): string {
  const names = Object.keys(headers).toSorted();
  const all = [key?.value ?? null, ...names.map((name) => [name.toLowerCase(), headers[name]])];
  return sha256(JSON.stringify(all));
}
