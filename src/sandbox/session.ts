import { randomBytes } from "node:crypto";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { ModullmError } from "../core/error.ts";
import { type Json, writeJson } from "../core/json.ts";
import { createLineReader } from "../process/lines.ts";
import { type OwnedProcess, startProcess } from "../process/process.ts";
import type { Hello, HostMessage } from "./channel.ts";
import { type Level, LEVELS } from "../core/sandbox-level.ts";
import { exitFailure, failure, readFailure, sandboxUnavailable } from "./failure.ts";
import { type Answer, answerOf, type GrantedCall, readCall } from "./granted-call.ts";
import { createPrinted } from "./printed.ts";
import { createPrintedMark, type PrintedMark } from "./printed-mark.ts";
import { type Given, readGiven, readReply, type Reply } from "./reply.ts";
import {
  type CodeSource,
  type Failure,
  type Outcome,
  type SandboxLimits,
  type SandboxSession,
  type SessionOptions,
  withDefaults,
} from "./sandbox.ts";

/** How to start one guest, and what it was started as. */
export interface Guest {
  /** What it reaches, unless it says in `ready` that it reached another. */
  readonly level: Level;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What this kind of guest is told beside what every one is. */
  readonly hello: Readonly<Record<string, unknown>>;
  /** A process of it that was started before, and not spoken to since. @default one is started */
  readonly started?: OwnedProcess;
  /**
   * Its two outputs come by different ways, so that what is printed may come long after the result:
   * it is told a `printedMark` and writes that to standard error when a run ends.
   */
  readonly marksPrinted?: boolean;
  /**
   * Killing it while it starts would leave halves behind: until it is ready it is ended by the end
   * of its input.
   */
  readonly startsWhole?: boolean;
  /** Milliseconds for it to start and confine itself. @default 10000 */
  readonly startMs?: number;
  /**
   * Looks after what no limit of the system covers, from its start until what this gives is called;
   * `end` ends the session for a reason.
   */
  watch?(end: (reason: string) => void): () => void;
  /** Runs when its process is gone. What it throws is thrown by `close`. */
  cleanUp?(): Promise<void>;
}

const START_MS = 10_000;
/** Bytes kept of what a guest prints before it is ready. */
const START_PRINTED = 8192;
/**
 * Milliseconds for the end of the printed text to come after the result; code may keep it from
 * being sent.
 */
const MARK_MS = 500;
/** Bytes of a line beside the value it carries. */
const LINE_MARGIN = 64 * 1024;
/** Calls over the limit after which the session ends. */
const MAX_REFUSALS = 100;

/**
 * Starts a guest's process and speaks the channel with it. The process leads a session of its own
 * (no terminal, one group to kill); whatever is wrong with what it says ends it.
 * @throws {ModullmError} RLLM_009 `SandboxUnavailable`; the signal's reason when it was aborted
 */
export async function openSession(
  guest: Guest,
  options: SessionOptions,
  signal: AbortSignal,
): Promise<SandboxSession> {
  const session = new GuestSession(guest, options, signal);
  await session.start();
  return session;
}

/**
 * Starts a guest's process without a word to it, for `Guest.started`. No guard stands beside it: it
 * ends with its input.
 */
export function startGuest(guest: Pick<Guest, "command" | "args" | "env" | "cwd">): OwnedProcess {
  return startProcess(guest, { guard: false });
}

class GuestSession implements SandboxSession {
  #level: Level;
  readonly #guest: Guest;
  readonly #limits: SandboxLimits;
  readonly #functions: NonNullable<SessionOptions["functions"]>;
  readonly #builtins: "safe" | "all";
  readonly #signal: AbortSignal;
  readonly #nonce = randomBytes(12).toString("hex");
  readonly #process: OwnedProcess;
  #printed = createPrinted(START_PRINTED);
  readonly #mark: PrintedMark | null;
  /** Its process has ended, and all it printed has come. */
  readonly #exited: Promise<Failure>;
  /** It has been cleaned up after as well. */
  readonly #gone: Promise<void>;
  /** Answers the one question that is open: the guest's next line, or why there will be none. */
  #waiting: ((reply: Reply | Failure) => void) | null = null;
  /** Ends the wait for a granted function. */
  #interrupt: ((end: Failure) => void) | null = null;
  /** Tells granted functions that nobody waits for them any more. */
  readonly #life = new AbortController();
  #ready = false;
  #running = false;
  #stopWatching: (() => void) | undefined;
  /** Why the session has ended; null while it lives. */
  #end: Failure | null = null;
  #calls = 0;

