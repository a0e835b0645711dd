import type { Transform } from "node:stream";

/** Bytes that JSON, events, comments and web pages begin with; no compressed body begins so. */
const TEXT_STARTS: ReadonlySet<number> = new Set(Buffer.from('\t\n\r {[<":deirntf\u{FEFF}'));

/** The pieces of a body as they come. */
export interface Pieces extends AsyncIterableIterator<Uint8Array> {
  return(): Promise<IteratorResult<Uint8Array>>;
}

/**
 * The pieces of a compressed body, decompressed. The body decides: one that is plain text, whatever
 * its header says, is taken as it is.
 */
export async function* decoded(pieces: Pieces, encoding: string): AsyncGenerator<Uint8Array> {
  const first = await pieces.next();
  if (first.done === true) return;
  const decoder = TEXT_STARTS.has(first.value[0] ?? 0) ? null : await decoderFor(encoding);
  if (decoder === null) {
    yield first.value;
    yield* pieces;
    return;
  }
  const feeding = feed(decoder, first.value, pieces);
  try {
    for await (const piece of decoder as AsyncIterable<Uint8Array>) yield piece;
    await feeding;
  } finally {
    decoder.destroy();
    await pieces.return();
  }
}

async function feed(
  decoder: Transform,
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    decoder.write(first);
    for await (const piece of rest) decoder.write(piece);
    decoder.end();
  } catch (thrown) {
    decoder.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
  }
}

/** Null for an encoding that nobody knows: its body is taken as it is. */
async function decoderFor(encoding: string): Promise<Transform | null> {
  const zlib = await import("node:zlib");
  switch (encoding.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip();
    case "deflate":
      return zlib.createInflate();
    case "br":
      return zlib.createBrotliDecompress();
    default:
      return null;
  }
}
