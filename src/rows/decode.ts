import { ModullmError } from "../core/error.ts";

/** Encodings that rows may have; a byte order mark says which, whatever was asked for. */
export const ENCODINGS = ["utf-8", "latin1", "utf-16"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/**
 * Bytes of any of the encodings as UTF-8, without a byte order mark. UTF-8 goes through as it is:
 * whoever reads a row or a cell finds what is wrong there, and can say where.
 */
export async function* asUtf8(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<Uint8Array> {
  let decoder: TextDecoder | null = null;
  let begun = false;
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    let bytes = chunk;
    if (!begun) {
      begun = true;
      const marked = markOf(chunk);
      const label = marked ?? encoding;
      if (label !== "utf-8") decoder = new TextDecoder(label === "utf-16" ? "utf-16le" : label);
      else if (marked !== null) bytes = chunk.subarray(UTF8_MARK.length);
    }
    yield decoder === null ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }));
  }
  const rest = decoder?.decode() ?? "";
  if (rest !== "") yield Buffer.from(rest);
}

/** @throws {ModullmError} what `fault` makes of bytes that are not UTF-8 */
export function utf8(bytes: Uint8Array, fault: (reason: string) => ModullmError): string {
  try {
    return DECODER.decode(bytes);
  } catch {
    throw fault("it is not UTF-8 text; --encoding latin1 or utf-16 reads others");
  }
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const UTF8_MARK = [0xef, 0xbb, 0xbf];

function markOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | null {
  if (UTF8_MARK.every((byte, at) => bytes[at] === byte)) return "utf-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
}
