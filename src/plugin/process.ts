import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";

/** How to start a plugin. It gets these variables and no others. */
export interface PluginCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** A plugin's process and all that it started. */
export interface PluginProcess {
  readonly pid: number | null;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * Once it has ended and its pipes are closed; nobody waits long for those that something else
   * holds open.
   */
  readonly ended: Promise<End>;
  /** Asks it to end. */
  terminate(): void;
  /** Ends it, with its group. */
  kill(): void;
}

/** How a process ended: in words, and whether it was with status 0. */
export interface End {
  readonly how: string;
  readonly clean: boolean;
}

const SHELL = "/bin/sh";
/**
 * The plugin with a guard beside it: a shell that reads from a pipe of the host's, which says
 * nothing, and kills the plugin's group when the pipe closes, as it does when the host dies of
 * whatever. The guard is nobody's child, so that a plugin that waits for its children does not wait
 * for it; it is in the group, so that the group's number is not given to others while it watches;
 * and it holds none of the plugin's pipes. The plugin takes the place of the first shell.
 */
const GUARDED = `( ( read -r _ <&3; kill -s KILL -- "-$$" ) </dev/null >/dev/null 2>&1 & ); exec "$@" 3<&-`;
/** Variables that the shell hands on unasked. */
const OF_THE_SHELL = ["PWD", "OLDPWD", "SHLVL"];
/** Milliseconds that pipes may stay open after the process has ended. */
const PIPES_MS = 200;

/** Starts a plugin in a session of its own: no terminal, and one group to kill. */
export function startProcess({ command, args, env, cwd }: PluginCommand): PluginProcess {
  const options = {
    cwd,
    env: { ...env },
    detached: process.platform !== "win32",
    windowsHide: true,
  };
  // Windows has no such shell, and a container may have none; there the end of standard input has
  // to do.
  const guarded = process.platform !== "win32" && existsSync(SHELL);
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
    terminate: () => void child.kill("SIGTERM"),
    kill: () => kill(child),
  };
}

function watch(child: ChildProcess, command: string, letGo: () => void): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      letGo();
      resolve({ how: `"${command}" can't be started: ${error.message}`, clean: false });
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
      resolve({ how: describeEnd(command, status, signal), clean: status === 0 });
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
  if (child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === "win32") child.kill("SIGKILL");
  else endGroup(child);
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
