import { fstatSync, writeSync } from "node:fs";
import type { Terminal } from "./output.ts";

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    env: process.env,
    cwd: process.cwd(),
    stdoutIsTty: isTerminal(1),
    stderrIsTty: isTerminal(2),
    stdinIsTty: isTerminal(0),
    get columns() {
      return process.stderr.columns || 80;
    },
    get rows() {
      return process.stderr.rows || 24;
    },
    keyboard: () => process.stdin,
    stdout: (text) => writeAll(1, text),
    stderr: (text) => writeAll(2, text),
    stdin: readStdin,
    onInterrupt,
  };
}

/** Linux's major number of `/dev/null`, `/dev/zero` and the like. */
const MEMORY_DEVICES = 1;

/** `node:tty` loads all streams, so it is asked about character devices alone. */
function isTerminal(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isCharacterDevice()) return false;
    if (process.platform === "linux" && stats.rdev >> 8 === MEMORY_DEVICES) return false;
  } catch {
    // Windows has descriptors that cannot be looked at; a closed one is no terminal to `isatty`.
  }
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

/**
 * Milliseconds within which a second signal is the first one once more: a terminal sends Ctrl-C to
 * all its programs, and those that started this one, as npm and the npm package's launcher do, hand
 * it on besides.
 */
const ECHO_MS = 200;

function onInterrupt(callback: () => void): () => void {
  let since: number | null = null;
  const listen = (): void => {
    if (since !== null && performance.now() - since > ECHO_MS) process.exit(130);
    if (since !== null) return;
    since = performance.now();
    callback();
  };
  for (const name of SIGNALS) process.on(name, listen);
  return () => {
    // What was interrupted is ending, and has something to say yet: an echo must not keep it from
    // that.
    if (since !== null) return;
    for (const name of SIGNALS) process.off(name, listen);
  };
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Writes now, so that nothing is lost when the process ends. A reader that has gone away is no
 * error.
 */
function writeAll(descriptor: 1 | 2, text: string): void {
  let rest: Uint8Array = Buffer.from(text, "utf8");
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (thrown) {
      const { code } = thrown as { code?: string };
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      else if (code === "EPIPE") return;
      else throw thrown;
    }
  }
}

async function* readStdin(): AsyncGenerator<Uint8Array> {
  for await (const chunk of process.stdin)
    yield typeof chunk === "string" ? Buffer.from(chunk) : (chunk as Uint8Array);
}
