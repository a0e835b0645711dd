import { ModullmError } from "../../core/error.ts";
import type { Level } from "../../core/sandbox-level.ts";
import { sandboxUnavailable } from "../failure.ts";
import { createOpenSessions } from "../open-sessions.ts";
import type { Sandbox, SandboxSession, SessionOptions } from "../sandbox.ts";
import { type Guest, startGuest } from "../session.ts";
import type { PythonInterpreter } from "./find.ts";
import { kernelGuest, type PythonGuest, trustedGuest } from "./guest.ts";

export type PythonLevel = "kernel" | "namespaces" | "none";

export interface PythonSandboxOptions {
  readonly interpreter: PythonInterpreter;
  /**
   * - `kernel`: an empty environment; no file but the standard library to read; for sessions with
   *   `builtins: "all"` a private folder
   *   as working folder, which is removed afterwards. Blocks have nothing to write to at all.
   * - `namespaces`: the same within bubblewrap.
   * - `none`: plain Python with the user's rights, environment, working folder and packages, and
   *   all builtins whatever is asked for.
   */
  readonly level: PythonLevel;
  /**
   * Variables of code at level `none`. PATH is also where bubblewrap is looked for. @default those
   * of this process
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Allows `kernel` on macOS and Windows, by means that were written and never run there. @default
   * false
   */
  readonly experimental?: boolean;
}

/** Runs Python. Each session is one process, which confines itself before it reads any code. */
export function createPythonSandbox(options: PythonSandboxOptions): Sandbox {
  const { level } = options;
  const sessions = createOpenSessions();

  async function open(session: SessionOptions, signal: AbortSignal): Promise<SandboxSession> {
    signal.throwIfAborted();
    const guest = await prepareGuest(options, session).catch((thrown: unknown) => {
      throw told(level, thrown);
    });
    if (signal.aborted) await guest.cleanUp?.();
    signal.throwIfAborted();
    let started: Guest;
    try {
      started = start(guest);
    } catch (thrown) {
      await guest.cleanUp?.();
      throw told(level, thrown);
    }
    return await sessions.open(started, session, signal);
  }

  return { level, open, close: () => sessions.close() };
}

/** Starts Python, and finds out what to tell it in the meantime. */
function start(guest: PythonGuest): Guest {
  const started = startGuest(guest);
  try {
    return { ...guest, started, hello: guest.hello() };
  } catch (thrown) {
    started.kill();
    throw thrown;
  }
}

async function prepareGuest(
  options: PythonSandboxOptions,
  session: SessionOptions,
): Promise<PythonGuest> {
  const { interpreter, level, env = process.env } = options;
  if (level === "none") return trustedGuest(interpreter, env);
  if (process.platform !== "linux") return await prepareElsewhere(options, session);
  if (level === "kernel") return kernelGuest(interpreter, session);
  const { findBubblewrap } = await import("../bubblewrap.ts");
  const bubblewrap = findBubblewrap(env);
  if (bubblewrap === null)
    throw sandboxUnavailable(level, 'there is no "bwrap" (bubblewrap) on PATH');
  return (await import("./namespaces.ts")).namespacesGuest(interpreter, bubblewrap);
}

async function prepareElsewhere(
  { interpreter, level, experimental = false }: PythonSandboxOptions,
  session: SessionOptions,
): Promise<PythonGuest> {
  const { platform } = process;
  if (level === "kernel" && experimental) {
    if (platform === "darwin") return (await import("./macos.ts")).macosGuest(interpreter, session);
    if (platform === "win32")
      return (await import("./windows.ts")).windowsGuest(interpreter, session);
  }
  throw sandboxUnavailable(level, `this system (${platform}) has no Landlock and no seccomp`);
}

/**
 * A file that is gone, a temporary folder that can't be written: all of it means that there is no
 * sandbox.
 */
function told(level: Level, thrown: unknown): ModullmError {
  if (thrown instanceof ModullmError) return thrown;
  return sandboxUnavailable(level, thrown instanceof Error ? thrown.message : String(thrown));
}
