import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Wire } from "../wires/wire.ts";

export const PEERS = join(import.meta.dir, "../peers/node_modules");

/** One reply, as a client has understood it. */
export interface Understood {
  readonly text: string;
  readonly reasoning: string;
  readonly finish: unknown;
  readonly usage: readonly unknown[];
  readonly served: unknown;
  /** Id, name and arguments of each call; the id where the client shows one. */
  readonly tools: readonly (readonly [id: unknown, name: unknown, input: unknown])[];
}

export interface Peer {
  readonly name: string;
  readonly wire: Wire;
  /** Why it can't be asked here; null when it can. */
  readonly missing: string | null;
  /** Whether the client shows the ids of calls. */
  readonly showsIds: boolean;
  stream(url: string): Promise<Understood>;
  whole(url: string): Promise<Understood>;
}

/** Why a client can't be asked here; null when it can. */
export function absence(path: string): string | null {
  return existsSync(path) ? null : "npm install --prefix test/model/peers brings it";
}
