/**
 * The smallest files of each type, as far as the bytes in front tell. A picture of 3 by 2 pixels.
 */
export const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AAQgwwFgAp7gP9fXdlcwAAAABJRU5ErkJggg==",
  "base64",
);
export const JPEG = Buffer.from(
  "ffd8ffe000104a46494600010100000100010000ffc0000b080002000301011100ffd9",
  "hex",
);
export const WAV = Buffer.concat([
  Buffer.from("RIFF"),
  Buffer.from([0x24, 0x08, 0, 0]),
  Buffer.from("WAVEfmt "),
  Buffer.from([16, 0, 0, 0, 1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0]),
  Buffer.from("data"),
  Buffer.from([0, 8, 0, 0]),
  Buffer.alloc(2048),
]);
export const PDF = Buffer.from("%PDF-1.4\n1 0 obj\n<< /Type /Page >>\nendobj\n%%EOF\n");

export function dataUri(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
}
