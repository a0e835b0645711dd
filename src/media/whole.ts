import { sniffType } from "../program/media-type.ts";

/** Bytes at the end in which a JPEG or a PDF has its mark; some programs put blanks behind it. */
const TAIL = 1024;

/**
 * Whether a file ends as its type says it must; null where the type has no end of its own. Asked
 * where a server doesn't say how long a file is.
 */
export function endsWhole(bytes: Uint8Array): boolean | null {
  const tail = Buffer.from(bytes.subarray(-TAIL)).toString("latin1");
  switch (sniffType(bytes)) {
    case "image/png":
      return tail.includes("IEND\u00aeB`\u0082");
    case "image/jpeg":
      return tail.includes("\u00ff\u00d9");
    case "image/gif":
      return tail.trimEnd().endsWith(";");
    case "image/webp":
    case "audio/wav":
      // RIFF: the length of all that follows it stands behind the name.
      return bytes.length >= 8 && bytes.length - 8 >= Buffer.from(bytes).readUInt32LE(4);
    case "application/pdf":
      return tail.includes("%%EOF");
    default:
      return null;
  }
}
