import { open } from "node:fs/promises";

/** What the head of a GGUF file says, as far as it matters here; null where it does not. */
export interface GgufHead {
  readonly architecture: string | null;
  /** Tokens that the model was made for. */
  readonly window: number | null;
  /** How embeddings are pooled, as llama.cpp numbers it. */
  readonly pooling: number | null;
}

/**
 * The vocabulary, which is long, comes after what is wanted here: so many bytes are read, no more.
 */
const HEAD_BYTES = 256 * 1024;
/** Bytes of a value by its type; strings and lists have their own. */
const SIZES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const [UINT16, INT16, UINT32, INT32, STRING, ARRAY, UINT64, INT64] = [2, 3, 4, 5, 8, 9, 10, 11];

/** Null: it is no GGUF file of version 2 or 3. */
export async function readGgufHead(file: string): Promise<GgufHead | null> {
  const handle = await open(file, "r");
  try {
    const buffer = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, HEAD_BYTES, 0);
    return parseHead(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

function parseHead(bytes: Buffer): GgufHead | null {
  if (bytes.length < 24 || bytes.toString("latin1", 0, 4) !== "GGUF") return null;
  const version = bytes.readUInt32LE(4);
  if (version !== 2 && version !== 3) return null;
  const values = new Map<string, string | number>();
  const count = bytes.readBigUInt64LE(16);
  const cursor = { bytes, at: 24 };
  try {
    for (let index = 0n; index < count; index++) {
      const key = text(cursor);
      // Whatever follows is the vocabulary.
      if (key.startsWith("tokenizer.")) break;
      const value = readValue(cursor, word(cursor));
      if (value !== null) values.set(key, value);
    }
  } catch (thrown) {
    // The head ended within a value: what came before it holds.
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  const architecture = values.get("general.architecture");
  if (typeof architecture !== "string") return { architecture: null, window: null, pooling: null };
  const numeric = (key: string): number | null => {
    const value = values.get(`${architecture}.${key}`);
    return typeof value === "number" ? value : null;
  };
  return { architecture, window: numeric("context_length"), pooling: numeric("pooling_type") };
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** Strings and whole numbers; null for anything else, which is passed over. */
function readValue(cursor: Cursor, type: number): string | number | null {
  const { bytes } = cursor;
  if (type === STRING) return text(cursor);
  if (type === ARRAY) {
    const element = word(cursor);
    const length = long(cursor);
    if (element === ARRAY) throw new RangeError("a list of lists");
    if (element === STRING) for (let index = 0; index < length; index++) skip(cursor, long(cursor));
    else skip(cursor, sizeOf(element) * length);
    return null;
  }
  const at = cursor.at;
  skip(cursor, sizeOf(type));
  if (type === UINT32) return bytes.readUInt32LE(at);
  if (type === INT32) return bytes.readInt32LE(at);
  if (type === UINT16) return bytes.readUInt16LE(at);
  if (type === INT16) return bytes.readInt16LE(at);
  if (type === UINT64 || type === INT64) return Number(bytes.readBigUInt64LE(at));
  return null;
}

function text(cursor: Cursor): string {
  const length = long(cursor);
  const from = cursor.at;
  skip(cursor, length);
  return cursor.bytes.toString("utf8", from, cursor.at);
}

function word(cursor: Cursor): number {
  const at = cursor.at;
  skip(cursor, 4);
  return cursor.bytes.readUInt32LE(at);
}

function long(cursor: Cursor): number {
  const at = cursor.at;
  skip(cursor, 8);
  return Number(cursor.bytes.readBigUInt64LE(at));
}

/** @throws {RangeError} at the end of what was read */
function skip(cursor: Cursor, length: number): void {
  if (!(cursor.at + length <= cursor.bytes.length)) throw new RangeError("the head ends here");
  cursor.at += length;
}

function sizeOf(type: number): number {
  const size = SIZES[type];
  if (size === undefined) throw new RangeError(`there is no type ${type}`);
  return size;
}
