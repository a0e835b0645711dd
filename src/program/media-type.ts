/** What a file is to a model. */
export type MediaKind = "image" | "audio" | "pdf";

/** The types that models take in, as their bytes show them. */
const KINDS: Readonly<Record<string, MediaKind>> = {
  "image/png": "image",
  "image/jpeg": "image",
  "image/gif": "image",
  "image/webp": "image",
  "audio/wav": "audio",
  "audio/mpeg": "audio",
  "audio/ogg": "audio",
  "audio/flac": "audio",
  "audio/mp4": "audio",
  "application/pdf": "pdf",
};

/** Every type that models take in. */
export const MEDIA_TYPES: readonly string[] = Object.keys(KINDS);

/** Other names that are in use for these. */
const ALIASES: Readonly<Record<string, string>> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "image/apng": "image/png",
  "audio/mp3": "audio/mpeg",
  "audio/x-mp3": "audio/mpeg",
  "audio/x-mpeg": "audio/mpeg",
  "audio/wave": "audio/wav",
  "audio/x-wav": "audio/wav",
  "audio/vnd.wave": "audio/wav",
  "audio/m4a": "audio/mp4",
  "audio/x-m4a": "audio/mp4",
  "audio/x-flac": "audio/flac",
  "audio/opus": "audio/ogg",
  "application/ogg": "audio/ogg",
  "application/x-pdf": "application/pdf",
};

/** The type under its usual name: lower case, without parameters. */
export function canonicalType(type: string): string {
  const name = (type.split(";")[0] ?? "").trim().toLowerCase();
  return Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name;
}

/** Null for what no model takes. */
export function mediaKind(type: string): MediaKind | null {
  const name = canonicalType(type);
  return Object.hasOwn(KINDS, name) ? (KINDS[name] ?? null) : null;
}

/**
 * Whether `contentMediaType` asks for pictures, sound or documents: `image/*`, or a type that
 * models take.
 */
export function isMediaPattern(pattern: unknown): pattern is string {
  if (typeof pattern !== "string") return false;
  const name = canonicalType(pattern);
  return name === "image/*" || name === "audio/*" || mediaKind(name) !== null;
}

/**
 * Whether it asks for a picture or sound that nothing here can recognise: `image/tiff`,
 * `video/mp4`.
 */
export function isUnknownMedia(pattern: unknown): pattern is string {
  return (
    typeof pattern === "string" &&
    /^(?:image|audio|video)\//i.test(pattern) &&
    !isMediaPattern(pattern)
  );
}

export function matchesType(pattern: string, type: string): boolean {
  const [name, actual] = [canonicalType(pattern), canonicalType(type)];
  return name === actual || (name.endsWith("/*") && actual.startsWith(name.slice(0, -1)));
}

/** The kinds a pattern lets in. */
export function kindsOf(pattern: string): ReadonlySet<MediaKind> {
  return new Set(
    Object.entries(KINDS).flatMap(([type, kind]) => (matchesType(pattern, type) ? kind : [])),
  );
}

/** Bytes at the beginning of a file: ASCII text, `?` for any byte. */
const MAGIC: readonly (readonly [start: string, type: string])[] = [
  ["\u0089PNG\r\n\u001a\n", "image/png"],
  ["\u00ff\u00d8\u00ff", "image/jpeg"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["RIFF????WEBP", "image/webp"],
  ["RIFF????WAVE", "audio/wav"],
  ["OggS", "audio/ogg"],
  ["fLaC", "audio/flac"],
  ["ID3", "audio/mpeg"],
  ["????ftypM4A ", "audio/mp4"],
  ["????ftypM4B ", "audio/mp4"],
  ["????ftypmp4", "audio/mp4"],
  ["????ftypiso", "audio/mp4"],
  ["????ftypdash", "audio/mp4"],
  ["????ftyphei", "image/heic"],
  ["????ftyphev", "image/heic"],
  ["????ftypmif1", "image/heic"],
  ["????ftypavi", "image/avif"],
  ["????ftypqt", "video/quicktime"],
  ["\u001aE\u00df\u00a3", "video/webm"],
  ["II*\u0000", "image/tiff"],
  ["MM\u0000*", "image/tiff"],
  ["BM????\u0000\u0000\u0000\u0000", "image/bmp"],
  ["PK\u0003\u0004", "application/zip"],
];

/** A PDF may have this many bytes before its header. */
const PDF_HEADER = 1024;

/**
 * The type that the bytes show, whatever anything says; also some that no model takes. Null where
 * they show none.
 */
export function sniffType(bytes: Uint8Array): string | null {
  const start = latin(bytes.subarray(0, PDF_HEADER));
  const known = MAGIC.find(([magic]) => startsWith(start, magic));
  if (known) return known[1];
  if (isMpegAudio(bytes)) return "audio/mpeg";
  if (start.includes("%PDF-")) return "application/pdf";
  const text = start.replace(/^\u00ef\u00bb\u00bf/, "").trimStart();
  if (/^(?:<\?xml[^]*?)?(?:<!--[^]*?-->\s*)?(?:<!doctype svg[^>]*>\s*)?<svg[\s>]/i.test(text))
    return "image/svg+xml";
  return /^<(?:!doctype html|html|head|body)[\s>]/i.test(text) ? "text/html" : null;
}

function startsWith(text: string, magic: string): boolean {
  if (text.length < magic.length) return false;
  for (let index = 0; index < magic.length; index++)
    if (magic[index] !== "?" && magic[index] !== text[index]) return false;
  return true;
}

/**
 * The header of an MPEG frame of layer III, with nothing in it that is not allowed: MP3 without
 * tags has no other mark.
 */
function isMpegAudio(bytes: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  const [version, layer] = [(second >> 3) & 3, (second >> 1) & 3];
  const [bitrate, rate] = [third >> 4, (third >> 2) & 3];
  return (
    first === 0xff &&
    second >> 5 === 7 &&
    version !== 1 &&
    layer === 1 &&
    bitrate % 15 !== 0 &&
    rate !== 3
  );
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
