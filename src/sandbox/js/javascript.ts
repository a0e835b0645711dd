import type { OwnedProcess } from "../../process/process.ts";
import { createOpenSessions } from "../open-sessions.ts";
import type { Sandbox, SandboxSession, SessionOptions, SyntaxFault } from "../sandbox.ts";
import { startGuest } from "../session.ts";
import { guestCommand, REHEARSE_ARGUMENT } from "./command.ts";
import type { JavaScriptHello } from "./guest.ts";
import { inNamespaces } from "./namespaces.ts";

export interface JavaScriptSandboxOptions {
  /**
   * `namespaces`: within bubblewrap; `kernel`: refuses where the kernel does not confine the
   * process as well; `wasm`: says what was reached. @default `javaScriptLevel()`
   */
  readonly level?: JavaScriptLevel;
  /** The program that makes namespaces, for that level. */
  readonly bubblewrap?: string;
  /** The program and its arguments that run the guest. @default this program */
  readonly command?: readonly string[];
  /**
   * Processes that are kept started, for sessions to come. They are used once, and keep no program
   * from ending. @default 0
   */
  readonly warm?: number;
}

export type JavaScriptLevel = "namespaces" | "kernel" | "wasm";

export interface JavaScriptSandbox extends Sandbox {
  readonly level: JavaScriptLevel;
  checkSyntax(code: string, signal?: AbortSignal): Promise<SyntaxFault | null>;
  prepare(): void;
}

/**
 * What JavaScript runs at on this machine: where the guest can ask the kernel to confine it, that
 * comes on top of the engine.
 */
export function javaScriptLevel(): "kernel" | "wasm" {
  const { platform, arch, versions } = process;
  return platform === "linux" &&
    versions["bun"] !== undefined &&
    (arch === "x64" || arch === "arm64")
    ? "kernel"
    : "wasm";
}

/**
 * Milliseconds after a session was opened until the next process is started, if the session has not
 * ended by then.
 */
const REFILL_MS = 250;

/** JavaScript in QuickJS, compiled to WebAssembly, in a process of its own for each session. */
export function createJavaScriptSandbox(options: JavaScriptSandboxOptions = {}): JavaScriptSandbox {
  const { level = javaScriptLevel(), bubblewrap = null, warm = 0 } = options;
  const [command = "", ...args] = commandFor(level, options.command ?? guestCommand(), bubblewrap);
  const waiting = createPool(() =>
    startGuest({ command, args: [...args, REHEARSE_ARGUMENT], env: ENVIRONMENT }),
  );
  const sessions = createOpenSessions();
  let closed = false;

  async function open(
    session: SessionOptions,
    signal: AbortSignal,
    told: Pick<JavaScriptHello, "parseOnly"> = { parseOnly: false },
  ): Promise<SandboxSession> {
    signal.throwIfAborted();
    if (closed) throw closedError();
    const started = waiting.take();
    const guest = {
      level,
      command,
      args,
      env: ENVIRONMENT,
      hello: { ...told, required: level },
      ...(started ? { started } : {}),
      async cleanUp() {
        if (!closed) waiting.fill(warm);
        await Promise.resolve();
      },
    };
    const opened = await sessions.open(guest, session, signal);
    if (closed) throw closedError();
    // Not at once: starting the next would take the processor from this one.
    setTimeout(() => waiting.fill(closed ? 0 : warm), REFILL_MS).unref();
    return opened;
  }

  return {
    level,
    open: (session, signal) => open(session, signal),
    prepare: () => waiting.fill(Math.max(1, warm)),
    async checkSyntax(code, signal = new AbortController().signal) {
      const session = await open({}, signal, { parseOnly: true });
      try {
        const outcome = await session.run(code, {});
        if (!outcome.ok) return { message: outcome.failure.reason, line: null, column: null };
        const fault = outcome.value as Omit<SyntaxFault, "column"> | null;
        // The engine does not know columns well.
        return fault && { ...fault, column: null };
      } finally {
        await session.close();
      }
    },
    async close() {
      closed = true;
      await Promise.all([waiting.close(), sessions.close()]);
    },
  };
}

function commandFor(
  level: JavaScriptLevel,
  command: readonly string[],
  bubblewrap: string | null,
): readonly string[] {
  if (level !== "namespaces") return command;
  if (bubblewrap === null) throw new Error("the level namespaces needs bubblewrap");
  return inNamespaces(bubblewrap, command);
}

function closedError(): Error {
  return new Error("Cannot open a session: the sandbox is closed");
}

/**
 * Nothing of the host's environment goes to a guest. The engine's parser recurses on the host's
 * stack: it gets all of it that there is.
 */
const ENVIRONMENT = { BUN_JSC_maxPerThreadStackUsage: String(16 * 1024 * 1024) };

interface Pool {
  take(): OwnedProcess | undefined;
  fill(count: number): void;
  close(): Promise<void>;
}

/** Started processes that wait for their one session. */
function createPool(start: () => OwnedProcess): Pool {
  const waiting: OwnedProcess[] = [];
  return {
    take() {
      for (let taken = waiting.shift(); taken; taken = waiting.shift()) {
        if (!taken.alive) continue;
        taken.keepsProgram(true);
        return taken;
      }
      return undefined;
    },
    fill(count) {
      while (waiting.length < count) {
        const started = start();
        // One that can't be started is not taken; the session that starts its own says why.
        started.keepsProgram(false);
        waiting.push(started);
      }
    },
    async close() {
      await Promise.all(
        waiting
          .splice(0)
          .filter(({ alive }) => alive)
          .map(end),
      );
    },
  };
}

async function end(guest: OwnedProcess): Promise<void> {
  guest.keepsProgram(true);
  guest.kill();
  await guest.ended;
}
