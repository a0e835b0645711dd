/** The end of what a process writes to standard error. */
export interface StderrTail {
  push(bytes: Uint8Array): void;
  /** Its last lines, as they stand. */
  lines(): readonly string[];
}

/** Lines and characters that an error shows. */
const MOST_LINES = 20;
const MOST_CHARACTERS = 4000;

/** @param limit bytes that are kept; a flood costs no more */
export function createStderrTail(limit: number): StderrTail {
  let kept = Buffer.alloc(0);
  return {
    push(bytes) {
      // What is shown is the last of it, so the rest need not be joined.
      kept =
        bytes.length >= limit
          ? Buffer.from(bytes.subarray(-limit))
          : Buffer.concat([kept.subarray(-(limit - bytes.length)), bytes]);
    },
    lines() {
      const text = kept.toString("utf8").slice(-MOST_CHARACTERS).trimEnd();
      return text === "" ? [] : text.split(/\r?\n/).slice(-MOST_LINES);
    },
  };
}
