import type { Readable } from "node:stream";
import { createKeyReader, type Key } from "./keys.ts";

/** Keys as they are pressed, one after the other; what is typed early waits. */
export interface Keyboard {
  /** The next key; null at the end of the input. */
  next(): Promise<Key | null>;
  /** Whether a key waits to be taken. */
  readonly waits: boolean;
  /** While somebody listens, keys are told at once where `take` gives true, and wait otherwise. */
  listen(take: (key: Key) => boolean): () => void;
  /** As if the input had ended. */
  end(): void;
  /** Gives the terminal back, as it was. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Pastes are marked, and keys are told apart as the kitty protocol does, where that is known. */
const ON = "\u001B[?2004h\u001B[>1u";
const OFF = "\u001B[<u\u001B[?2004l";
/** An escape that nothing follows for so long is a key on its own. */
const ESCAPE_MS = 50;

export function openKeyboard(input: Readable, write: (text: string) => void): Keyboard {
  const reader = createKeyReader();
  const decoder = new TextDecoder();
  const queue = createQueue();
  let taker: ((key: Key) => boolean) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function put(key: Key | null): void {
    if (key === null || taker?.(key) !== true) queue.put(key);
  }

  function take(chunk: Uint8Array | string): void {
    clearTimeout(timer);
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    for (const key of reader.push(text)) put(key);
    if (reader.pending) timer = setTimeout(() => reader.flush(), ESCAPE_MS);
  }

  const end = (): void => put(null);
  function resume(): void {
    setRaw(input, true);
    write(ON);
    input.resume();
  }
  function pause(): void {
    write(OFF);
    input.pause();
    setRaw(input, false);
  }

  function close(): void {
    clearTimeout(timer);
    input.off("data", take);
    input.off("end", end);
    process.off("exit", close);
    pause();
  }

  input.on("data", take);
  input.on("end", end);
  process.on("exit", close);
  resume();
  return {
    next: queue.next,
    get waits() {
      return queue.waits;
    },
    listen(listener) {
      taker = listener;
      return () => (taker = null);
    },
    end,
    pause,
    resume,
    close,
  };
}

/** Keys that wait, or somebody who waits for one. */
function createQueue(): Pick<Keyboard, "next" | "waits"> & { put(key: Key | null): void } {
  const keys: (Key | null)[] = [];
  let waiting: ((key: Key | null) => void) | null = null;
  return {
    put(key) {
      if (waiting === null) return void keys.push(key);
      const resolve = waiting;
      waiting = null;
      resolve(key);
    },
    async next() {
      const key = keys.shift();
      if (key !== undefined) return key;
      return await new Promise((resolve) => (waiting = resolve));
    },
    get waits() {
      return keys.length > 0;
    },
  };
}

function setRaw(input: Readable, raw: boolean): void {
  if ("setRawMode" in input && typeof input.setRawMode === "function") input.setRawMode(raw);
}
