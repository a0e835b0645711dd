/** Things that run in a process, such as children; whoever wants the same one shares it. */
export interface Leases<Held> {
  /** How many there are. */
  readonly size: number;
  /** @param key what tells it apart from others @param make makes the first one of a key */
  lease(key: string, make: () => Held): Lease<Held>;
  /** Ends all of them. */
  close(): Promise<void>;
}

export interface Lease<Held> {
  readonly held: Held;
  /** The last one who lets go ends it. */
  release(): Promise<void>;
}

export function createLeases<Held extends { close(): Promise<void> }>(): Leases<Held> {
  const open = new Map<string, { readonly held: Held; users: number }>();
  return {
    get size() {
      return open.size;
    },
    lease(key, make) {
      const known = open.get(key) ?? { held: make(), users: 0 };
      open.set(key, known);
      known.users++;
      let holds = true;
      return {
        held: known.held,
        async release() {
          if (!holds) return;
          holds = false;
          if (--known.users > 0) return;
          if (open.get(key) === known) open.delete(key);
          await known.held.close();
        },
      };
    },
    async close() {
      const all = [...open.values()];
      open.clear();
      await Promise.all(all.map(({ held }) => held.close()));
    },
  };
}
