import { createByteStore } from "./bytes.ts";

export interface PrintedText {
  push(bytes: Uint8Array): void;
  /** What came since the last time. */
  take(): { readonly printed: string; readonly printedDropped: number };
}

/** Keeps the first `limit` bytes of what is printed and counts the rest. */
export function createPrinted(limit: number): PrintedText {
  const kept = createByteStore();
  let dropped = 0;
  return {
    push(bytes) {
      const part = bytes.subarray(0, limit - kept.size);
      dropped += bytes.length - part.length;
      kept.add(part);
    },
    take() {
      // A character cut in half at the limit shows as U+FFFD.
      const taken = { printed: kept.take(), printedDropped: dropped };
      dropped = 0;
      return taken;
    },
  };
}
