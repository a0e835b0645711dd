import { writeJson } from "../core/json.ts";
import type { Redactor } from "../redaction/redactor.ts";
import { type Appender, createAppender } from "./appender.ts";
import type { Result } from "./map.ts";
import type { RowWriter } from "./writers.ts";

export interface ResultFiles {
  /** Null: each line is handed to `print`. */
  readonly output: string | null;
  /**
   * Rows that failed, as `{row, input, error}`; null: nobody is told but the reader of `failed`.
   */
  readonly failed: string | null;
  readonly writer: RowWriter;
  readonly redactor: Redactor;
  readonly print: (text: string) => void;
}

/** Where results go. Files are written anew; one without any line is not made. */
export interface Results {
  take(result: Result): void;
  close(): void;
}

export function openResults({ output, failed, writer, redactor, print }: ResultFiles): Results {
  const lines: Pick<Appender, "write" | "close"> =
    output === null ? { write: print, close() {} } : createAppender(output, { empty: true });
  const failures = failed === null ? null : createAppender(failed);
  if (writer.head !== "") lines.write(writer.head);
  return {
    take({ outcome, input }) {
      if (outcome.ok) lines.write(writer.line(redactor.value(input), outcome.output));
      else {
        const { row, error } = outcome;
        failures?.write(`${writeJson(redactor.value({ row, input, error }))}\n`);
      }
    },
    close() {
      lines.close();
      failures?.close();
    },
  };
}
