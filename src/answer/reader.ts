import { writeJson } from "../core/json.ts";
import type { Contract } from "../contract/contract.ts";
import type { PartialReading, Reading, ReadOptions } from "./answer.ts";
import { readPartial } from "./partial.ts";
import { readAnswer } from "./read.ts";

/**
 * Reads an answer while it is being written.
 *
 * Order of calls: `push` for each piece as it comes, then `end` once. However the text is cut into
 * pieces, `end` gives what `readAnswer` gives for the whole.
 */
export interface AnswerReader {
  /**
   * The value so far; null when it has not changed since the last one that was given, or is not
   * looked at yet.
   */
  push(piece: string): PartialReading | null;
  end(): Reading;
}

/** Up to this length every piece is read; it bounds what that can cost. In UTF-16 units. */
const EAGER = 2048;
/**
 * Beyond it the text is read again when it has grown by a sixteenth: all readings together cost at
 * most 17 times the last.
 */
const GROWTH = 16;

export function createAnswerReader(contract: Contract, options: ReadOptions = {}): AnswerReader {
  let text = "";
  let read = 0;
  let shown = "";
  return {
    push(piece) {
      text += piece;
      if (text.length < read + (read < EAGER ? 1 : read / GROWTH)) return null;
      read = text.length;
      const partial = readPartial(text, contract);
      if (!partial.ok) return null;
      const now = writeJson(partial.value);
      if (now === shown) return null;
      shown = now;
      return partial;
    },
    end: () => readAnswer(text, contract, options),
  };
}
