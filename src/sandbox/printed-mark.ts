import { randomBytes } from "node:crypto";

/**
 * What ends the printed text of a run, where results overtake it. Code that forges it gets its own
 * text later, and nothing else.
 */
export interface PrintedMark {
  readonly text: string;
  /** From now on the next mark is waited for. */
  expect(): void;
  /** Resolves when it has come. */
  readonly seen: Promise<void>;
  /** The bytes without marks. The beginning of one waits for its end. */
  strip(bytes: Uint8Array): Uint8Array;
}

export function createPrintedMark(): PrintedMark {
  const text = `\u0000${randomBytes(12).toString("hex")}\n`;
  const mark = Buffer.from(text);
  let held = Buffer.alloc(0);
  let tell: (() => void) | null = null;
  let seen = Promise.resolve();
  return {
    text,
    expect() {
      seen = new Promise((done) => (tell = done));
    },
    get seen() {
      return seen;
    },
    strip(bytes) {
      const all = Buffer.concat([held, bytes]);
      const parts: Uint8Array[] = [];
      let from = 0;
      for (let at = all.indexOf(mark); at !== -1; at = all.indexOf(mark, from)) {
        parts.push(all.subarray(from, at));
        from = at + mark.length;
        tell?.();
      }
      const end = all.length - begunAtEnd(all.subarray(from), mark);
      held = all.subarray(end);
      return Buffer.concat([...parts, all.subarray(from, end)]);
    },
  };
}

/** How many of the last bytes may be the beginning of a mark. */
function begunAtEnd(bytes: Buffer, mark: Buffer): number {
  // It begins with NUL, which stands nowhere else in it.
  const at = bytes.lastIndexOf(0);
  const begun = at === -1 ? bytes.subarray(bytes.length) : bytes.subarray(at);
  return begun.length < mark.length && mark.subarray(0, begun.length).equals(begun)
    ? begun.length
    : 0;
}
