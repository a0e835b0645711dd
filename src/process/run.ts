import { spawn } from "node:child_process";

/** How a program ended that was run for its effect. */
export interface ToolEnd {
  /** Null where it was killed, or could not be started. */
  readonly status: number | null;
  readonly stdout: string;
  /** The end of what it wrote to standard error. */
  readonly stderr: string;
  /** Whether there is no such program. */
  readonly missing: boolean;
}

/** Characters of each output. */
const MOST_OUTPUT = 100_000;

/**
 * Runs a program until its end; aborting kills it. It reads nothing and asks nothing. @throws the
 * signal's reason
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly signal: AbortSignal;
  },
): Promise<ToolEnd> {
  const { cwd, env, signal } = options;
  signal.throwIfAborted();
  const child = spawn(command, [...args], {
    cwd,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr, missing] = ["", "", false];
  child.stdout
    .setEncoding("utf8")
    .on("data", (text: string) => (stdout = (stdout + text).slice(-MOST_OUTPUT)));
  child.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (stderr = (stderr + text).slice(-MOST_OUTPUT)));
  const kill = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  const status = await new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      missing = "code" in error && error.code === "ENOENT";
      stderr += error.message;
      resolve(null);
    });
    child.once("close", resolve);
  });
  signal.removeEventListener("abort", kill);
  signal.throwIfAborted();
  return { status, stdout, stderr: stderr.trim(), missing };
}
