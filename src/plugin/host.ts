import type { InitializeResult, Methods } from "../../plugins/sdk/protocol.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { ModullmError } from "../core/error.ts";
import { createRedactor, type Redactor } from "../redaction/redactor.ts";
import { findSecrets } from "../redaction/secrets.ts";
import { createAborts } from "./aborts.ts";
import { Call, type CallOptions } from "./call.ts";
import { createChecks, type Method } from "./checks.ts";
import { BadAnswer, Refusal } from "./connection.ts";
import { cancellation, refusalError } from "./failures.ts";
import { type Fault, pluginError, seconds } from "./fault.ts";
import { disobedience, lateness } from "./lateness.ts";
import { Life } from "./life.ts";
import {
  HOST_DEADLINES,
  type HostDeadlines,
  LIMITS,
  REQUEST_DEADLINES,
  type RequestDeadlines,
} from "./limits.ts";
import { createRestartLimit } from "../process/intensity.ts";
import { defaultMemory } from "../process/memory.ts";
import type { ProcessCommand } from "../process/process.ts";
import { createStart, type Start } from "./start.ts";
import { createSweeper } from "./sweeper.ts";

export interface PluginHostOptions extends ProcessCommand {
  readonly name: string;
  /** What `initialize` tells the plugin, checked against its manifest. */
  readonly settings: JsonObject;
  readonly dataFolder: string;
  readonly deadlines?: Partial<HostDeadlines>;
  /**
   * Gets each line of the plugin's log, redacted. @default nobody reads it; errors show its end all
   * the same
   */
  readonly log?: (line: string) => void;
  /** @default one that knows the secrets among `env` and `settings` */
  readonly redactor?: Redactor;
  /** Variables that its manifest names, for messages. @default none */
  readonly variables?: readonly string[];
  /** MiB that it may use, where that can be watched. @default three quarters of the machine's */
  readonly memoryMb?: number;
}

export interface RequestOptions extends CallOptions {
  readonly signal?: AbortSignal;
  /** @default `REQUEST_DEADLINES` */
  readonly deadlines?: Partial<RequestDeadlines>;
  /**
   * Gets what ends the request without a word to whoever asked, for those who stop listening; a
   * signal would cost more.
   */
  readonly begun?: (cancel: () => void) => void;
}

/**
 * `idle`: never started. `dead`: its process has ended, or is being ended; the next request starts
 * another.
 */
export type HostState = "idle" | "starting" | "ready" | "dead" | "closing" | "closed";

/** What a plugin is asked by; `initialize` and `shutdown` are the host's own. */
export type Request = Exclude<Method, "initialize" | "shutdown">;

/**
 * A plugin that is started when it is first needed, kept, and started again after it has died.
 *
 * One process, many requests at once: `LIMITS.open` of them are with the plugin, others wait for
 * their turn. `close` comes last. Whatever the plugin does wrong is thrown as RLLM_019 with
 * `details.plugin`, `details.reason`, and `details.log`, the last lines of its log.
 */
export interface PluginHost {
  readonly name: string;
  readonly state: HostState;
  /** The process's number while there is one. */
  readonly pid: number | null;
  /** What it said at its start, the same object as long as it runs; null while it does not. */
  readonly initialized: InitializeResult | null;
  /** Starts it where it is not running. */
  start(): Promise<InitializeResult>;
  /**
   * Aborting `signal` ends it with RLLM_022 at once, and tells the plugin; one that doesn't obey is
   * killed.
   * @throws {ModullmError} RLLM_019 when the plugin breaks its protocol, dies or takes too long;
   * RLLM_010, RLLM_014 and RLLM_017 for
   *   what it says itself
   */
  request<M extends Request>(
    method: M,
    params: Methods[M]["params"],
    options?: RequestOptions,
  ): Promise<Methods[M]["result"]>;
  health(): Promise<Methods["health"]["result"]>;
  /** Lets the plugin end in order, and kills it when it doesn't. Never throws. */
  close(): Promise<void>;
}

export function createPluginHost(options: PluginHostOptions): PluginHost {
  return new Host(options);
}

