/** One event of a stream. */
export interface StreamEvent {
  readonly data: string;
  /** What the server calls it; null where it has no name. */
  readonly name: string | null;
  /** Whether its line had no `data:` in front: one JSON object a line, as Ollama streams. */
  readonly bare: boolean;
}

/**
 * Events out of text, whatever pieces it comes in.
 *
 * Tolerant where servers are sloppy: CRLF, LF or CR, no blank after the colon, a last event without
 * its blank line. A line that begins with a brace is an event of its own. Comments and ids are
 * skipped.
 */
export class EventSplitter {
  #rest = "";
  #endedInReturn = false;
  #data: string[] = [];
  #name: string | null = null;

  /** The events that this piece completes. */
  push(piece: string): readonly StreamEvent[] {
    if (piece === "") return [];
    // A CRLF that two pieces share is one end of line.
    const text = this.#endedInReturn && piece.startsWith("\n") ? piece.slice(1) : piece;
    this.#endedInReturn = text === "" ? false : text.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    lines[0] = this.#rest + (lines[0] ?? "");
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#take(line));
  }

  /** What is left when nothing comes any more. */
  end(): readonly StreamEvent[] {
    const last = this.#rest;
    this.#rest = "";
    return [...this.#take(last), ...this.#take("")];
  }

  #take(line: string): readonly StreamEvent[] {
    if (line.startsWith("data:")) {
      this.#data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
    } else if (line.startsWith("event:")) {
      this.#name = line.slice(6).trim();
    } else if (line.startsWith("{")) {
      return [...this.#dispatch(), { data: line, name: null, bare: true }];
    } else if (line === "") {
      return this.#dispatch();
    }
    return [];
  }

  #dispatch(): readonly StreamEvent[] {
    const name = this.#name;
    this.#name = null;
    if (this.#data.length === 0) return [];
    return [{ data: this.#data.splice(0).join("\n"), name, bare: false }];
  }
}
