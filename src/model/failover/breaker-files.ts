import { sha256 } from "../../core/digest.ts";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../../core/json.ts";
import { type BreakerRecord, type BreakerStore, createMemoryStore } from "./breaker.ts";

/**
 * Milliseconds for which what was seen of the folder still holds: other processes' news may come
 * that late.
 */
const FRESH = 250;
/** A record is a few numbers; a longer file is something else. */
const LONGEST_FILE = 1000;

/**
 * Records in files that all processes of a user share: one small file a model, under a digest of
 * its key, written whole and put in place at once. No locks: of two processes that write, the last
 * one counts, and all that hangs on it is one call more or less. A file that can't be read counts
 * as none; where nothing can be written, the records are this process's own.
 *
 * @param folder made when the first record is written
 */
export function createBreakerFiles(folder: string): BreakerStore {
  const own = createMemoryStore();
  const seen = new Map<string, { readonly at: number; readonly record: BreakerRecord | null }>();
  let writable = true;
  let written = 0;
  let looked = Number.NEGATIVE_INFINITY;
  let empty = true;

  function remember(key: string, record: BreakerRecord | null): void {
    seen.set(key, { at: performance.now(), record });
  }

  /**
   * Most users have never had a record: then there is no folder, and no file needs to be looked
   * for.
   */
  function isEmpty(time: number): boolean {
    if (time - looked < FRESH) return empty;
    looked = time;
    empty = statSync(folder, { throwIfNoEntry: false }) === undefined;
    return empty;
  }

  return {
    get(key) {
      if (!writable) return own.get(key);
      const time = performance.now();
      const known = seen.get(key);
      if (known !== undefined && time - known.at < FRESH) return known.record;
      const record =
        attempt(() => (isEmpty(time) ? null : readRecord(fileOf(folder, key)))) ?? null;
      remember(key, record);
      return record;
    },
    put(key, record) {
      remember(key, record);
      own.put(key, record);
      const file = fileOf(folder, key);
      const draft = `${file}.${process.pid}.${++written}`;
      const done = attempt(() => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(draft, JSON.stringify(record), { mode: 0o600 });
        renameSync(draft, file);
        return true;
      });
      if (done) return;
      attempt(() => rmSync(draft, { force: true }));
      writable = false;
    },
    remove(key) {
      remember(key, null);
      own.remove(key);
      attempt(() => rmSync(fileOf(folder, key), { force: true }));
    },
  };
}

function fileOf(folder: string, key: string): string {
  return join(folder, `${sha256(key).slice(0, 32)}.json`);
}

function readRecord(file: string): BreakerRecord | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > LONGEST_FILE) return null;
  const value: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!isObject(value)) return null;
  const { failures, failed, until, rest } = value;
  const numbers = [failures, failed, until, rest].every(
    (each) => typeof each === "number" && each >= 0,
  );
  return numbers ? ({ failures, failed, until, rest } as BreakerRecord) : null;
}

/** What the disk refuses is no reason for a run to fail. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