class Host implements PluginHost {
  readonly name: string;
  readonly #options: PluginHostOptions;
  readonly #deadlines: HostDeadlines;
  readonly #redactor: Redactor;
  readonly #checks = createChecks();
  readonly #aborts = createAborts();
  readonly #sweeper = createSweeper(() => this.#sweep());
  #life: Life | null = null;
  #lives = 0;
  #waiting: Call[] = [];
  /** When lives ended badly, and why the last one did. */
  readonly #restarts = createRestartLimit({ most: LIMITS.failures, within: LIMITS.failuresMs });
  #closing: Promise<void> | null = null;
  #closed = false;
  #starting: Start | null = null;

  constructor(options: PluginHostOptions) {
    this.name = options.name;
    this.#options = options;
    this.#deadlines = { ...HOST_DEADLINES, ...options.deadlines };
    const settings = [...Object.entries(options.env), ...textsIn(options.settings)];
    const secrets = () =>
      findSecrets({ settings, keyNames: [], urls: [], values: [], headers: [] });
    this.#redactor = options.redactor ?? createRedactor(secrets());
  }

  get state(): HostState {
    if (this.#closing) return this.#closed ? "closed" : "closing";
    if (this.#life === null) return this.#lives === 0 ? "idle" : "dead";
    if (this.#life.over) return "dead";
    return this.#life.initialized === null ? "starting" : "ready";
  }

  get pid(): number | null {
    return this.#life?.pid ?? null;
  }

  get initialized(): InitializeResult | null {
    return this.#life?.over === false ? this.#life.initialized : null;
  }

  start(): Promise<InitializeResult> {
    if (this.#closing) return Promise.reject(this.#closedError());
    if (this.initialized !== null) return Promise.resolve(this.initialized);
    this.#starting ??= createStart();
    const { promise } = this.#starting;
    this.#pump();
    return promise;
  }

  async request<M extends Request>(
    method: M,
    params: Methods[M]["params"],
    options: RequestOptions = {},
  ): Promise<Methods[M]["result"]> {
    if (this.#closing) throw this.#closedError();
    const { signal } = options;
    if (signal?.aborted) throw cancellation(signal);
    const usual = REQUEST_DEADLINES[method] ?? { total: null, first: null, gap: null };
    const deadlines = options.deadlines === undefined ? usual : { ...usual, ...options.deadlines };
    const call = new Call(method, params, deadlines, options);
    if (signal)
      call.unwatch = this.#aborts.watch(signal, () => {
        call.fail(cancellation(signal));
        this.#drop(call);
      });
    if (this.#waiting.length >= LIMITS.waiting)
      call.fail(
        pluginError(this.name, { reason: `${LIMITS.waiting} requests are waiting for it already` }),
      );
    else this.#waiting.push(call);
    options.begun?.(() => {
      if (call.settled) return;
      call.fail(
        new ModullmError("RLLM_022", "Stopped the request to the plugin: nobody waits for it"),
      );
      this.#drop(call);
    });
    this.#watch(call);
    this.#pump();
    try {
      return await call.result;
    } catch (thrown) {
      throw this.#explain(thrown, call);
    }
  }

  health(): Promise<Methods["health"]["result"]> {
    return this.request("health", {});
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const error = this.#closedError();
    this.#starting?.reject(error);
    this.#starting = null;
    for (const call of this.#waiting.splice(0)) call.fail(error);
    for (const call of this.#life?.connection.all() ?? []) call.fail(error);
    await this.#life?.shutDown();
    this.#sweeper.stop();
    this.#life = null;
    this.#closed = true;
  }

  /** Sends what waits, and starts the plugin for it. */
  #pump(): void {
    if (this.#closing || (this.#waiting.length === 0 && this.#starting === null)) return;
    const life = this.#life;
    if (life === null) return this.#begin();
    if (this.state !== "ready") return;
    while (life.connection.open < LIMITS.open) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      life.connection.send(call);
    }
  }

  #begin(): void {
    const now = performance.now();
    const refused = this.#restarts.refusal();
    if (refused !== null) {
      const reason =
        `it failed ${refused.count} times within a minute, the last time because ` +
        `${refused.reason}; it is not started again for ${seconds(refused.wait)}`;
      return this.#failStart(pluginError(this.name, { reason }));
    }
    this.#lives++;
    const { memoryMb, ...command } = this.#options;
    const life = new Life({
      ...command,
      checks: this.#checks,
      redactor: this.#redactor,
      deadlines: this.#deadlines,
      memory: memoryMb === undefined ? defaultMemory() : memoryMb * 1024 * 1024,
      moved: (call) => this.#watch(call),
      freed: () => this.#pump(),
      ready: (result) => this.#ready(life, result),
      died: (fault) => this.#died(life, fault),
    });
    this.#life = life;
    life.begin();
    this.#sweeper.by(now + this.#deadlines.start);
  }

  #ready(life: Life, result: InitializeResult): void {
    if (this.#life !== life || this.#closing) return;
    this.#starting?.resolve(result);
    this.#starting = null;
    this.#pump();
  }

  /** A life is over, its process gone. What it had not begun to answer may go to the next one. */
  #died(life: Life, fault: Fault): void {
    if (this.#life === life) this.#life = null;
    if (this.#closing) return;
    const left = life.left();
    if (fault.clean !== true || left.some((call) => call.sentAt !== 0)) {
      this.#restarts.failed(fault.reason);
    }
    const error = pluginError(this.name, fault, life.log());
    const again: Call[] = [];
    for (const call of left) {
      if (call.settled) continue;
      const innocent = fault.deadline === "cancel" && !call.begun && !call.repeated;
      if (call.sentAt !== 0 && !innocent) call.fail(error);
      else {
        call.repeated ||= call.sentAt !== 0;
        call.sentAt = 0;
        again.push(call);
      }
    }
    this.#waiting.unshift(...again);
    if (life.initialized !== null) this.#pump();
    else this.#failStart(error);
  }

  /** Nobody who waits now is helped by another start. */
  #failStart(error: ModullmError): void {
    this.#starting?.reject(error);
    this.#starting = null;
    for (const call of this.#waiting.splice(0)) call.fail(error);
  }

  /** Sees to it that somebody looks when its next limit is over. */
  #watch(call: Call): void {
    const due = call.next();
    if (due !== null) this.#sweeper.by(due.at);
  }

  /** Nobody waits for a call any more. */
  #drop(call: Call): void {
    const waiting = this.#waiting.indexOf(call);
    if (waiting !== -1) this.#waiting.splice(waiting, 1);
    else this.#life?.connection.cancel(call);
    if (call.cancelledAt !== 0) this.#sweeper.by(call.cancelledAt + this.#deadlines.cancel);
  }

  /** Ends what is late, and tells when to look again. */
  #sweep(): void {
    const now = performance.now();
    let disobedient: Call | null = null;
    for (const call of [...this.#waiting, ...(this.#life?.connection.all() ?? [])]) {
      if (call.settled) {
        const at = call.cancelledAt + this.#deadlines.cancel;
        if (call.cancelledAt === 0) continue;
        if (at > now) this.#sweeper.by(at);
        else disobedient ??= call;
        continue;
      }
      const due = call.next();
      if (due === null) continue;
      if (due.at > now) this.#sweeper.by(due.at);
      else {
        call.fail(this.#error(lateness(call, due)));
        this.#drop(call);
      }
    }
    if (disobedient !== null) this.#life?.end(disobedience(disobedient, this.#deadlines.cancel));
  }

  #explain(thrown: unknown, { method, params }: Call): unknown {
    if (thrown instanceof BadAnswer) return this.#error({ reason: thrown.message });
    if (!(thrown instanceof Refusal)) return thrown;
    const model = "model" in params ? params.model : null;
    const tool = "name" in params ? params.name : null;
    const { variables = [] } = this.#options;
    const said = new Refusal(thrown.code, this.#redactor.text(thrown.message), thrown.data);
    return refusalError(said, {
      plugin: this.name,
      method,
      model,
      tool,
      variables,
      log: this.#life?.log() ?? [],
    });
  }

  #error(fault: Fault): ModullmError {
    return pluginError(this.name, fault, this.#life?.log());
  }

  #closedError(): ModullmError {
    return new ModullmError(
      "RLLM_022",
      `Stopped the request to plugin "${this.name}": it was closed`,
      {
        details: { reason: "the plugin was closed" },
      },
    );
  }
}

/** The texts among settings, each with the key it stands under. */
function textsIn(settings: JsonObject): [string, string][] {
  return Object.entries(settings).flatMap(([key, value]): [string, string][] => {
    if (typeof value === "string") return [[key, value]];
    return isObject(value) ? textsIn(value) : [];
  });
}
