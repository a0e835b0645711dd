import type { Redactor } from "../redaction/redactor.ts";

/** What a plugin writes to standard error. */
export interface PluginLog {
  push(bytes: Uint8Array): void;
  /** Its last lines, redacted, as an error shows them. */
  tail(): readonly string[];
  /** Nothing comes any more: hands on what has no end of line. */
  end(): void;
}

export interface LogOptions {
  /** Bytes kept, the last ones; also how much of it is handed on. */
  readonly limit: number;
  readonly redactor: Redactor;
  /** Gets each line as it comes, redacted, until `limit` bytes have been handed on. */
  readonly sink: (line: string) => void;
}

/** Lines and characters of a log that an error shows. */
const TAIL_LINES = 20;
const TAIL_CHARACTERS = 4000;
/**
 * Bytes at the end of the log that are looked through for them; the redactor wants to see what
 * stands before a secret.
 */
const TAIL_BYTES = 32 * 1024;
/** Characters of one line. */
const LONGEST_LINE = 8000;

export function createLog({ limit, redactor, sink }: LogOptions): PluginLog {
  // Raw: a flood must cost no more than its bytes do. Redacted where it leaves.
  let pieces: Buffer[] = [];
  let kept = 0;
  let passed = 0;
  let open = "";
  const decoder = new TextDecoder();
  const stream = redactor.stream();

  function keep(bytes: Uint8Array): void {
    pieces.push(Buffer.from(bytes.subarray(-limit)));
    kept += Math.min(bytes.length, limit);
    if (kept <= 2 * limit && pieces.length < 4096) return;
    // Seldom, so that each byte is moved no more than a few times.
    const all = Buffer.concat(pieces);
    pieces = [Buffer.from(all.subarray(-limit))];
    kept = pieces[0]?.length ?? 0;
  }

  function handOn(text: string): void {
    const lines = (open + text).split(/\r?\n/);
    open = (lines.pop() ?? "").slice(0, LONGEST_LINE);
    for (const line of lines) sink(line.slice(0, LONGEST_LINE));
  }

  return {
    push(bytes) {
      keep(bytes);
      if (passed >= limit) return;
      passed += bytes.length;
      handOn(stream.push(decoder.decode(bytes, { stream: true })));
      if (passed >= limit) sink(`(more than ${limit} bytes: the rest of this log is not shown)`);
    },
    tail() {
      const bytes = Buffer.concat(pieces).subarray(-Math.min(limit, TAIL_BYTES));
      const lines = redactor.text(bytes.toString("utf8")).trimEnd().split(/\r?\n/);
      const last = lines.slice(-TAIL_LINES).map((line) => line.slice(0, LONGEST_LINE));
      while (last.length > 1 && last.join("\n").length > TAIL_CHARACTERS) last.shift();
      return last.join("") === "" ? [] : last.map((line) => line.slice(-TAIL_CHARACTERS));
    },
    end() {
      if (passed < limit) handOn(stream.end());
      if (open !== "" && passed < limit) sink(open);
      open = "";
    },
  };
}
