import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { ModullmError } from "../core/error.ts";
import { isObject, parseJson, writeJson } from "../core/json.ts";
import { NumberColumn } from "./columns.ts";
import type { Outcome } from "./outcome.ts";

/** What a journal is about: answers of another program, or to other inputs, are never mixed in. */
export interface JournalHead {
  readonly program: string;
  /** A digest of the program with all it uses, and of the settings that decide its answers. */
  readonly digest: string;
  /** Whether one with another digest is gone on with. @default false */
  readonly anyDigest?: boolean;
}

/** One line: an outcome, and a digest of the input that it came of. */
export type Entry = Outcome & { readonly input: string };

/**
 * What became of each row, a JSON line each, handed to the system before anybody is told of it: a
 * process that is killed loses no answer that it had. A row has a line for each time it was tried,
 * and the last one counts. Holds 13 bytes a row.
 */
export class Journal {
  /** Whether it was there before. */
  readonly resumed: boolean;
  readonly #file: number;
  readonly #offsets = new NumberColumn(Float64Array);
  readonly #lengths = new NumberColumn(Uint32Array);
  /** 1: answered, 2: failed. */
  readonly #states = new NumberColumn(Uint8Array);
  #end = 0;

  /**
   * Opens it, or begins one. A last line that was cut is taken away. @param earlier is told each
   * outcome that it has, those that later ones replace too
   * @throws {ModullmError} RLLM_016 for one that is about something else, or is none
   */
  constructor(path: string, head: JournalHead, earlier: (entry: Entry) => void) {
    this.#file = openSync(path, "a+", 0o600);
    try {
      this.resumed = this.#readAll(path, head, earlier);
    } catch (thrown) {
      closeSync(this.#file);
      throw thrown;
    }
    const { program, digest } = head;
    if (!this.resumed) this.#write(`${writeJson({ journal: 1, program, digest })}\n`);
  }

  state(row: number): "answered" | "failed" | null {
    const state = this.#states.get(row);
    return state === 0 ? null : state === 1 ? "answered" : "failed";
  }

  /** The last outcome of a row that has one. */
  read(row: number): Entry {
    const bytes = Buffer.alloc(this.#lengths.get(row));
    readSync(this.#file, bytes, 0, bytes.length, this.#offsets.get(row));
    return parseJson(bytes.toString("utf8")) as Entry;
  }

  /** Writes them at once. */
  append(entries: readonly Entry[]): void {
    const lines = entries.map((entry) => `${writeJson(entry)}\n`);
    let offset = this.#end;
    this.#write(lines.join(""));
    for (const [at, entry] of entries.entries()) {
      const length = Buffer.byteLength(lines[at] ?? "");
      this.#note(entry, offset, length);
      offset += length;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.#end += bytes.length;
  }

  #note({ row, ok }: Entry, offset: number, length: number): void {
    this.#offsets.set(row, offset);
    this.#lengths.set(row, length);
    this.#states.set(row, ok ? 1 : 2);
  }

  #readAll(path: string, head: JournalHead, earlier: (entry: Entry) => void): boolean {
    const { size } = fstatSync(this.#file);
    let begun = false;
    for (const { text, offset, length } of wholeLines(this.#file, size)) {
      this.#end = offset + length;
      const value = parsed(text);
      if (!isObject(value)) throw unusable(path, "it is not a journal of map");
      if (!begun) {
        requireSame(path, value, head);
        begun = true;
      } else {
        const entry = value as unknown as Entry;
        this.#note(entry, offset, length);
        earlier(entry);
      }
    }
    ftruncateSync(this.#file, this.#end);
    return begun;
  }
}

function requireSame(path: string, found: Record<string, unknown>, head: JournalHead): void {
  if (found["journal"] !== 1) throw unusable(path, "it is not a journal of map");
  const isSameProgram = found["program"] === head.program;
  if (found["digest"] === head.digest || (head.anyDigest === true && isSameProgram)) return;
  throw isSameProgram
    ? unusable(
        path,
        "the program or its settings changed since",
        "Begin anew with --restart, or go on with --keep-answers.",
      )
    : unusable(path, "it is another program's");
}

function unusable(
  path: string,
  reason: string,
  hint = "Begin anew with --restart, or name another --journal.",
): ModullmError {
  return new ModullmError("RLLM_016", `Cannot go on with the journal "${path}": ${reason}`, {
    details: { source: path, reason },
    hint,
  });
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

const CHUNK = 1 << 20;

/** The lines that have an end. */
function* wholeLines(file: number, size: number) {
  let held = Buffer.alloc(0);
  let offset = 0;
  for (let at = 0; at < size;) {
    const chunk = Buffer.alloc(Math.min(CHUNK, size - at));
    const count = readSync(file, chunk, 0, chunk.length, at);
    if (count === 0) return;
    at += count;
    held =
      held.length === 0
        ? chunk.subarray(0, count)
        : Buffer.concat([held, chunk.subarray(0, count)]);
    let start = 0;
    for (let end = held.indexOf(10); end >= 0; end = held.indexOf(10, start)) {
      const length = end + 1 - start;
      yield { text: held.toString("utf8", start, end), offset, length };
      offset += length;
      start = end + 1;
    }
    held = held.subarray(start);
  }
}
