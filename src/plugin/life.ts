import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type InitializeResult, PROTOCOL_VERSION } from "../../plugins/sdk/protocol.ts";
import { ModullmError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";
import type { Redactor } from "../redaction/redactor.ts";
import { VERSION } from "../core/version.ts";
import { Call } from "./call.ts";
import type { Checks } from "./checks.ts";
import { Connection } from "./connection.ts";
import { type Fault, seconds } from "./fault.ts";
import { type HostDeadlines, LIMITS } from "./limits.ts";
import { createLog, type PluginLog } from "./log.ts";
import { watchMemory } from "../process/memory.ts";
import {
  type End,
  type ProcessCommand,
  type OwnedProcess,
  startProcess,
} from "../process/process.ts";

export interface LifeOptions extends ProcessCommand {
  readonly settings: JsonObject;
  readonly dataFolder: string;
  readonly deadlines: HostDeadlines;
  readonly checks: Checks;
  readonly redactor: Redactor;
  readonly log?: ((line: string) => void) | undefined;
  /** Bytes. */
  readonly memory: number;
  /** A request was sent, or its first sign of life has come. */
  readonly moved: (call: Call) => void;
  /** A request is over for the plugin. */
  readonly freed: () => void;
  /** `initialize` has been answered. */
  readonly ready: (result: InitializeResult) => void;
  /** Its process has ended, whoever ended it; called once. */
  readonly died: (fault: Fault) => void;
}

/** Milliseconds that a process has to end after it closed its standard output. */
const CLOSED_MS = 500;
/** Milliseconds that are waited after each `LIMITS.log` bytes of a log. */
const FLOOD_MS = 100;
/** Milliseconds that a killed process is waited for. */
const KILLED_MS = 2000;
/** For requests whose limits are kept here. */
const UNLIMITED = { total: null, first: null, gap: null };

/** One process of a plugin, from its start to its end. */
export class Life {
  readonly connection: Connection;
  initialized: InitializeResult | null = null;
  readonly #options: LifeOptions;
  readonly #process: OwnedProcess;
  readonly #log: PluginLog;
  readonly #stopWatching: () => void;
  /** Why it is over; the first reason stands. */
  #fault: Fault | null = null;
  #unsent: readonly Call[] = [];

  constructor(options: LifeOptions) {
    this.#options = options;
    const process = startProcess(options);
    this.#process = process;
    this.#log = createLog({
      limit: LIMITS.log,
      redactor: options.redactor,
      sink: options.log ?? (() => {}),
    });
    readSlowly(process.stderr, (bytes) => this.#log.push(bytes));
    this.connection = new Connection({
      process,
      checks: options.checks,
      moved: options.moved,
      freed: options.freed,
      broken: (fault) => this.end(fault),
      silent: (partial) => void this.#silent(partial),
    });
    const exceeded = (bytes: number): void => this.end(gluttony(bytes, options.memory));
    this.#stopWatching =
      process.pid === null
        ? () => {}
        : watchMemory(process.pid, {
            limit: options.memory,
            active: () => this.connection.open > 0,
            exceeded,
          });
    void process.ended.then((ended) => this.#ended(ended));
  }

  get pid(): number | null {
    return this.#process.pid;
  }

  /** Whether it is being ended, or has. */
  get over(): boolean {
    return this.#fault !== null;
  }

  /** The last lines of its log. */
  log(): readonly string[] {
    return this.#log.tail();
  }

  /** The calls it leaves behind, in the order in which they were sent. */
  left(): readonly Call[] {
    return [...this.connection.calls.values(), ...this.#unsent];
  }

  /** Sends `initialize`. */
  begin(): void {
    const { settings, dataFolder: data_folder, deadlines } = this.#options;
    const host = { name: "modullm", version: VERSION };
    const params = { protocol_version: PROTOCOL_VERSION, host, settings, data_folder };
    const call = new Call("initialize", params, UNLIMITED);
    const late = setTimeout(() => {
      const reason = `it did not answer "initialize" within ${seconds(deadlines.start)} of its start`;
      this.end({ reason, deadline: "start", retryable: true });
    }, deadlines.start);
    call.result
      .then((result) => this.#welcome(result))
      // The end of its life is told by `died`.
      .catch((thrown: unknown) => {
        if (!(thrown instanceof ModullmError))
          this.end({ reason: `it could not be started: ${String(thrown)}` });
      })
      .finally(() => clearTimeout(late));
    void this.#process.ended.then(() => clearTimeout(late));
    this.connection.send(call);
  }

  /** Ends it for a reason. */
  end(fault: Fault): void {
    if (this.#fault) return;
    this.#fault = fault;
    this.#unsent = this.connection.close();
    this.#process.kill();
  }

  /**
   * Ends it in order: `shutdown`, the end of its input, SIGTERM, SIGKILL, each after some patience
   * with the one before.
   */
  async shutDown(): Promise<void> {
    const { shutdown, term } = this.#options.deadlines;
    const { ended, stdin } = this.#process;
    if (this.initialized !== null && this.#fault === null) {
      const call = new Call("shutdown", {}, UNLIMITED);
      this.connection.send(call);
      await Promise.race([call.result.catch(() => {}), ended, pause(shutdown)]);
      stdin.end();
      await Promise.race([ended, pause(shutdown)]);
      this.#process.terminate();
      await Promise.race([ended, pause(term)]);
    }
    this.#process.kill();
    await Promise.race([ended, pause(KILLED_MS)]);
  }

  #welcome(result: InitializeResult): void {
    const { protocol_version: version } = result;
    if (version > PROTOCOL_VERSION) {
      const reason =
        `it wants version ${version} of the protocol, and was told that ${PROTOCOL_VERSION} is ` +
        "the highest spoken here";
      return this.end({
        reason,
        hint: "Update modullm, or install a version of the plugin that was made for it.",
      });
    }
    this.initialized = result;
    this.#options.ready(result);
  }

  /** Its output has ended: so will it, or else it is ended. */
  async #silent(partial: boolean): Promise<void> {
    const end = await Promise.race([this.#process.ended, pause(CLOSED_MS)]);
    const how = end?.how ?? "it closed its standard output and went on";
    const clean = end?.clean ?? false;
    this.end(
      partial
        ? { reason: `it stopped in the middle of a line: ${how}`, retryable: true }
        : { reason: how, retryable: true, clean },
    );
  }

  #ended(end: End): void {
    this.#stopWatching();
    this.#log.end();
    const over = (): void => {
      const fault: Fault = { reason: end.how, retryable: true, clean: end.clean };
      // A fault that was found first says more than how the process ended.
      this.end(fault);
      this.#options.died(this.#fault ?? fault);
    };
    // What was found at the end of its output comes first.
    setImmediate(over);
  }
}

/**
 * A flood is held up, so that it does not take all of the host's time and memory: a plugin that
 * floods its log has to wait.
 */
function readSlowly(log: Readable, take: (bytes: Uint8Array) => void): void {
  let read = 0;
  log.on("error", () => {});
  log.on("data", (bytes: Uint8Array) => {
    take(bytes);
    read += bytes.length;
    if (read < LIMITS.log) return;
    read = 0;
    log.pause();
    setTimeout(() => log.resume(), FLOOD_MS);
  });
}

async function pause(milliseconds: number): Promise<null> {
  return await sleep(milliseconds, null, { ref: false });
}

function gluttony(bytes: number, limit: number): Fault {
  return {
    reason:
      `it used ${mebibytes(bytes)} of memory, where it may use ${mebibytes(limit)}, and was ` +
      "killed",
  };
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}
