/** What is kept of a model whose calls fail. One that works has no record at all. */
export interface BreakerRecord {
  /** Calls that failed in a row. */
  readonly failures: number;
  /** When the last one did; milliseconds since the epoch. */
  readonly failed: number;
  /** Until when it is spared, once it has failed often enough; 0 before that. */
  readonly until: number;
  /** Milliseconds of the last rest; the next one is twice as long. */
  readonly rest: number;
}

/**
 * Where records are kept: of one process, or of all processes of a user. No call throws; what can't
 * be read is not there.
 */
export interface BreakerStore {
  get(key: string): BreakerRecord | null;
  put(key: string, record: BreakerRecord): void;
  remove(key: string): void;
}

export interface BreakerOptions {
  readonly store: BreakerStore;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** Shrinks all times, for tests. @default 1 */
  readonly scale?: number;
}

/**
 * Spares a model that fails again and again.
 *
 * Closed: calls pass. After three failures in a row it opens, and rests for 5 s, then 10 s, then 20
 * s at a time (or as long as the server asks for, up to 60 s). When a rest is over it is half open:
 * the first call is the probe, and the model counts as resting for the others until the probe has
 * ended. One success closes it.
 */
export interface Breaker {
  /** Until when calls are better spared; null while they are not. */
  restsUntil(): number | null;
  /**
   * A call begins. True when it is the probe of a model that has rested: then one try is enough.
   */
  begin(): boolean;
  succeeded(): void;
  /** @param asked milliseconds the server wants to be left alone; null where it does not say */
  failed(asked: number | null): void;
}

const THRESHOLD = 3;
const FIRST_REST = 5000;
const LONGEST_REST = 20_000;
/** The longest rest that a server may ask for. */
const LONGEST_ASKED = 60_000;
/** Failures that lie further apart than this are not one failure that stays. */
const MEMORY = 120_000;

/** @param key what tells the model apart from all others: its id and where its calls go */
export function createBreaker(
  key: string,
  { store, now = Date.now, scale = 1 }: BreakerOptions,
): Breaker {
  // Nothing was on record when the last call began, and nothing has failed here since: nothing to
  // remove.
  let clean = false;

  function current(): BreakerRecord | null {
    const record = store.get(key);
    clean = record === null;
    if (record === null) return null;
    const time = now();
    // A clock that was put back must not keep a model away for longer than any rest lasts.
    const valid = record.failed <= time + 1000 && record.until - time <= LONGEST_ASKED * scale;
    const recent = time - Math.max(record.failed, record.until) < MEMORY * scale;
    return valid && recent ? record : null;
  }
  return {
    restsUntil() {
      const record = current();
      return record !== null && record.until > now() ? record.until : null;
    },
    begin() {
      const record = current();
      if (record === null || record.until === 0) return false;
      // Others spare it while the probe is under way; if this process dies, for no longer than one
      // more rest.
      if (record.until <= now())
        store.put(key, { ...record, until: now() + Math.max(record.rest, FIRST_REST * scale) });
      return true;
    },
    succeeded() {
      if (!clean && store.get(key) !== null) store.remove(key);
    },
    failed(asked) {
      const record = current();
      clean = false;
      const failures = (record?.failures ?? 0) + 1;
      const time = now();
      if (failures < THRESHOLD)
        return store.put(key, { failures, failed: time, until: 0, rest: 0 });
      const rest = Math.min((record?.rest ?? 0) * 2 || FIRST_REST * scale, LONGEST_REST * scale);
      const wait = Math.max(rest, Math.min(asked ?? 0, LONGEST_ASKED * scale));
      store.put(key, { failures, failed: time, until: time + wait, rest });
    },
  };
}

/** Records of this process alone. */
export function createMemoryStore(): BreakerStore {
  const records = new Map<string, BreakerRecord>();
  return {
    get: (key) => records.get(key) ?? null,
    put: (key, record) => void records.set(key, record),
    remove: (key) => void records.delete(key),
  };
}
