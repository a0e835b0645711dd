import { crc32 } from "node:zlib";
import { ModullmError } from "../../core/error.ts";
import { providerFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";

/** Bytes of a message beside its headers and its payload. */
const FRAME = 16;
/** The first two lengths and their checksum. */
const PRELUDE = 12;
/** More than any message may have: 16 MiB of payload and 128 KiB of headers. */
const LONGEST = 17 * 1024 * 1024;

/** HTTP statuses of the errors that come in a stream. */
const STATUSES: Readonly<Record<string, number>> = {
  validationException: 400,
  accessDeniedException: 403,
  resourceNotFoundException: 404,
  throttlingException: 429,
  internalServerException: 500,
  serviceUnavailableException: 503,
};

/**
 * Turns messages of AWS's binary event stream into the events of a text stream, each an object with
 * the event's name as its only key, and errors into `error`. A body that is no such stream is left
 * as it is.
 *
 * Of each message come: its length and that of its headers (4 bytes each), their CRC-32, headers,
 * payload, and the CRC-32 of all that: smithy.io/2.0/aws/amazon-eventstream.html.
 * @throws {ModullmError} RLLM_017 for a message that is damaged
 */
export class EventStreamDecoder {
  readonly #callee: Callee;
  readonly #text = new TextDecoder();
  #held = new Uint8Array(0);
  #binary: boolean | null = null;

  constructor(callee: Callee) {
    this.#callee = callee;
  }

  decode(bytes: Uint8Array): string {
    // A length below 16 MiB begins with 0, and no text does.
    if (bytes.length > 0) this.#binary ??= bytes[0] === 0 || bytes[0] === 1;
    if (this.#binary !== true) return this.#text.decode(bytes, { stream: true });
    const all = new Uint8Array(this.#held.length + bytes.length);
    all.set(this.#held);
    all.set(bytes, this.#held.length);
    let from = 0;
    let events = "";
    for (;;) {
      const message = this.#message(all.subarray(from));
      if (message === null) break;
      from += message.length;
      events += `data: ${objectOf(message)}\n\n`;
    }
    this.#held = all.slice(from);
    return events;
  }

  end(): string {
    return this.#binary === true ? "" : this.#text.decode();
  }

  /** The first message of these bytes; null where it is not all there yet. */
  #message(bytes: Uint8Array): Uint8Array | null {
    if (bytes.length < PRELUDE) return null;
    const view = viewOf(bytes);
    const length = view.getUint32(0);
    const headers = view.getUint32(4);
    if (crc32(bytes.subarray(0, 8)) !== view.getUint32(8)) throw this.#damaged();
    if (length > LONGEST || length < FRAME + headers) throw this.#damaged();
    if (bytes.length < length) return null;
    const message = bytes.subarray(0, length);
    if (crc32(message.subarray(0, length - 4)) !== view.getUint32(length - 4))
      throw this.#damaged();
    return message;
  }

  #damaged(): ModullmError {
    const { host } = this.#callee;
    return providerFailure(this.#callee, `${host} sent a damaged event stream`, {
      retryable: true,
    });
  }
}

/** One message as an object on one line; a payload that is no JSON makes a line that is none. */
function objectOf(message: Uint8Array): string {
  const end = PRELUDE + viewOf(message).getUint32(4);
  const headers = headersIn(message.subarray(PRELUDE, end));
  const payload = new TextDecoder().decode(message.subarray(end, message.length - 4));
  const kind = headers.get(":message-type");
  const line = payload.replaceAll(/[\r\n]+/g, " ");
  if (kind === "event") return `{${JSON.stringify(headers.get(":event-type") ?? "")}:${line}}`;
  const code = headers.get(":exception-type") ?? headers.get(":error-code") ?? "";
  const said = headers.get(":error-message") ?? messageIn(payload);
  const status = STATUSES[code];
  const facts = { message: said === "" ? code : said, code, ...(status ? { status } : {}) };
  return JSON.stringify({ error: facts });
}

function messageIn(payload: string): string {
  try {
    const value: unknown = JSON.parse(payload);
    const said = typeof value === "object" && value !== null && "message" in value;
    return said && typeof value.message === "string" ? value.message : payload;
  } catch {
    return payload;
  }
}

/** Bytes of a value of each type of header; -1: two bytes say how many. */
const SIZES = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16];

/** The headers that are texts; the others are passed over. */
function headersIn(bytes: Uint8Array): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  const view = viewOf(bytes);
  const text = new TextDecoder();
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const name = text.decode(bytes.subarray(at + 1, nameEnd));
    const type = bytes[nameEnd] ?? 0;
    const size = SIZES[type] ?? 0;
    const counted = size < 0 && nameEnd + 3 <= bytes.length;
    const start = nameEnd + (counted ? 3 : 1);
    const end = start + (counted ? view.getUint16(nameEnd + 1) : Math.max(0, size));
    if (type === 7) headers.set(name, text.decode(bytes.subarray(start, end)));
    at = end;
  }
  return headers;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
