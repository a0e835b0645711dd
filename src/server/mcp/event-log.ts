import type { EventStore, JSONRPCMessage } from "@modelcontextprotocol/server";

/** Messages that are kept for a client whose stream broke off. */
const MOST = 100;
/** Characters of them. */
const MOST_TEXT = 2_000_000;

interface Kept {
  readonly id: string;
  readonly stream: string;
  readonly message: JSONRPCMessage;
  readonly size: number;
}

/** What a session has sent, so that a client gets the rest of a stream that broke off. */
export function createEventLog(): EventStore {
  let kept: readonly Kept[] = [];
  let count = 0;
  return {
    storeEvent(stream, message) {
      const id = `${stream}_${count++}`;
      kept = newest([...kept, { id, stream, message, size: JSON.stringify(message).length }]);
      return Promise.resolve(id);
    },
    getStreamIdForEventId: (id) => Promise.resolve(kept.find((each) => each.id === id)?.stream),
    async replayEventsAfter(last, { send }) {
      const at = kept.findIndex(({ id }) => id === last);
      const stream = kept[at]?.stream ?? "";
      for (const { id, message, stream: of } of kept.slice(at + 1))
        if (of === stream && Object.keys(message).length > 0) await send(id, message);
      return stream;
    },
  };
}

function newest(all: readonly Kept[]): readonly Kept[] {
  let from = Math.max(0, all.length - MOST);
  let text = all.slice(from).reduce((sum, { size }) => sum + size, 0);
  for (; text > MOST_TEXT && from < all.length - 1; from++) text -= all[from]?.size ?? 0;
  return all.slice(from);
}
