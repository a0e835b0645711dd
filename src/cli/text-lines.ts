import { inputError } from "../program/input.ts";
import type { Terminal } from "./output.ts";

/** A longer line is no text that any model takes. */
const MOST_LINE_MIB = 64;
const LINE_BREAK = 0x0a;

/**
 * The lines of stdin as they come, those of one piece together. A line ends in `\n` or `\r\n`; a
 * byte order mark at the very beginning is no part of the first one.
 * @throws {ModullmError} RLLM_016 for a line that is no UTF-8, or that goes on for 64 MiB; the
 * lines before it are given first
 */
export async function* textLines(terminal: Terminal): AsyncGenerator<readonly string[]> {
  /** The beginning of a line that has not ended yet. */
  let begun: Uint8Array[] = [];
  let size = 0;
  let lines = 0;
  for await (const piece of terminal.stdin()) {
    const end = piece.lastIndexOf(LINE_BREAK) + 1;
    if (end > 0) {
      const whole = Buffer.concat([...begun, piece.subarray(0, end - 1)]);
      for (const some of decoded(whole, lines)) {
        lines += some.length;
        yield some;
      }
      begun = [];
      size = 0;
    }
    if (end < piece.length) begun.push(piece.slice(end));
    size += piece.length - end;
    if (size > MOST_LINE_MIB * 2 ** 20)
      throw lineError(lines + 1, `it does not end within ${MOST_LINE_MIB} MiB`);
  }
  const rest = Buffer.concat(begun);
  const isMark = lines === 0 && rest.equals(BYTE_ORDER_MARK);
  if (size > 0 && !isMark) yield* decoded(rest, lines);
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** @param before the number of lines before these */
function* decoded(bytes: Uint8Array, before: number): Generator<readonly string[]> {
  const text = decode(bytes);
  if (text !== null) {
    const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
    if (before === 0) lines[0] = lines[0]?.replace(/^\uFEFF/, "") ?? "";
    return yield lines;
  }
  const end = firstFault(bytes);
  if (end.at > 0) yield* decoded(bytes.subarray(0, end.at - 1), before);
  throw lineError(before + end.lines + 1, "it is not UTF-8 text");
}

/** Where the first line that is no UTF-8 begins, and how many are before it. */
function firstFault(bytes: Uint8Array): { readonly at: number; readonly lines: number } {
  for (let at = 0, lines = 0; ; lines++) {
    const end = bytes.indexOf(LINE_BREAK, at);
    if (end < 0 || decode(bytes.subarray(at, end)) === null) return { at, lines };
    at = end + 1;
  }
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Null for what is no UTF-8. */
function decode(bytes: Uint8Array): string | null {
  try {
    return DECODER.decode(bytes);
  } catch {
    return null;
  }
}

function lineError(line: number, reason: string): Error {
  const message = `Cannot read line ${line} of stdin: ${reason}`;
  return inputError("stdin", message, { line, reason }, "Give one text a line, in UTF-8.");
}
