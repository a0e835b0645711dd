export interface ByteStore {
  readonly size: number;
  /** Copies the bytes: nothing of the piece is held. */
  add(piece: Uint8Array): void;
  /** All that was added since the last time, as UTF-8. */
  take(): string;
}

const SMALLEST = 256;

/**
 * Bytes that come in pieces, in one growing block: a guest that writes byte by byte must not cost
 * the host an object for each, nor keep whole pages of the pipe alive.
 */
export function createByteStore(): ByteStore {
  let block = new Uint8Array(0);
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(piece) {
      const wanted = size + piece.length;
      if (wanted > block.length) {
        const larger = new Uint8Array(Math.max(SMALLEST, wanted, 2 * block.length));
        larger.set(block.subarray(0, size));
        block = larger;
      }
      block.set(piece, size);
      size = wanted;
    },
    take() {
      const text = Buffer.from(block.buffer, 0, size).toString("utf8");
      block = new Uint8Array(0);
      size = 0;
      return text;
    },
  };
}
