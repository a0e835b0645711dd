import { readSync, writeSync } from "node:fs";
import { parseJson } from "../../core/json.ts";

/**
 * The guest's end of the channel. Reading blocks: a granted function is an ordinary call in the
 * code.
 */
export interface Dialogue {
  /** The next message; null when the host has closed the channel. */
  read(): Record<string, unknown> | null;
  /** Sends a message; `json` is the JSON of one more key, as bytes. */
  send(message: object, json?: { readonly key: string; readonly bytes: Uint8Array }): void;
  /** Begins every line from now on. */
  nonce: string;
}

const STDIN = 0;
const STDOUT = 1;

export function createDialogue(): Dialogue {
  const piece = Buffer.allocUnsafe(256 * 1024);
  let parts: Buffer[] = [];
  const dialogue: Dialogue = {
    nonce: "",
    read() {
      for (;;) {
        const last = parts.at(-1);
        const end = last?.indexOf(10) ?? -1;
        if (last && end !== -1) {
          const line = Buffer.concat([...parts.slice(0, -1), last.subarray(0, end)]).toString(
            "utf8",
          );
          parts = end + 1 < last.length ? [last.subarray(end + 1)] : [];
          return parseJson(line) as Record<string, unknown>;
        }
        const length = readSync(STDIN, piece);
        if (length === 0) return null;
        parts.push(Buffer.from(piece.subarray(0, length)));
      }
    },
    send(message, json) {
      const head = JSON.stringify(message);
      if (!json) return writeAll(STDOUT, Buffer.from(`${dialogue.nonce} ${head}\n`));
      const before = Buffer.from(
        `${dialogue.nonce} ${head.slice(0, -1)},${JSON.stringify(json.key)}:`,
      );
      writeAll(STDOUT, Buffer.concat([before, json.bytes, Buffer.from("}\n")]));
    },
  };
  return dialogue;
}

export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += writeSync(descriptor, bytes, at));
}
