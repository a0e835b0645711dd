import { fstatSync, writeSync } from "node:fs";
import { createInterruptions, type Interruptions } from "./interruptions.ts";
import type { Terminal } from "./output.ts";

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const interruptions = createInterruptions();
  return {
    env: process.env,
    cwd: process.cwd(),
    stdoutIsTty: isTerminal(1),
    stderrIsTty: isTerminal(2),
    stdinIsTty: isTerminal(0),
    get oneStream() {
      return isOneStream();
    },
    get columns() {
      return process.stderr.columns || 80;
    },
    get rows() {
      return process.stderr.rows || 24;
    },
    keyboard: () => process.stdin,
    stdout: (text) => writeResult(text, interruptions),
    stderr: (text) => void writeAll(2, text),
    stdin: readStdin,
    onInterrupt: interruptions.listen,
    interruptedBy: interruptions.by,
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

/** A descriptor that was closed has no stream. */
function isOneStream(): boolean {
  try {
    const [stdout, stderr] = [fstatSync(1), fstatSync(2)];
    return stdout.dev === stderr.dev && stdout.ino === stderr.ino;
  } catch {
    return false;
  }
}

function writeResult(text: string, interruptions: Interruptions): void {
  if (interruptions.by() === "SIGPIPE" || writeAll(1, text)) return;
  if (!interruptions.readerLeft()) throw new Error("nobody reads the result any more");
}

/** Writes now, so that nothing is lost when the process ends. False: the reader has gone away. */
function writeAll(descriptor: 1 | 2, text: string): boolean {
  let rest: Uint8Array = Buffer.from(text, "utf8");
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (thrown) {
      const { code } = thrown as { code?: string };
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      else if (code === "EPIPE") return false;
      else throw thrown;
    }
  }
  return true;
}

async function* readStdin(): AsyncGenerator<Uint8Array> {
  for await (const chunk of process.stdin)
    yield typeof chunk === "string" ? Buffer.from(chunk) : (chunk as Uint8Array);
}
