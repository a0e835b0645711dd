import { type CsvError, parse, type Parser } from "csv-parse";
import { ModullmError } from "../core/error.ts";
import { utf8 } from "./decode.ts";
import { type Row, rowError, type Rows } from "./row.ts";

export interface CsvOptions {
  readonly source: string;
  readonly delimiter: "," | "\t" | ";" | "|";
}

/**
 * Rows below a line of column names, as RFC 4180 has them. A row with more or fewer cells than
 * there are columns, or with bytes that are no text, is a row that can't be read, and reading goes
 * on. Behind quotes that don't match nobody knows where a row begins: that row is the last one.
 * @throws {ModullmError} RLLM_016 where the names can't be used
 */
export async function* csvRows(chunks: AsyncIterable<Uint8Array>, options: CsvOptions): Rows {
  const { source, delimiter } = options;
  let columns: readonly string[] | null = null;
  let number = 0;
  for await (const record of recordsOf(chunks, delimiter)) {
    if (columns === null) columns = columnsOf(record, source);
    else yield rowOf(++number, record, { columns, source });
    if (record instanceof Error) return;
  }
}

type Cells = readonly Uint8Array[];
/** A record, or why it is none. */
type CsvRecord = Cells | CsvError;

async function* recordsOf(
  chunks: AsyncIterable<Uint8Array>,
  delimiter: string,
): AsyncGenerator<CsvRecord> {
  const found: CsvRecord[] = [];
  const parser = parse({
    // Cells as bytes: what is no text is told of the one cell.
    encoding: null,
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_record: (cells: unknown) => {
      // Without an encoding they are bytes.
      found.push(cells as Cells);
      return null;
    },
    on_skip: (error) => {
      if (error) found.push(error);
      return undefined;
    },
  });
  parser.resume();
  for await (const chunk of chunks) {
    await told(parser, (done) => parser.write(chunk, done));
    yield* found.splice(0);
  }
  try {
    await told(parser, (done) => parser.end(done));
  } catch (thrown) {
    found.push(thrown as CsvError);
  }
  yield* found.splice(0);
}

/** What the parser does, waited for. */
async function told(parser: Parser, act: (done: (error?: Error | null) => void) => void) {
  await new Promise<void>((resolve, reject) => {
    parser.once("error", reject);
    act((error) => {
      parser.off("error", reject);
      if (error) reject(error);
      else resolve();
    });
  });
}

function columnsOf(record: CsvRecord, source: string): readonly string[] {
  const fault = (reason: string): ModullmError =>
    new ModullmError("RLLM_016", `Cannot read the column names of ${source}: ${reason}`, {
      details: { source, reason, row: 0 },
    });
  if (record instanceof Error) throw fault(record.message);
  const names = record.map((cell) => utf8(cell, fault).trim());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw fault(`"${twice}" is there twice`);
  return names;
}

function rowOf(
  number: number,
  record: CsvRecord,
  { columns, source }: { readonly columns: readonly string[]; readonly source: string },
): Row {
  const fail = (reason: string, column?: string | number): ModullmError =>
    rowError(source, number, reason, column === undefined ? {} : { column });
  try {
    if (record instanceof Error)
      throw fail(`${record.message}; reading ends here`, columnOf(record));
    const { length } = record;
    if (length < columns.length)
      throw fail(`it has ${length} cells, and the names are ${columns.length}`, columns[length]);
    if (length > columns.length)
      throw fail(`it has ${length} cells, and the names are ${columns.length}`, columns.length + 1);
    const cells = Object.fromEntries(
      record.map((cell, at) => {
        const name = columns[at] ?? "";
        return [name, utf8(cell, (reason) => fail(reason, name))];
      }),
    );
    return { number, ok: true, content: { kind: "cells", cells } };
  } catch (thrown) {
    if (!(thrown instanceof ModullmError)) throw thrown;
    const raw = record instanceof Error ? null : record.map((cell) => Buffer.from(cell).toString());
    return { number, ok: false, error: thrown, raw };
  }
}

/** Where the parser was; it counts from 0. */
function columnOf({ column }: CsvError): number | undefined {
  return typeof column === "number" ? column + 1 : undefined;
}
