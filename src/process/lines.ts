import { isUtf8 } from "node:buffer";
import { writeJson } from "../core/json.ts";

/**
 * Cuts what a process writes into lines. A line is UTF-8, ends with `\n` and has at most `limit`
 * bytes; nothing longer is ever held.
 */
export interface LineReader {
  /**
   * @param take called for each whole line, with its bytes' number; false ends the reading
   * @returns what is wrong with what was written, or null
   */
  push(bytes: Uint8Array, take: (line: string, size: number) => boolean): LineFault | null;
  /** Bytes of the line that has begun. */
  readonly partial: number;
}

export interface LineFault {
  readonly kind: "too-long" | "not-utf-8";
  /** A clause of which the process is the subject. */
  readonly reason: string;
}

const NEWLINE = 10;
const SMALLEST = 4096;
/** Bytes of a line that a message shows. */
const SHOWN = 80;

export function createLineReader(limit: number): LineReader {
  // One growing block: a plugin that writes byte by byte must not cost an object for each.
  let block = Buffer.alloc(0);
  let held = 0;
  function hold(piece: Uint8Array): LineFault | null {
    const wanted = held + piece.length;
    if (wanted > limit)
      return { kind: "too-long", reason: `it wrote a line of more than ${limit} bytes` };
    if (wanted > block.length) {
      const larger = Buffer.allocUnsafeSlow(
        Math.max(SMALLEST, wanted, Math.min(2 * block.length, limit)),
      );
      block.copy(larger, 0, 0, held);
      block = larger;
    }
    block.set(piece, held);
    held = wanted;
    return null;
  }
  function release(): Uint8Array {
    const line = block.subarray(0, held);
    block = Buffer.alloc(0);
    held = 0;
    return line;
  }
  return {
    get partial() {
      return held;
    },
    push(bytes, take) {
      let from = 0;
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
        let line = bytes.subarray(from, end);
        from = end + 1;
        if (held > 0 || line.length > limit) {
          const fault = hold(line);
          if (fault !== null) return fault;
          line = release();
        }
        if (!isUtf8(line))
          return { kind: "not-utf-8", reason: `it wrote a line that is not UTF-8: ${shown(line)}` };
        if (!take(textOf(line), line.length)) return null;
      }
      return from < bytes.length ? hold(bytes.subarray(from)) : null;
    },
  };
}

function textOf(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8");
}

function shown(line: Uint8Array): string {
  return excerpt(textOf(line.subarray(0, SHOWN * 2)));
}

/** The beginning of what a process wrote, in quotes and on one line. */
export function excerpt(text: string): string {
  return writeJson(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
