import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Bytes of a file that is read or searched. */
export const MOST_BYTES = 10_000_000;
/** Characters that are given at a time. */
const MOST_TEXT = 100_000;
const MOST_LINES = 2000;

/**
 * The text of a file.
 * @param path with no link in it: one that was put there meanwhile is not followed
 * @throws {Error} for what is no regular file, too large, or no text in UTF-8
 */
export async function readText(path: string): Promise<string> {
  // A pipe that nobody writes to must not hold it up.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error("it is no file");
    if (stats.size > MOST_BYTES)
      throw new Error(`it has ${stats.size} bytes, and ${MOST_BYTES} are the most`);
    const bytes = await file.readFile();
    if (bytes.includes(0)) throw new Error("it is no text");
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (thrown) {
    throw thrown instanceof TypeError ? new Error("it is no text in UTF-8") : thrown;
  } finally {
    await file.close();
  }
}

export interface Lines {
  readonly text: string;
  readonly from: number;
  readonly lines: number;
  readonly next: number | null;
}

/** @throws {Error} for a line that is not there, or is too long */
export function linesOf(text: string, from: number, most: number = MOST_LINES): Lines {
  const all = text.split("\n");
  // What ends with a line break has no further line.
  if (all.at(-1) === "") all.pop();
  if (from > Math.max(1, all.length))
    throw new Error(`it has ${all.length} lines, and no line ${from}`);
  const taken: string[] = [];
  let size = 0;
  for (const line of all.slice(from - 1, from - 1 + most)) {
    size += line.length + 1;
    if (size > MOST_TEXT) break;
    taken.push(line);
  }
  const rest = from - 1 + taken.length < all.length;
  if (taken.length === 0 && rest)
    throw new Error(`line ${from} has more than ${MOST_TEXT} characters`);
  const next = rest ? from + taken.length : null;
  return { text: taken.join("\n"), from, lines: taken.length, next };
}
