import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";

/** How to start a process. It gets these variables and no others. */
export interface ProcessCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** @default the folder of this process */
  readonly cwd?: string;
}

export interface ProcessOptions {
  /** Whether a guard ends it when this process dies of whatever. @default true */
  readonly guard?: boolean;
}

/** A process of ours and all that it started. */
export interface OwnedProcess {
  readonly pid: number | null;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * Once it has ended and its pipes are closed; nobody waits long for those that something else
   * holds open.
   */
  readonly ended: Promise<End>;
  /** Whether it was started and has not ended. */
  readonly alive: boolean;
  /** Whether this program stays while the process runs. @default it does */
  keepsProgram(keep: boolean): void;
  /** Asks it to end. */
  terminate(): void;
  /** Ends it, with its group. */
  kill(): void;
}

/** How a process ended. */
export interface End {
  /** In words: `its process died of SIGKILL`. */
  readonly how: string;
  /** Whether it was with status 0. */
  readonly clean: boolean;
  /** False where it could not be started. */
  readonly started: boolean;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

const SHELL = "/bin/sh";
/**
 * A program with a guard beside it: a shell that reads from a pipe of the host's, which says
 * nothing, and kills the program's group when the pipe closes, as it does when the host dies of
 * whatever. The guard is nobody's child, so that a program that waits for its children does not
 * wait for it; it is in the group, so that the group's number is not given to others while it
 * watches; and it holds none of the program's pipes. The program takes the place of the first
 * shell.
 */
const GUARDED =
  '( ( read -r _ <&3; kill -s KILL -- "-$$" ) </dev/null >/dev/null 2>&1 & ); exec "$@" 3<&-';
/** Variables that the shell hands on unasked. */
const OF_THE_SHELL = ["PWD", "OLDPWD", "SHLVL"];
/** Milliseconds that pipes may stay open after the process has ended. */
const PIPES_MS = 200;

/** Starts a process in a session of its own: no terminal, and one group to kill. */
export function startProcess(
  { command, args, env, cwd }: ProcessCommand,
  { guard: wanted = true }: ProcessOptions = {},
): OwnedProcess {
  const options = {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...env },
    detached: process.platform !== "win32",
    windowsHide: true,
  };
  // Windows has no such shell, and a container may have none; there the end of standard input has
  // to do.
  const guarded = wanted && process.platform !== "win32" && existsSync(SHELL);
  const unset = OF_THE_SHELL.filter((name) => env[name] === undefined).map(
    (name) => `unset ${name}; `,
  );
  const child = guarded
    ? spawn(SHELL, ["-c", `${unset.join("")}${GUARDED}`, SHELL, command, ...args], {
        ...options,
        stdio: ["pipe", "pipe", "pipe", "pipe"],
      })
    : spawn(command, [...args], { ...options, stdio: ["pipe", "pipe", "pipe"] });
  const { stdin, stdout, stderr } = child;
  const guard = child.stdio[3];
  if (!stdin || !stdout || !stderr) throw new Error("A process was started without its pipes");
  // What it can't be told is told by its end.
  stdin.on("error", () => {});
  guard?.on("error", () => {});
  return {
    pid: child.pid ?? null,
    stdin,
    stdout,
    stderr,
    ended: watch(child, command, () => guard?.destroy()),
    get alive() {
      return isAlive(child);
    },
    keepsProgram(keep) {
      // A pipe is a socket; the types know it as a stream.
      const pipes = [stdin, stdout, stderr] as unknown as { ref?(): void; unref?(): void }[];
      for (const one of [child, ...pipes]) {
        if (keep) one.ref?.();
        else one.unref?.();
      }
    },
    terminate: () => void child.kill("SIGTERM"),
    kill: () => kill(child),
  };
}

function watch(child: ChildProcess, command: string, letGo: () => void): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      letGo();
      const how = `"${command}" can't be started: ${error.message}`;
      resolve({ how, clean: false, started: false, status: null, signal: null });
    });
    child.once("exit", () => {
      endGroup(child);
      letGo();
      const timer = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, PIPES_MS);
      child.once("close", () => clearTimeout(timer));
    });
    child.once("close", (status, signal) => {
      const how = describeEnd(command, status, signal);
      resolve({ how, clean: status === 0, started: true, status, signal });
    });
  });
}

function describeEnd(
  command: string,
  status: number | null,
  signal: NodeJS.Signals | null,
): string {
  if (signal !== null) return `its process died of ${signal}`;
  if (status === 127) return `its process ended with status 127: "${command}" was not found`;
  return `its process ended with status ${status ?? "unknown"}`;
}

function kill(child: ChildProcess): void {
  // Once it has ended its group has as well, and the number may be another's.
  if (!isAlive(child)) return;
  if (process.platform === "win32") child.kill("SIGKILL");
  else endGroup(child);
}

function isAlive({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}

/** What it started may outlive it. While the guard is in the group, its number is no other's. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined || process.platform === "win32") return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
