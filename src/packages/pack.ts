import { BLOCK } from "./tar-header.ts";

export interface PackedFile {
  /** With `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Why files can't be packed: a clause without a full stop. */
export class PackFault extends Error {}

/**
 * An npm package's archive: a gzipped tar whose files are below `package/`. The same files give the
 * same bytes.
 * @throws {PackFault} for a path that a tar header has no room for
 */
export function pack(files: readonly PackedFile[]): Uint8Array {
  const { gzipSync } = process.getBuiltinModule("node:zlib");
  const end = Buffer.alloc(2 * BLOCK);
  const entries = files.flatMap(({ path, bytes }) => [headerOf(path, bytes.length), padded(bytes)]);
  return gzipSync(Buffer.concat([...entries, end]));
}

/** npm gives every file this time, which is valid everywhere. */
const TIME = 499_162_500;

function headerOf(path: string, size: number): Uint8Array {
  const header = Buffer.alloc(BLOCK);
  const { name, prefix } = splitPath(`package/${path}`);
  header.write(name, 0);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(TIME, 12), 136);
  header.write("        0", 148);
  header.write("ustar\u000000", 257);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 7)} `, 148);
  return header;
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, "0")}\0`;
}

/** The name is what fits into its field, cut at a folder. */
function splitPath(path: string): { readonly name: string; readonly prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: "" };
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { name, prefix };
  }
  throw new PackFault(`the path of "${path}" is too long for an archive`);
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = Buffer.alloc(Math.ceil(bytes.length / BLOCK) * BLOCK);
  whole.set(bytes);
  return whole;
}
