import { gzipSync } from "node:zlib";

/** One entry as a tar archive has it; every field may be wrong on purpose. */
export interface Entry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** @default "0", a file */
  readonly type?: string;
  readonly mode?: number;
  readonly link?: string;
  /** @default the content's */
  readonly size?: number | string;
  readonly prefix?: string;
  readonly checksum?: number;
  readonly magic?: string;
  /** The name as bytes that are no text. */
  readonly nameBytes?: Uint8Array;
}

export function tarball(
  entries: readonly Entry[],
  end: Uint8Array = new Uint8Array(1024),
): Uint8Array {
  return gzipSync(tar(entries, end));
}

/** An npm package's archive: the files under `package/`. */
export function packageTarball(files: Readonly<Record<string, string>>): Uint8Array {
  return tarball(
    Object.entries(files).map(([name, content]) => ({ name: `package/${name}`, content })),
  );
}

export function tar(entries: readonly Entry[], end: Uint8Array = new Uint8Array(1024)): Uint8Array {
  return Buffer.concat([...entries.flatMap(blocksOf), end]);
}

/** A pax record with its own length in front. */
export function pax(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (Buffer.byteLength(`${length}${rest}`) !== length) length++;
  return `${length}${rest}`;
}

function blocksOf(entry: Entry): Uint8Array[] {
  const content = Buffer.from(entry.content ?? "");
  const header = Buffer.alloc(512);
  const size = entry.size ?? content.length;
  header.write(entry.name, 0, 100);
  if (entry.nameBytes !== undefined) header.set(entry.nameBytes, 0);
  header.write(`${(entry.mode ?? 0o644).toString(8).padStart(7, "0")}\0`, 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(
    typeof size === "string" ? size : `${size.toString(8).padStart(11, "0")}\0`,
    124,
    "latin1",
  );
  header.write("00000000000\0", 136);
  header.write(entry.type ?? "0", 156);
  header.write(entry.link ?? "", 157, 100);
  header.write(entry.magic ?? "ustar\u000000", 257);
  header.write(entry.prefix ?? "", 345, 155);
  header.fill(" ", 148, 156);
  const sum = entry.checksum ?? header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}
