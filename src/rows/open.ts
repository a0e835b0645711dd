import { createReadStream } from "node:fs";
import { extname } from "node:path";
import { ModullmError } from "../core/error.ts";
import { asUtf8, type Encoding } from "./decode.ts";
import type { Rows } from "./row.ts";

export const FORMATS = ["jsonl", "json", "csv", "tsv", "parquet", "text"] as const;
export type RowFormat = (typeof FORMATS)[number];

const BY_ENDING: Readonly<Record<string, RowFormat>> = {
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "json",
  ".csv": "csv",
  ".tsv": "tsv",
  ".tab": "tsv",
  ".parquet": "parquet",
  ".txt": "text",
};

export interface OpenOptions {
  /** Null: by the ending of the file; JSON lines for what has none. */
  readonly format: RowFormat | null;
  readonly encoding: Encoding;
  readonly delimiter: "," | "\t" | ";" | "|" | null;
}

/** The rows of a file. @throws {ModullmError} RLLM_016 once it is read, where it can't be */
export async function openFile(path: string, options: OpenOptions): Promise<Rows> {
  const format = options.format ?? BY_ENDING[extname(path).toLowerCase()] ?? null;
  if (format === null)
    throw unreadable(
      path,
      `its ending says nothing of its form: --rows-format says it (${FORMATS.join(", ")})`,
    );
  if (format === "parquet") return (await import("./parquet-rows.ts")).parquetRows(path);
  return await openBytes(chunksOf(path), path, { ...options, format });
}

/** The rows of a stream. @param source how errors call it */
export async function openBytes(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  { format, encoding, delimiter }: OpenOptions,
): Promise<Rows> {
  const bytes = asUtf8(chunks, encoding);
  if (format === "parquet") throw unreadable(source, "Parquet is read from a file only");
  if (format === "csv" || format === "tsv") {
    const { csvRows } = await import("./csv-rows.ts");
    return csvRows(bytes, { source, delimiter: delimiter ?? (format === "csv" ? "," : "\t") });
  }
  const { jsonLines, jsonList, textLines } = await import("./json-rows.ts");
  if (format === "json") return jsonList(bytes, source);
  return format === "text" ? textLines(bytes, source) : jsonLines(bytes, source);
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- bytes, without encoding
    for await (const chunk of createReadStream(path)) yield chunk as Uint8Array;
  } catch (thrown) {
    throw unreadable(path, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function unreadable(source: string, reason: string): ModullmError {
  return new ModullmError("RLLM_016", `Cannot read rows from ${source}: ${reason}`, {
    details: { source, reason },
  });
}
