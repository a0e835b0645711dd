import { randomInt } from "node:crypto";
import { isObject, parseJson, writeJson } from "../core/json.ts";
import type { Call } from "./call.ts";
import type { Checks, FromPlugin, Method } from "./checks.ts";
import type { Fault } from "./fault.ts";
import { LIMITS } from "./limits.ts";
import { createLineReader, excerpt } from "../process/lines.ts";
import type { OwnedProcess } from "../process/process.ts";

/** What a plugin answered with an error. */
export class Refusal extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/**
 * An answer that has come, but is not what it should be: the request fails, and the plugin goes on.
 */
export class BadAnswer extends Error {}

export interface ConnectionOptions {
  readonly process: OwnedProcess;
  readonly checks: Checks;
  /** Called once, when the plugin breaks the protocol: nothing more is read or written. */
  readonly broken: (fault: Fault) => void;
  /** Called when nothing more can come from it. @param partial whether it ended within a line */
  readonly silent: (partial: boolean) => void;
  /**
   * Called when a request has another limit of time: it was sent, or its first sign of life has
   * come.
   */
  readonly moved: (call: Call) => void;
  /** Called when a request is over for the plugin, so that another one may be sent. */
  readonly freed: () => void;
}

type Message = Readonly<Record<string, unknown>>;

/** The requests that notifications are about. */
export const CARRIERS: Readonly<Record<FromPlugin, readonly Method[]>> = {
  "chat/part": ["chat"],
  progress: ["models/pull", "tools/call"],
};

/** Ids begin here and above: nothing that was written before `initialize` was read can hit one. */
const LARGEST_FIRST_ID = 2 ** 30;

/**
 * JSON-RPC over a process's pipes. Every line is checked where it comes in; whatever can't be told
 * to belong to an open request ends the connection. Lines to the plugin go through one queue and
 * are only made when the pipe takes them.
 */
export class Connection {
  /** Requests that are the plugin's to answer, also those that were cancelled, by id. */
  readonly calls = new Map<number, Call>();
  readonly #process: OwnedProcess;
  readonly #checks: Checks;
  readonly #broken: ConnectionOptions["broken"];
  readonly #moved: ConnectionOptions["moved"];
  readonly #freed: ConnectionOptions["freed"];
  #nextId = randomInt(1, LARGEST_FIRST_ID);
  /** Calls that wait for the pipe. */
  #queue: Call[] = [];
  /** Ids to cancel, which go before calls. */
  #cancels: number[] = [];
  #blocked = false;
  #closed = false;

