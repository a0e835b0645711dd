import { createReadStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createGunzip } from "node:zlib";
import { createArchivePaths } from "./archive-path.ts";
import {
  ArchiveFault,
  BLOCK,
  readPax,
  readTarHeader,
  readText,
  type TarHeader,
} from "./tar-header.ts";

export interface UnpackOptions {
  readonly signal?: AbortSignal;
  readonly limits?: ArchiveLimits;
}

export interface ArchiveLimits {
  /** Files and folders. */
  readonly entries: number;
  /** Of all files together, unpacked. */
  readonly bytes: number;
}

const LIMITS: ArchiveLimits = { entries: 20_000, bytes: 512 * 1024 ** 2 };
/** Bytes of a header that extends another: a path and a few dates. */
const MOST_EXTENSION = 64 * 1024;

/**
 * Unpacks a `.tgz` into a new folder: files and folders, nothing else. Links and devices, paths
 * that lead out, names that come twice and archives that are too large are refused, and the folder
 * is then to be thrown away.
 * @throws {ArchiveFault}
 */
export async function unpack(
  file: string,
  folder: string,
  options: UnpackOptions = {},
): Promise<void> {
  const { signal, limits = LIMITS } = options;
  // First: from here to the first read nothing may be waited for, as nobody would hear of an error.
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  const bytes = new Bytes(gunzip[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>);
  try {
    await readEntries(bytes, { folder, limits, ...(signal === undefined ? {} : { signal }) });
  } catch (thrown) {
    signal?.throwIfAborted();
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
    if (code.startsWith("Z_")) throw new ArchiveFault("it is no gzip file, or a damaged one");
    throw thrown;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function readEntries(
  bytes: Bytes,
  { folder, limits, signal }: { folder: string; limits: ArchiveLimits; signal?: AbortSignal },
): Promise<void> {
  const paths = createArchivePaths();
  let [entries, total, path] = [0, 0, null as string | null];
  for (;;) {
    signal?.throwIfAborted();
    const header = readTarHeader(await bytes.take(BLOCK));
    if (header === null) break;
    if (EXTENSIONS.has(header.type)) {
      path = (await readExtension(header, bytes)) ?? path;
      continue;
    }
    const name = path ?? header.name;
    path = null;
    if (++entries > limits.entries)
      throw new ArchiveFault(`it has more than ${limits.entries} entries`);
    const kind = kindOf(header, name);
    total += header.size;
    if (total > limits.bytes)
      throw new ArchiveFault(`its files have more than ${limits.bytes} bytes`);
    const target = paths.add(name, kind);
    if (kind === "folder") {
      if (header.size > 0) throw new ArchiveFault(`the folder "${name}" in it has content`);
      if (target !== null) await mkdir(join(folder, target), { recursive: true });
    } else await writeEntry(bytes, header, join(folder, target ?? ""));
  }
  // A second block of zeros belongs to the end; without one it was cut off between two entries.
  if (readTarHeader(await bytes.take(BLOCK)) !== null)
    throw new ArchiveFault("it goes on behind its end");
  if (path !== null) throw new ArchiveFault("an extended header in it belongs to nothing");
  if (entries === 0) throw new ArchiveFault("it is empty");
  // To the end, for the checksum of the compression; what else comes is padding.
  await bytes.skipRest();
}

/** pax headers of one entry and of all, and GNU's long names. */
const EXTENSIONS: ReadonlySet<string> = new Set(["x", "g", "L"]);

/** @returns the path that it gives to the next entry; null where it says something else */
async function readExtension({ type, size }: TarHeader, bytes: Bytes): Promise<string | null> {
  if (size > MOST_EXTENSION)
    throw new ArchiveFault(`an extended header in it has more than ${MOST_EXTENSION} bytes`);
  const content = await bytes.take(size);
  await bytes.take(padding(size));
  if (type === "L") return readText(content);
  const records = readPax(content);
  for (const key of records.keys()) {
    const refused =
      key.startsWith("GNU.sparse") ||
      key === "size" ||
      key === "linkpath" ||
      (type === "g" && key === "path");
    if (refused)
      throw new ArchiveFault(
        `an extended header in it sets "${key.slice(0, 50)}", which is not taken`,
      );
  }
  return records.get("path") ?? null;
}

const KINDS: Readonly<Record<string, string>> = {
  "1": "a hard link",
  "2": "a symbolic link",
  "3": "a device",
  "4": "a device",
  "6": "a pipe",
  S: "a sparse file",
  K: "a link",
};

function kindOf({ type }: TarHeader, name: string): "file" | "folder" {
  if (type === "5") return "folder";
  if (type === "0" || type === "7") return name.endsWith("/") ? "folder" : "file";
  const kind = KINDS[type] ?? `an entry of the unknown type "${type}"`;
  throw new ArchiveFault(
    `"${name.slice(0, 200)}" in it is ${kind}, and only files and folders are taken`,
  );
}

/** Never over something that is there; of the mode only whether it can be executed. */
async function writeEntry(bytes: Bytes, { size, mode }: TarHeader, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const file = await open(target, "wx", (mode & 0o100) === 0 ? 0o644 : 0o755);
  try {
    for (let left = size; left > 0;) {
      const part = await bytes.some(left);
      await file.writeFile(part);
      left -= part.length;
    }
  } finally {
    await file.close();
  }
  await bytes.take(padding(size));
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** Bytes of a stream, taken as many as are wanted. */
class Bytes {
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(parts: AsyncIterator<Uint8Array>) {
    this.#parts = parts;
  }

  /** As many as are at hand, `most` at most. */
  async some(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const next = await this.#parts.next();
      if (next.done === true) throw new ArchiveFault("it breaks off before its end");
      this.#rest = next.value;
    }
    const taken = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  async take(count: number): Promise<Uint8Array> {
    const taken = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const part = await this.some(count - at);
      taken.set(part, at);
      at += part.length;
    }
    return taken;
  }

  /** @throws {ArchiveFault} where more than padding comes */
  async skipRest(): Promise<void> {
    for (let length = this.#rest.length; ;) {
      const next = await this.#parts.next();
      if (next.done === true) return;
      length += next.value.length;
      if (length > MOST_EXTENSION) throw new ArchiveFault("it goes on behind its end");
    }
  }
}
