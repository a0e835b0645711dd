import { closeSync, openSync, writeSync } from "node:fs";
import { fileReason } from "../config/text.ts";
import type { RunEvent } from "../core/events.ts";
import { UsageError } from "./command.ts";
import { writeJson } from "../core/json.ts";
import type { Output } from "./output.ts";

export interface Trace {
  write(event: RunEvent): void;
  close(): void;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  EISDIR: "it is a folder",
  EACCES: "permission is denied",
};

/** The streams of this process by their names: opened anew, they would be written over. */
const STREAM = /^\/(?:dev\/std(out|err)|(?:dev|proc\/self)\/fd\/([12]))$/;

/**
 * A file of run events, one JSON object a line, written as they happen. One that can't be written
 * any more, as on a full disk, ends with a warning: the run goes on.
 * @throws {UsageError} where it can't be written at all
 */
export function openTrace(path: string, output: Output): Trace {
  const { append, close } = openLines(path, output);
  let ended = false;
  return {
    write(event) {
      if (ended) return;
      try {
        append(`${writeJson(output.redactor.value(event))}\n`);
      } catch (thrown) {
        ended = true;
        if (output.terminal.interruptedBy?.() !== "SIGPIPE")
          output.warn(`The trace "${path}" is cut off: ${fileReason(thrown)}`);
      }
    },
    close,
  };
}

function openLines(
  path: string,
  { terminal }: Output,
): { append: (line: string) => void; close: () => void } {
  const [isStream, name, number] = STREAM.exec(path) ?? [];
  if (isStream !== undefined)
    return {
      append: name === "out" || number === "1" ? terminal.stdout : terminal.stderr,
      close: () => undefined,
    };
  let file: number;
  try {
    file = openSync(path, "w", 0o600);
  } catch (thrown) {
    const { code = String(thrown) } = thrown as { code?: string };
    throw new UsageError(`cannot write --trace "${path}": ${REASONS[code] ?? code}`);
  }
  return { append: (line) => writeLine(file, line), close: () => closeSync(file) };
}

/** A pipe may take a part of a line. */
function writeLine(file: number, line: string): void {
  let rest: Uint8Array = Buffer.from(line, "utf8");
  while (rest.length > 0) rest = rest.subarray(writeSync(file, rest));
}
