import { afterEach, test } from "bun:test";
import type { Model } from "../../../src/model/model.ts";
import { createModels } from "../../../src/model/models.ts";
import { noBaseline } from "../calls.ts";
import { answers, openServer, streams } from "../faulty-server.ts";
import type { Act, FaultyServer } from "../faulty-server.ts";
import { settings } from "../settings.ts";
import type { Reply, Wire } from "../wires/wire.ts";

const opened: FaultyServer[] = [];

/** Closes what a test has opened; each file of checks calls it once. */
export function closeAfterEach(): void {
  afterEach(async () => {
    for (const server of opened.splice(0)) await server.close();
  });
}

export interface Bench {
  readonly server: FaultyServer;
  /** As programs get it, with its retries. */
  readonly model: Model;
  /** Milliseconds of each wait that was asked for; nothing is really waited. */
  readonly waits: readonly number[];
  list(): Promise<readonly string[]>;
}

/** A model at a server of that protocol that does these things in turn. */
export async function bench(wire: Wire, ...acts: readonly Act[]): Promise<Bench> {
  const server = await openServer(...acts);
  opened.push(server);
  const waits: number[] = [];
  const models = createModels({
    config: settings(wire.settings(`http://${server.host}`)),
    baseline: noBaseline,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    random: () => 0,
  });
  const provider = await models.provider(wire.provider);
  return {
    server,
    model: await models.get(`${wire.provider}/${wire.model}`),
    waits,
    list: async () => (await provider.list?.(new AbortController().signal)) ?? [],
  };
}

/** A streamed answer. */
export function gives(wire: Wire, reply: Reply): Act {
  return streams(wire.events(reply), { type: wire.type, encoding: wire.encoding });
}

/** These pieces of a stream, and nothing after them. */
export function sends(
  wire: Wire,
  pieces: readonly string[],
  end: "close" | "reset" | "open" = "close",
): Act {
  return streams(pieces, { type: wire.type, end, gap: 2, encoding: wire.encoding });
}

/** An error status, worded as this provider does. */
export function refuses(
  wire: Wire,
  status: number,
  message: string,
  more: { code?: string; headers?: Readonly<Record<string, string>> } = {},
): Act {
  return answers(
    status,
    wire.error(status, message, more.code ?? "some_error"),
    more.headers ?? {},
  );
}

/** The events of a reply up to, and not including, the one that finishes it. */
export function unfinished(wire: Wire, reply: Reply): readonly string[] {
  return wire.events(reply).slice(0, -wire.ending);
}

/** A check, or a skip with its reason where the protocol has no such thing. */
export function check(
  wire: Wire,
  name: string,
  id: string | null,
  work: () => Promise<void>,
): void {
  const reason = id === null ? undefined : wire.skips[id];
  if (reason === undefined) test(name, work);
  else test.skip(`${name} (not here: ${reason})`, work);
}
