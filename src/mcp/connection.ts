import type { JsonObject } from "../core/json.ts";
import { deferred, unlessAborted } from "../core/waiting.ts";
import { createRestartLimit } from "../process/intensity.ts";
import { cancellation, seconds, serverError } from "./fault.ts";
import { DEADLINES, type Deadlines, LIMITS } from "./limits.ts";
import type { ListedTool, UsableTool } from "./listing.ts";
import type { ServerOptions } from "./server-options.ts";
import { openSession, type Session, type ToolAnswer } from "./session.ts";
import { SessionLost } from "./thrown.ts";

export interface ConnectionOptions extends Omit<ServerOptions, "deadlines"> {
  readonly deadlines?: Partial<Deadlines>;
}

/**
 * A server that is started or reached when it is first needed, kept, and started again after it has
 * ended. One for all that want it: `LIMITS.open` calls are with the server, others wait.
 */
export interface Connection {
  readonly name: string;
  /** The revision that is spoken; null while it is not connected. */
  readonly protocol: string | null;
  /**
   * The tools of the server as it lists them: asked for again after a start, and after it said that
   * they have changed.
   * @throws {ModullmError} RLLM_025 where it can't be had, RLLM_014 where it wants a login,
   * RLLM_022
   */
  tools(signal: AbortSignal): Promise<readonly ListedTool[]>;
  /**
   * One call of a tool that is still as it was listed. @throws {ModullmError} as `tools` does;
   * RLLM_021 where the tool has changed
   */
  call(tool: UsableTool, input: JsonObject, signal: AbortSignal): Promise<ToolAnswer>;
  /** Ends it. Never throws. */
  close(): Promise<void>;
}

export function createConnection(options: ConnectionOptions): Connection {
  return new SharedConnection(options);
}

class SharedConnection implements Connection {
  readonly name: string;
  readonly #options: ConnectionOptions;
  readonly #deadlines: Deadlines;
  readonly #restarts = createRestartLimit({ most: LIMITS.failures, within: LIMITS.failuresMs });
  readonly #turns = createTurns(LIMITS.open);
  #session: Promise<Session> | null = null;
  #open: Session | null = null;
  readonly #closing = new AbortController();

  constructor(options: ConnectionOptions) {
    this.name = options.name;
    this.#options = options;
    const { callMs } = options.server;
    const own = callMs === null ? {} : { call: callMs };
    this.#deadlines = { ...DEADLINES, ...own, ...options.deadlines };
  }

  get protocol(): string | null {
    return this.#open?.protocol ?? null;
  }

  async tools(signal: AbortSignal): Promise<readonly ListedTool[]> {
    return await this.#ask((session) => session.tools(signal), signal);
  }

  async call(tool: UsableTool, input: JsonObject, signal: AbortSignal): Promise<ToolAnswer> {
    const end = await this.#turns.begin(signal);
    try {
      return await this.#ask((session) => session.call(tool, input, signal), signal);
    } finally {
      end();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("it was closed"));
    const session = await this.#session?.catch(() => null);
    this.#session = null;
    await session?.close();
  }

  async #connect(signal: AbortSignal): Promise<Session> {
    if (signal.aborted) throw cancellation(signal);
    if (this.#closing.signal.aborted)
      throw serverError(this.name, { reason: "it was closed", retryable: false });
    return await unlessAborted((this.#session ??= this.#begin()), signal, cancellation);
  }

  /** Once more where the server has forgotten who asks, and so has not done what was asked. */
  async #ask<T>(work: (session: Session) => Promise<T>, signal: AbortSignal): Promise<T> {
    const session = await this.#connect(signal);
    try {
      return await work(session);
    } catch (thrown) {
      if (!(thrown instanceof SessionLost)) throw thrown;
      if (this.#open === session) this.#session = null;
      await session.close();
      return await work(await this.#connect(signal));
    }
  }

  /** A start is everybody's: no one caller's signal ends it. */
  #begin(): Promise<Session> {
    const refused = this.#restarts.refusal();
    if (refused !== null) {
      const reason =
        `it failed ${refused.count} times within a minute, the last time because ` +
        `${refused.reason}; it is not started again for ${seconds(refused.wait)}`;
      return Promise.reject(serverError(this.name, { reason }));
    }
    const ended = (fault: string | null): void => {
      if (this.#session === opening) this.#session = null;
      this.#open = null;
      if (fault !== null) this.#restarts.failed(fault);
    };
    const options = { ...this.#options, deadlines: this.#deadlines };
    const opening = openSession(options, { ended, signal: this.#closing.signal });
    opening.then(
      (session) => (this.#open = session),
      () => {
        if (this.#session === opening) this.#session = null;
      },
    );
    return opening;
  }
}

interface Turns {
  /** @returns what ends the turn */
  begin(signal: AbortSignal): Promise<() => void>;
}

/** At most so many at a time; the others in the order in which they came. */
function createTurns(most: number): Turns {
  const waiting: (() => void)[] = [];
  let open = 0;
  function end(): void {
    const next = waiting.shift();
    if (next === undefined) open--;
    else next();
  }
  return {
    async begin(signal) {
      if (open < most) {
        open++;
        return end;
      }
      const { promise, resolve } = deferred<void>();
      waiting.push(resolve);
      try {
        await unlessAborted(promise, signal, cancellation);
      } catch (thrown) {
        const at = waiting.indexOf(resolve);
        if (at === -1) end();
        else waiting.splice(at, 1);
        throw thrown;
      }
      return end;
    },
  };
}