  constructor(guest: Guest, options: SessionOptions, signal: AbortSignal) {
    signal.throwIfAborted();
    this.#level = guest.level;
    this.#guest = guest;
    this.#limits = withDefaults(options.limits);
    this.#functions = options.functions ?? {};
    this.#builtins = options.builtins ?? "safe";
    this.#signal = signal;
    this.#mark = guest.marksPrinted === true ? createPrintedMark() : null;
    this.#process = guest.started ?? startGuest(guest);
    this.#exited = this.#watch();
    this.#gone = this.#exited.then((end) => this.#settle(end));
    // Whoever waits for its end hears of a failed cleaning-up; without anyone it must not end the
    // program.
    this.#gone.catch(() => {});
    signal.addEventListener("abort", this.#abort, { once: true });
  }

  get level(): Level {
    return this.#level;
  }

  get alive(): boolean {
    return this.#end === null;
  }

  async start(): Promise<void> {
    const { cpuMs, memoryMb, maxValueBytes } = this.#limits;
    const hello: Hello = {
      nonce: this.#nonce,
      limits: { cpuMs, memoryMb, maxValueBytes },
      functions: Object.keys(this.#functions),
      builtins: this.#builtins,
    };
    const patience = this.#guest.startMs ?? START_MS;
    const late = `it did not start within ${patience / 1000} s`;
    const mark = this.#mark && { printedMark: this.#mark.text };
    const reply = await this.#ask({ ...this.#guest.hello, ...mark, ...hello }, patience, late);
    if ("is" in reply && reply.is === "ready") {
      this.#ready = true;
      this.#level = LEVELS.find((level) => level === reply["level"]) ?? this.#guest.level;
      // What came until now is of whatever started it, not of the code.
      this.#printed = createPrinted(this.#limits.maxPrintedBytes);
      return;
    }
    const reason =
      typeof reply["reason"] === "string" ? reply["reason"] : "it sent something else than `ready`";
    const said = this.#printed.take().printed.trim();
    // Why it did not start is what counts, also where it can't be cleared away: often for the same
    // reason.
    await this.close().catch(() => {});
    this.#signal.throwIfAborted();
    throw sandboxUnavailable(this.level, reason, { printed: said });
  }

  async run(
    code: string,
    values: Readonly<Record<string, Json>>,
    source?: CodeSource,
  ): Promise<Outcome> {
    const { file, line, keep } = source ?? { file: "block", line: 1 };
    if (this.#running)
      throw new ModullmError(
        "RLLM_999",
        "Cannot run code in a session that is running some already",
      );
    this.#running = true;
    const start = performance.now();
    this.#mark?.expect();
    const ended = await this.#runUntilEnd({
      do: "run",
      code,
      values,
      file,
      line,
      ...(keep === undefined ? {} : { keep }),
    }).finally(() => {
      this.#running = false;
    });
    this.#signal.throwIfAborted();
    // What was printed comes on another pipe than the result, and may still be on its way.
    if (!this.alive) await this.#exited;
    else if (this.#mark)
      await Promise.race([this.#mark.seen, this.#exited, sleep(MARK_MS, null, { ref: false })]);
    else await setImmediate();
    const facts = { ...this.#printed.take(), ms: performance.now() - start };
    return { ...ended, ...facts };
  }

  async close(): Promise<void> {
    this.#finish(failure("CrashError", "the session was closed"));
    await this.#gone;
  }

  async #runUntilEnd(message: HostMessage): Promise<Given | { ok: false; failure: Failure }> {
    let left = this.#limits.timeoutMs;
    const late = `it ran longer than ${left / 1000} s`;
    for (let next = message; ;) {
      const asked = performance.now();
      const reply = await this.#ask(next, left, late);
      left -= performance.now() - asked;
      if (!("is" in reply)) return { ok: false, failure: reply };
      if (reply.is === "done") return readGiven(reply);
      if (reply.is === "failed") {
        const told = readFailure(reply);
        return { ok: false, failure: reply["last"] === true ? this.#finish(told) : told };
      }
      if (reply.is !== "call")
        return { ok: false, failure: this.#broken(`it sent "${reply.is}" where a result was due`) };
      const answer = await this.#call(reply);
      if (!("do" in answer)) return { ok: false, failure: answer };
      next = answer;
    }
  }

  /** Does one call of a granted function. It counts before it is made. */
  async #call(reply: Reply): Promise<Answer | Failure> {
    const call = readCall(reply, this.#functions);
    if (typeof call === "string") return this.#broken(call);
    this.#calls++;
    const { maxCalls } = this.#limits;
    if (this.#calls > maxCalls + MAX_REFUSALS) {
      return this.#finish(
        failure("LimitError", `it went on calling after its ${maxCalls} calls were used up`),
      );
    }
    if (this.#calls > maxCalls)
      return { do: "throw", message: `all ${maxCalls} calls of this session are used up` };
    return await this.#wait(call);
  }

  /** What a granted function answers, or the end of the session, whichever comes first. */
  async #wait(call: GrantedCall): Promise<Answer | Failure> {
    if (this.#end) return this.#end;
    const answer = await new Promise<Answer | Failure>((resolve) => {
      this.#interrupt = resolve;
      void answerOf(call, this.#life.signal).then(resolve);
    });
    this.#interrupt = null;
    return answer;
  }

  /** Sends a message and waits for the guest's line, `patience` milliseconds at most. */
  async #ask(message: HostMessage, patience: number, late: string): Promise<Reply | Failure> {
    if (this.#end) return this.#end;
    const line = `${writeJson(message)}\n`;
    return await new Promise((resolve) => {
      const timer = setTimeout(
        () => this.#finish(failure("TimeoutError", late)),
        Math.max(patience, 1),
      );
      this.#waiting = (reply) => {
        clearTimeout(timer);
        this.#waiting = null;
        resolve(reply);
      };
      // A guest that has died can't read; its end is told by `exit`.
      this.#process.stdin.write(line);
    });
  }

  /** Follows the process until it has ended, and tells how. */
  async #watch(): Promise<Failure> {
    this.#stopWatching = this.#guest.watch?.((reason) =>
      this.#finish(failure("LimitError", reason)),
    );
    const { stdout, stderr } = this.#process;
    const reader = createLineReader(this.#limits.maxValueBytes + LINE_MARGIN);
    stderr.on("data", (bytes: Uint8Array) => this.#printed.push(this.#mark?.strip(bytes) ?? bytes));
    const take = (line: string): boolean => {
      this.#receive(line);
      return this.#end === null;
    };
    stdout.on("data", (bytes: Uint8Array) => {
      if (this.#end) return;
      const fault = reader.push(bytes, take);
      if (fault?.kind === "too-long") {
        const reason = `it is larger than ${this.#limits.maxValueBytes} bytes`;
        this.#finish({ ...failure("ResultError", reason), hint: "Give less, or a summary of it." });
      } else if (fault !== null) this.#broken(fault.reason);
      else if (reader.partial > 0 && this.#waiting === null) this.#broken("it spoke out of turn");
    });
    const { how, started, status, signal } = await this.#process.ended;
    return started ? exitFailure(status, signal, this.#limits) : failure("CrashError", how);
  }

  /** Ends the session of a process that has ended, and cleans up. */
  async #settle(end: Failure): Promise<void> {
    this.#stopWatching?.();
    this.#signal.removeEventListener("abort", this.#abort);
    this.#finish(end);
    await this.#guest.cleanUp?.();
  }

  #receive(line: string): void {
    const waiting = this.#waiting;
    if (!waiting) return void this.#broken("it spoke out of turn");
    const reply = readReply(line, this.#nonce);
    if (reply) waiting(reply);
    else this.#broken("it sent something that is no message");
  }

  #broken(reason: string): Failure {
    return this.#finish(failure("ProtocolError", reason));
  }

  readonly #abort = (): void => {
    this.#finish(failure("CancelledError", "the run was cancelled"));
  };

  /** Ends the session, once, and kills the guest with all it started. The first reason stands. */
  #finish(end: Failure): Failure {
    if (this.#end) return this.#end;
    this.#end = end;
    if (this.#process.alive && this.#guest.startsWhole === true && !this.#ready) {
      this.#process.stdin.end();
      const late = setTimeout(() => this.#process.kill(), this.#guest.startMs ?? START_MS);
      void this.#process.ended.then(() => clearTimeout(late));
    } else this.#process.kill();
    this.#waiting?.(end);
    this.#interrupt?.(end);
    const reason: unknown = this.#signal.aborted
      ? this.#signal.reason
      : new ModullmError("RLLM_022", `Stopped the call: its session has ended, ${end.reason}`);
    this.#life.abort(reason);
    return end;
  }
}
