import { sha256 } from "../core/digest.ts";
import {
  canonicalType,
  kindsOf,
  matchesType,
  mediaKind,
  type MediaKind,
  sniffType,
} from "../program/media-type.ts";
import { tooLarge } from "./data.ts";
import { valueFault } from "./fault.ts";
import type { Media, MediaReading } from "./reading.ts";

/** MiB that a file may have, by kind. */
export type Limits = Readonly<Record<MediaKind, number>>;

const MIB = 1024 * 1024;
const SETTINGS: Readonly<Record<MediaKind, string>> = {
  image: "media.image_mb",
  audio: "media.audio_mb",
  pdf: "media.pdf_mb",
};
const ENDINGS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "audio/mpeg": "mp3",
  "audio/mp4": "m4a",
};
/** Types that say no more than "a file". */
const UNSAID = new Set(["application/octet-stream", "binary/octet-stream"]);
const LONGEST_NAME = 80;

/** The most bytes that anything accepted may have. */
export function mostBytes(accepts: readonly string[], limits: Limits): number {
  return (
    Math.max(...accepts.flatMap((pattern) => [...kindsOf(pattern)].map((kind) => limits[kind]))) *
    MIB
  );
}

/**
 * What the bytes are, as they show it themselves.
 * @param about.said the type that came with them, which must then be the right one
 */
export function identify(
  bytes: Uint8Array,
  about: {
    readonly accepts: readonly string[];
    readonly limits: Limits;
    readonly name: string | null;
    readonly said: string | null;
  },
): MediaReading {
  const { accepts, limits, said } = about;
  const wanted = accepts.join(" or ");
  if (bytes.length === 0) return valueFault(`is empty, but ${wanted} is wanted`);
  const type = sniffType(bytes);
  if (type === null)
    return valueFault(`is of no known type by its first bytes, but ${wanted} is wanted`);
  const kind = mediaKind(type);
  if (kind === null || !accepts.some((pattern) => matchesType(pattern, type)))
    return valueFault(
      `is ${type} by its first bytes, but ${wanted} is wanted`,
      kind === null ? takenTypes() : null,
    );
  if (said !== null && canonicalType(said) !== type && !UNSAID.has(canonicalType(said)))
    return valueFault(
      `says that it is ${canonicalType(said)}, but by its first bytes it is ${type}`,
    );
  if (bytes.length > limits[kind] * MIB)
    return tooLarge(bytes.length, limits[kind] * MIB, SETTINGS[kind]);
  return { ok: true, media: mediaOf(bytes, type, about.name) };
}

function mediaOf(bytes: Uint8Array, type: string, written: string | null): Media {
  const name = written === null ? null : plainName(written);
  const [kind = "", subtype = ""] = type.split("/");
  const usual = `${kind === "application" ? "document" : kind}.${ENDINGS[type] ?? subtype}`;
  return {
    attachment: {
      mediaType: type,
      data: Buffer.from(bytes).toString("base64"),
      name: name ?? usual,
    },
    size: bytes.length,
    digest: sha256(bytes),
    name,
  };
}

/** A name that can stand in a prompt and in a request: one line, no brackets, not too long. */
function plainName(name: string): string | null {
  const plain = name.replaceAll(/[^\p{L}\p{N}._ ()+-]+/gu, "_").trim();
  return plain === "" ? null : plain.slice(-LONGEST_NAME);
}

function takenTypes(): string {
  return (
    "Pictures are taken as PNG, JPEG, GIF and WebP, sound as WAV, MP3, Ogg, FLAC and M4A, " +
    "documents as PDF."
  );
}
