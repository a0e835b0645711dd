import { parseJson } from "../core/json.ts";
import { JsonFault } from "../core/json-reader.ts";
import { ModullmError } from "../core/error.ts";
import { utf8 } from "./decode.ts";
import { type Row, type RowContent, rowError, type Rows } from "./row.ts";
import { linesOf } from "./text-lines.ts";

/**
 * A JSON value a line; empty lines are none. A line that is no JSON is a row that can't be read.
 */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>, source: string): Rows {
  let number = 0;
  for await (const { number: line, bytes } of linesOf(chunks)) {
    if (isBlank(bytes)) continue;
    number++;
    const fault = (reason: string, offset?: number): ModullmError =>
      rowError(source, number, reason, { line, ...(offset === undefined ? {} : { offset }) });
    yield rowOf(number, bytes, () => ({ kind: "json", value: parsed(utf8(bytes, fault), fault) }));
  }
}

/** The elements of one JSON list; the whole of it is held. @throws {ModullmError} RLLM_016 */
export async function* jsonList(chunks: AsyncIterable<Uint8Array>, source: string): Rows {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  const text = utf8(Buffer.concat(all), (reason) => rowError(source, 1, reason));
  const list = parsed(text, (reason, offset) => rowError(source, 1, reason, { offset }));
  const elements = Array.isArray(list) ? list : [list];
  for (const [at, value] of elements.entries())
    yield { number: at + 1, ok: true, content: { kind: "json", value } };
}

/** A text a line, empty ones too. */
export async function* textLines(chunks: AsyncIterable<Uint8Array>, source: string): Rows {
  for await (const { number, bytes } of linesOf(chunks))
    yield rowOf(number, bytes, () => ({
      kind: "text",
      text: utf8(bytes, (reason) => rowError(source, number, reason, { line: number })),
    }));
}

function rowOf(number: number, bytes: Uint8Array, read: () => RowContent): Row {
  try {
    return { number, ok: true, content: read() };
  } catch (thrown) {
    if (!(thrown instanceof ModullmError)) throw thrown;
    return { number, ok: false, error: thrown, raw: Buffer.from(bytes).toString() };
  }
}

function parsed(text: string, fault: (reason: string, offset: number) => ModullmError): unknown {
  try {
    return parseJson(text);
  } catch (thrown) {
    if (!(thrown instanceof JsonFault)) throw thrown;
    throw fault(`it is not JSON: ${thrown.message}`, thrown.offset);
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
