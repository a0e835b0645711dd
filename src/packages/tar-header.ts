/** Why an archive is not unpacked: a clause without a full stop. */
export class ArchiveFault extends Error {}

/** One header of a tar archive, as it stands there. */
export interface TarHeader {
  readonly name: string;
  /** Bytes that follow. */
  readonly size: number;
  readonly mode: number;
  readonly type: string;
}

export const BLOCK = 512;

/**
 * Reads one block. Null for the block of zeros that ends an archive.
 * @throws {ArchiveFault}
 */
export function readTarHeader(block: Uint8Array): TarHeader | null {
  if (block.every((byte) => byte === 0)) return null;
  const told = readNumber(block.subarray(148, 156));
  if (told !== checksum(block))
    throw new ArchiveFault("a header in it is damaged: its checksum is wrong");
  const type = String.fromCharCode(block[156] ?? 0);
  const posix = readText(block.subarray(257, 263)) === "ustar" && block[263] === 0x30;
  const prefix = posix ? readText(block.subarray(345, 500)) : "";
  const name = readText(block.subarray(0, 100));
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: readNumber(block.subarray(124, 136)),
    mode: readNumber(block.subarray(100, 108)),
    type: type === "\0" ? "0" : type,
  };
}

/**
 * Records of a pax header, `LENGTH KEY=VALUE\n`; the last one of a key holds. @throws
 * {ArchiveFault}
 */
export function readPax(bytes: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 ? "" : decode(bytes.subarray(at, space));
    const end = at + Number(digits);
    if (!/^\d{1,8}$/.test(digits) || end > bytes.length || end <= space || bytes[end - 1] !== 0x0a)
      throw new ArchiveFault("an extended header in it is damaged");
    const record = decode(bytes.subarray(space + 1, end - 1));
    const equals = record.indexOf("=");
    if (equals < 1) throw new ArchiveFault("an extended header in it is damaged");
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return records;
}

/** Text up to the first NUL. @throws {ArchiveFault} */
export function readText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decode(end === -1 ? bytes : bytes.subarray(0, end));
}

/**
 * Octal digits, or, with the first bit set, a binary number, which only negative and huge sizes
 * need.
 */
function readNumber(bytes: Uint8Array): number {
  if (((bytes[0] ?? 0) & 0x80) !== 0)
    throw new ArchiveFault("a number in it is negative or too large");
  const digits = readText(bytes).trim();
  if (digits === "") return 0;
  if (!/^[0-7]{1,12}$/.test(digits))
    throw new ArchiveFault(`a header in it is damaged: a number is no octal one`);
  return Number.parseInt(digits, 8);
}

function checksum(block: Uint8Array): number {
  let sum = 0;
  for (const [index, byte] of block.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte;
  return sum;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ArchiveFault("a name in it is not UTF-8 text");
  }
}
