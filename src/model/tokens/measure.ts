/**
 * Width and height in pixels, from the header of a PNG, JPEG, GIF or WebP; null where it can't be
 * found.
 */
export function pixelsOf(
  mediaType: string,
  bytes: Uint8Array,
): readonly [width: number, height: number] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = sizeOf(mediaType, view);
  return size !== null && size[0] > 0 && size[1] > 0 ? size : null;
}

function sizeOf(mediaType: string, view: DataView): readonly [number, number] | null {
  if (mediaType === "image/png" && view.byteLength >= 24)
    return [view.getUint32(16), view.getUint32(20)];
  if (mediaType === "image/gif" && view.byteLength >= 10)
    return [view.getUint16(6, true), view.getUint16(8, true)];
  if (mediaType === "image/webp" && view.byteLength >= 30) return webpSize(view);
  return mediaType === "image/jpeg" ? jpegSize(view) : null;
}

/**
 * The first start-of-frame marker has the size. Markers before it may be long: previews, colour
 * profiles.
 */
function jpegSize(view: DataView): readonly [number, number] | null {
  for (let at = 2; at + 9 <= view.byteLength && view.getUint8(at) === 0xff;) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) at += 1;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    else at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function webpSize(view: DataView): readonly [number, number] | null {
  const kind = view.getUint8(15);
  if (kind === 0x20) return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  if (kind === 0x4c) {
    const bits = view.getUint32(21, true);
    return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1];
  }
  const three = (at: number): number =>
    view.getUint16(at, true) + view.getUint8(at + 2) * 65536 + 1;
  return [three(24), three(27)];
}

/** Bytes a second of sound whose own rate is not read: 64 kbit/s, lower than most. */
const SLOW = 8000;

/**
 * The length of a piece of sound in seconds: a WAV says it, others are taken for slow, which errs
 * long.
 */
export function secondsOf(mediaType: string, bytes: Uint8Array): number {
  const rate =
    mediaType === "audio/wav" && bytes.length >= 32 ? Buffer.from(bytes).readUInt32LE(28) : 0;
  return bytes.length / (rate > 0 ? rate : SLOW);
}

/** Bytes a page of a document whose pages are not written out in plain. */
const PAGE = 50_000;

/**
 * The pages of a PDF, as far as its page objects can be read without unpacking it; else by its
 * length.
 */
export function pagesOf(bytes: Uint8Array): number {
  const pages = Buffer.from(bytes)
    .toString("latin1")
    .match(/\/Type\s*\/Page(?![A-Za-z])/g);
  return pages?.length ?? Math.ceil(bytes.length / PAGE);
}
