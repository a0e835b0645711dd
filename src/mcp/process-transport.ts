import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { isObject, parseJson, writeJson } from "../core/json.ts";
import { deferred } from "../core/waiting.ts";
import { createLineReader } from "../process/lines.ts";
import { defaultMemory, watchMemory } from "../process/memory.ts";
import { type OwnedProcess, type ProcessCommand, startProcess } from "../process/process.ts";
import { seconds } from "./fault.ts";
import { LIMITS } from "./limits.ts";
import { createStderrTail, type StderrTail } from "./stderr-tail.ts";

/**
 * The protocol over the pipes of a process of ours: one message a line. What is no message is
 * passed over, as many servers write other things too; a line that is too long, or a flood that
 * answers nothing, ends the process.
 */
export class ProcessTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport["onmessage"];
  /** Marks for the library that this is a process: silence there may be an older revision. */
  readonly stderr = null;
  /** Why it ended; null as long as it has not. */
  fault: string | null = null;
  readonly #command: ProcessCommand;
  readonly #endMs: number;
  readonly #parse: (value: unknown) => JSONRPCMessage;
  readonly #tail: StderrTail = createStderrTail(LIMITS.log);
  #process: OwnedProcess | null = null;
  /** Requests that have no answer. */
  readonly #asked = new Set<string | number>();
  #unasked = 0;
  #closing = false;
  #stopWatching: () => void = () => {};

  /** @param parse throws for what is no message */
  constructor(
    command: ProcessCommand,
    {
      endMs,
      parse,
    }: { readonly endMs: number; readonly parse: (value: unknown) => JSONRPCMessage },
  ) {
    this.#command = command;
    this.#endMs = endMs;
    this.#parse = parse;
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** Whether this side ended it. */
  get closed(): boolean {
    return this.#closing;
  }

  /** The last lines of its standard error, as they stand. */
  log(): readonly string[] {
    return this.#tail.lines();
  }

  start(): Promise<void> {
    const child = startProcess(this.#command);
    this.#process = child;
    const reader = createLineReader(LIMITS.message);
    child.stdout.on("data", (bytes: Uint8Array) => {
      if (this.fault !== null) return;
      const broken = reader.push(bytes, (line, size) => this.#take(line, size));
      if (broken !== null) this.#break(broken.reason);
    });
    child.stdout.on("error", () => {});
    child.stderr.on("data", (bytes: Uint8Array) => this.#tail.push(bytes));
    child.stderr.on("error", () => {});
    if (child.pid !== null) this.#watch(child.pid);
    void child.ended.then(({ how }) => this.#ended(how));
    return Promise.resolve();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const child = this.#process;
    if (child === null || !child.alive || this.fault !== null)
      throw new Error(this.fault ?? "its process does not run");
    if ("method" in message && "id" in message) this.#asked.add(message.id);
    if (child.stdin.write(`${writeJson(message)}\n`)) return;
    await new Promise<void>((resolve) => {
      child.stdin.once("drain", resolve);
      child.stdin.once("close", resolve);
    });
  }

  /** The end of its input, SIGTERM, SIGKILL, each after some patience with the one before. */
  async close(): Promise<void> {
    const child = this.#process;
    if (child === null || !child.alive) return;
    this.#closing = true;
    child.stdin.end();
    if (await this.#endsSoon(child)) return;
    child.terminate();
    if (await this.#endsSoon(child)) return;
    child.kill();
    await child.ended;
  }

  async #endsSoon({ ended }: OwnedProcess): Promise<boolean> {
    const { promise, resolve } = deferred<boolean>();
    const timer = setTimeout(() => resolve(false), this.#endMs);
    try {
      return await Promise.race([promise, ended.then(() => true)]);
    } finally {
      clearTimeout(timer);
    }
  }

  #take(line: string, size: number): boolean {
    const message = this.#read(line);
    const isAnswer = message !== null && !("method" in message);
    const isWanted = isAnswer && message.id !== undefined && this.#asked.delete(message.id);
    this.#unasked = isWanted ? 0 : this.#unasked + size;
    if (this.#unasked > LIMITS.unasked)
      this.#break(`it wrote more than ${LIMITS.unasked} bytes that answer nothing`);
    else if (message !== null && (isWanted || !isAnswer)) this.onmessage?.(message);
    return this.fault === null;
  }

  #read(line: string): JSONRPCMessage | null {
    try {
      const value = parseJson(line, { decimals: "nearest" });
      return isObject(value) ? this.#parse(value) : null;
    } catch {
      return null;
    }
  }

  #ended(how: string): void {
    this.#stopWatching();
    this.fault ??= how;
    this.onclose?.();
  }

  #watch(pid: number): void {
    const limit = defaultMemory();
    const exceeded = (bytes: number): void =>
      this.#break(`it used ${bytes} bytes of memory, more than the ${limit} that it may`);
    this.#stopWatching = watchMemory(pid, { limit, active: () => true, exceeded });
  }

  #break(reason: string): void {
    this.fault ??= reason;
    this.#process?.kill();
  }
}

/** What is said of a server that did not end its start in time. */
export function startTooLate(limit: number): string {
  return `it did not introduce itself within ${seconds(limit)} of its start`;
}
