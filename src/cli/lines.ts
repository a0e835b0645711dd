import type { Terminal } from "./output.ts";

/**
 * Reads a terminal's or a pipe's input line by line. What comes early belongs to the next question.
 */
export interface Lines {
  /** The next line, without its end; null when there is none any more. */
  next(): Promise<string | null>;
}

export function createLines(terminal: Terminal): Lines {
  const decoder = new TextDecoder();
  let input: AsyncIterator<Uint8Array> | null = null;
  let ended = false;
  let text = "";
  async function more(): Promise<void> {
    input ??= terminal.stdin()[Symbol.asyncIterator]();
    const next = await input.next();
    ended = next.done === true;
    text += ended ? decoder.decode() : decoder.decode(next.value as Uint8Array, { stream: true });
  }
  return {
    async next() {
      while (!text.includes("\n") && !ended) await more();
      if (text === "" && ended) return null;
      const end = text.indexOf("\n");
      const line = end === -1 ? text : text.slice(0, end);
      text = end === -1 ? "" : text.slice(end + 1);
      return line.replace(/\r$/, "");
    },
  };
}
