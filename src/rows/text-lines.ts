/** A line of a byte stream, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** The lines of a stream, ended by LF or CRLF. An end of the stream in mid-line ends a line. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 0;
  let held: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      yield { number: ++number, bytes: joined(held, chunk.subarray(start, at)) };
      held = [];
      start = at + 1;
    }
    if (start < chunk.length) held.push(chunk.slice(start));
  }
  if (held.length > 0) yield { number: ++number, bytes: joined(held, new Uint8Array(0)) };
}

function joined(held: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  const whole = held.length === 0 ? last : Buffer.concat([...held, last]);
  return whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
}
