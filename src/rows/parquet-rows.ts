import { open } from "node:fs/promises";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { isObject } from "../core/json.ts";
import { rowError, type Rows } from "./row.ts";

/** Rows that are held at a time. */
const GROUP = 1000;

/** The rows of a Parquet file, each as an object. @throws {ModullmError} RLLM_016 */
export async function* parquetRows(path: string): Rows {
  const handle = await open(path, "r");
  try {
    const file = await bufferOf(handle);
    const metadata = await parquetMetadataAsync(file);
    const total = Number(metadata.num_rows);
    for (let start = 0; start < total; start += GROUP) {
      const rows = await parquetReadObjects({
        file,
        metadata,
        rowStart: start,
        rowEnd: Math.min(total, start + GROUP),
        compressors: COMPRESSORS,
      });
      for (const [at, row] of rows.entries())
        yield { number: start + at + 1, ok: true, content: { kind: "json", value: plain(row) } };
    }
  } catch (thrown) {
    throw rowError(path, 1, thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    await handle.close();
  }
}

const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => gunzipSync(bytes),
  BROTLI: (bytes: Uint8Array) => brotliDecompressSync(bytes),
  ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes),
};

async function bufferOf(handle: Awaited<ReturnType<typeof open>>): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(end - start);
      await handle.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    },
  };
}

/** Dates as ISO 8601, whole numbers as numbers where they are safe, bytes as base64. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