  constructor({ process, checks, broken, silent, moved, freed }: ConnectionOptions) {
    this.#process = process;
    this.#checks = checks;
    this.#broken = broken;
    this.#moved = moved;
    this.#freed = freed;
    const reader = createLineReader(LIMITS.pluginLine);
    const take = (line: string, size: number): boolean => {
      this.#receive(line, size);
      return !this.#closed;
    };
    process.stdout.on("data", (bytes: Uint8Array) => {
      if (this.#closed) return;
      const fault = reader.push(bytes, take);
      if (fault !== null) this.#break(fault.reason);
    });
    process.stdout.on("error", () => {});
    process.stdout.on("end", () => silent(reader.partial > 0));
    process.stdin.on("drain", () => {
      this.#blocked = false;
      this.#write();
    });
  }

  /** Requests that are open or wait for the pipe. */
  get open(): number {
    return this.calls.size + this.#queue.length;
  }

  /** The same, each. */
  *all(): Generator<Call> {
    yield* this.calls.values();
    yield* this.#queue;
  }

  send(call: Call): void {
    this.#queue.push(call);
    if (!this.#blocked) this.#write();
  }

  /** Tells the plugin that nobody waits for a call any more; one that was not sent is forgotten. */
  cancel(call: Call): void {
    const waiting = this.#queue.indexOf(call);
    if (waiting !== -1) {
      this.#queue.splice(waiting, 1);
      this.#freed();
      return;
    }
    if (this.#closed || this.calls.get(call.id) !== call || call.cancelledAt !== 0) return;
    call.cancelledAt = performance.now();
    this.#cancels.push(call.id);
    if (!this.#blocked) this.#write();
  }

  /** Nothing more is read or written. @returns the calls that were not sent */
  close(): readonly Call[] {
    this.#closed = true;
    const unsent = this.#queue;
    this.#queue = [];
    return unsent;
  }

  #write(): void {
    while (!this.#blocked && !this.#closed) {
      const cancelled = this.#cancels.shift();
      if (cancelled !== undefined) {
        this.#writeLine(writeJson({ jsonrpc: "2.0", method: "cancel", params: { id: cancelled } }));
        continue;
      }
      const call = this.#queue.shift();
      if (call === undefined) return;
      this.#writeCall(call);
    }
  }

  #writeCall(call: Call): void {
    const id = this.#nextId++;
    const line = writeJson({ jsonrpc: "2.0", id, method: call.method, params: call.params });
    // A character has at most three bytes; only a long line is worth counting.
    if (line.length * 3 > LIMITS.hostLine && Buffer.byteLength(line) > LIMITS.hostLine) {
      call.fail(
        new BadAnswer(
          `the request is larger than the ${LIMITS.hostLine} bytes that a plugin is sent`,
        ),
      );
      this.#freed();
      return;
    }
    call.id = id;
    call.sentAt = performance.now();
    this.calls.set(id, call);
    this.#writeLine(line);
    this.#moved(call);
  }

  #writeLine(line: string): void {
    this.#blocked = !this.#process.stdin.write(`${line}\n`);
  }

  #receive(line: string, size: number): void {
    let message: unknown;
    try {
      message = parseJson(line, { decimals: "nearest" });
    } catch {
      return this.#break(
        line === ""
          ? "it wrote an empty line"
          : `it wrote a line that is not JSON: ${excerpt(line)}`,
      );
    }
    if (!isObject(message))
      return this.#break(`it wrote a line that is not one message: ${excerpt(line)}`);
    if (message["jsonrpc"] !== "2.0")
      return this.#break(`it wrote a message without "jsonrpc": "2.0": ${excerpt(line)}`);
    if (message["method"] === undefined) this.#takeAnswer(message, size, line);
    else this.#takeNotification(message, size, line);
  }

  #takeAnswer(message: Message, size: number, line: string): void {
    const { id, error, result } = message;
    const call = typeof id === "number" ? this.calls.get(id) : undefined;
    if (call === undefined) {
      if (id === null && error !== undefined)
        return this.#break(`it could not read a request: ${excerpt(line)}`);
      return this.#break(`it answered a request that is not open: ${excerpt(line)}`);
    }
    if ((error === undefined) === (result === undefined))
      return this.#break(
        `it answered with neither or both of a result and an error: ${excerpt(line)}`,
      );
    call.bytes += size;
    this.calls.delete(call.id);
    if (!call.settled) this.#settle(call, error, result);
    this.#freed();
  }

  #settle(call: Call, error: unknown, result: unknown): void {
    const fault =
      error === undefined
        ? this.#checks.result(call.method, result, call.params)
        : this.#checks.error(error);
    if (fault !== null)
      return call.fail(new BadAnswer(`it answered "${call.method}" wrongly: ${fault}`));
    if (error === undefined) return call.succeed(result);
    // Just checked.
    const { code, message, data } = error as { code: number; message: string; data?: unknown };
    call.fail(new Refusal(code, message, data));
  }

  #takeNotification(message: Message, size: number, line: string): void {
    const { method, id, params } = message;
    if (id !== undefined)
      return this.#break(`it sent a request, which plugins don't: ${excerpt(line)}`);
    if (!isFromPlugin(method))
      return this.#break(`it sent a notification that is not one of its own: ${excerpt(line)}`);
    const about = isObject(params) ? params["id"] : undefined;
    const call = typeof about === "number" ? this.calls.get(about) : undefined;
    const wanted = CARRIERS[method];
    if (call === undefined || !wanted.includes(call.method))
      return this.#break(
        `it sent "${method}" for a request that is not an open "${wanted.join('" or "')}": ` +
          excerpt(line),
      );
    if (call.settled) return;
    const fault = this.#checks.notification(method, params) ?? tooMuch(call, size);
    if (fault !== null) {
      call.fail(new BadAnswer(`it answered "${call.method}" wrongly: ${fault}`));
      return this.cancel(call);
    }
    call.signAt = performance.now();
    if (!call.begun) {
      call.begun = true;
      this.#moved(call);
    }
    try {
      // Just checked.
      if (method === "chat/part") call.onPart?.((params as { part: never }).part);
      else call.onProgress?.(params as never);
    } catch (thrown) {
      call.fail(thrown instanceof Error ? thrown : new Error(String(thrown)));
      this.cancel(call);
    }
  }

  #break(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#broken({ reason });
  }
}

function isFromPlugin(method: unknown): method is FromPlugin {
  return method === "chat/part" || method === "progress";
}

function tooMuch(call: Call, size: number): string | null {
  call.bytes += size;
  const limit = call.method === "models/pull" ? LIMITS.pull : LIMITS.answer;
  return call.bytes > limit ? `its messages have more than ${limit} bytes in all` : null;
}
