import { closeSync, openSync, writeSync } from "node:fs";
import type { RunEvent } from "../core/events.ts";
import type { Redactor } from "../redaction/redactor.ts";
import { UsageError } from "./command.ts";
import { writeJson } from "../core/json.ts";

export interface Trace {
  write(event: RunEvent): void;
  close(): void;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  EISDIR: "it is a folder",
  EACCES: "permission is denied",
};

/**
 * A file of run events, one JSON object a line, written as they happen. @throws {UsageError} where
 * it can't be written
 */
export function openTrace(path: string, redactor: Redactor): Trace {
  let file: number;
  try {
    file = openSync(path, "w", 0o600);
  } catch (thrown) {
    const { code = String(thrown) } = thrown as { code?: string };
    throw new UsageError(`cannot write --trace "${path}": ${REASONS[code] ?? code}`);
  }
  return {
    write: (event) => void writeSync(file, `${writeJson(redactor.value(event))}\n`),
    close: () => closeSync(file),
  };
}
