export interface PrintedText {
  push(bytes: Uint8Array): void;
  /** What came since the last time. */
  take(): { readonly printed: string; readonly printedDropped: number };
}

/** Keeps the first `limit` bytes of what is printed and counts the rest. */
export function createPrinted(limit: number): PrintedText {
  let kept: Uint8Array[] = [];
  let size = 0;
  let dropped = 0;
  return {
    push(bytes) {
      const part = bytes.subarray(0, limit - size);
      dropped += bytes.length - part.length;
      size += part.length;
      if (part.length > 0) kept.push(part.slice());
    },
    take() {
      // A character cut in half at the limit shows as U+FFFD.
      const taken = { printed: Buffer.concat(kept).toString("utf8"), printedDropped: dropped };
      kept = [];
      size = 0;
      dropped = 0;
      return taken;
    },
  };
}
