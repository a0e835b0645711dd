import { fstatSync } from "node:fs";

/** Milliseconds between two looks. */
const PACE = 250;
/** `POLLERR | POLLHUP`: how `poll` says that a pipe has no reader any more. */
const GONE = 0x18;
const LIBRARIES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"],
  darwin: ["libSystem.B.dylib"],
};

/**
 * Watches whether the pipe behind a descriptor still has a reader: what is waited for costs money,
 * and writing to the pipe, which would tell, may come much later. Where the system can't be asked,
 * only writing tells.
 * @returns what ends the watch
 */
export function watchReader(descriptor: number, onGone: () => void): () => void {
  if (!isPipe(descriptor)) return () => undefined;
  let hasReader: ((descriptor: number) => boolean) | null = null;
  const timer = setInterval(() => {
    void look().catch(() => clearInterval(timer));
  }, PACE);
  timer.unref();
  async function look(): Promise<void> {
    hasReader ??= await openPoll();
    if (hasReader(descriptor)) return;
    clearInterval(timer);
    onGone();
  }
  return () => clearInterval(timer);
}

function isPipe(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

/** @throws {Error} where there is no C library to ask */
async function openPoll(): Promise<(descriptor: number) => boolean> {
  const { dlopen, ptr } = await import("bun:ffi");
  for (const name of LIBRARIES[process.platform] ?? []) {
    try {
      const { symbols } = dlopen(name, {
        poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
      });
      return (descriptor) => {
        // `struct pollfd`: the descriptor, what is asked for (nothing), what came back.
        const asked = new Int32Array([descriptor, 0]);
        symbols.poll(ptr(asked), 1, 0);
        return (((asked[1] ?? 0) >>> 16) & GONE) === 0;
      };
    } catch {
      // Not this C library.
    }
  }
  throw new Error("there is no C library that could be asked");
}
