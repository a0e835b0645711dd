import { Turns } from "./turns.ts";

export interface ShelfOptions<Key extends { readonly stamp: string }, Item> {
  /** Things that are kept at a time. */
  readonly places: number;
  readonly load: (key: Key) => Promise<Item>;
  readonly drop: (item: Item) => Promise<void>;
}

interface Entry<Item> {
  readonly item: Promise<Item>;
  users: number;
}

/**
 * Things that take much memory, the ones used last kept. No more than `places` are there at any
 * time: one is dropped, when nobody uses it, before another one is loaded. Who asks first is served
 * first, so that nobody waits forever for a place.
 */
export class Shelf<Key extends { readonly stamp: string }, Item> {
  readonly #options: ShelfOptions<Key, Item>;
  /** The one used last at the end. */
  readonly #entries = new Map<string, Entry<Item>>();
  readonly #asking = new Turns(1);
  #freed: (() => void) | null = null;

  constructor(options: ShelfOptions<Key, Item>) {
    this.#options = options;
  }

  /** The work has the item until it ends. */
  async use<Result>(
    key: Key,
    signal: AbortSignal,
    work: (item: Item) => Promise<Result>,
  ): Promise<Result> {
    const entry = await this.#take(key, signal);
    try {
      return await work(await orAborted(entry.item, signal));
    } finally {
      entry.users--;
      this.#freed?.();
    }
  }

  has(key: Key): boolean {
    return this.#entries.has(key.stamp);
  }

  async #take(key: Key, signal: AbortSignal): Promise<Entry<Item>> {
    await this.#asking.take(signal);
    try {
      const before = await this.#room(key, signal);
      let entry = this.#entries.get(key.stamp);
      entry ??= this.#add(key, before);
      entry.users++;
      this.#entries.delete(key.stamp);
      this.#entries.set(key.stamp, entry);
      return entry;
    } finally {
      this.#asking.give();
    }
  }

  /** What is to be dropped first; null where nothing is. */
  async #room(key: Key, signal: AbortSignal): Promise<Entry<Item> | null> {
    for (;;) {
      if (this.#entries.has(key.stamp) || this.#entries.size < this.#options.places) return null;
      const idle = [...this.#entries].find(([, { users }]) => users === 0);
      if (idle !== undefined) {
        this.#entries.delete(idle[0]);
        return idle[1];
      }
      const freed = new Promise<void>((resolve) => {
        this.#freed = resolve;
      });
      await orAborted(freed, signal);
    }
  }

  #add(key: Key, before: Entry<Item> | null): Entry<Item> {
    const { load, drop } = this.#options;
    async function make(): Promise<Item> {
      // One that could not be loaded has nothing to drop; whoever asked for it was told.
      const old = await before?.item.catch(() => null);
      if (old !== undefined && old !== null) await drop(old);
      return await load(key);
    }
    const entry = { item: make(), users: 0 };
    entry.item.catch(() => {
      if (this.#entries.get(key.stamp) === entry) this.#entries.delete(key.stamp);
      this.#freed?.();
    });
    return entry;
  }
}

/** Settles as the promise does, or rejects with the signal's reason, whichever comes first. */
export async function orAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const refuse = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", refuse, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", refuse);
  }
}
