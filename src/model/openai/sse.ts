import { readLines } from "../lines.ts";

/**
 * Server-sent events out of bytes: the `data` of each event, in order.
 *
 * Tolerant where servers are sloppy: CRLF, LF or CR, no blank after the colon, a last event without
 * its blank line. Comments, names and ids of events are skipped.
 */
export async function* readEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const data: string[] = [];
  for await (const line of readLines(bytes)) {
    if (line === "") {
      if (data.length > 0) yield data.splice(0).join("\n");
    } else if (line.startsWith("data:")) {
      data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
    }
  }
  if (data.length > 0) yield data.join("\n");
}
