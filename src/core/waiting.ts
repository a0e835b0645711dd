import { ModullmError } from "./error.ts";

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T | PromiseLike<T>): void;
  reject(reason: unknown): void;
}

/** `Promise.withResolvers`, which Node 20 doesn't have. */
export function deferred<T>(): Deferred<T> {
  let resolve: Deferred<T>["resolve"] = nothing;
  let reject: Deferred<T>["reject"] = nothing;
  const promise = new Promise<T>((resolves, rejects) => {
    resolve = resolves;
    reject = rejects;
  });
  return { promise, resolve, reject };
}

function nothing(): void {}

/** RLLM_022 for a caller that does not wait any longer. @param what is stopped: `the model call` */
export function stopped(signal: AbortSignal, what: string): ModullmError {
  const { reason } = signal as { reason: unknown };
  if (reason instanceof ModullmError && reason.code === "RLLM_022") return reason;
  const why = reason instanceof Error ? reason.message : "the caller aborted";
  return new ModullmError("RLLM_022", `Stopped ${what}: it was cancelled`, {
    details: { reason: why },
  });
}

/** Waits for what doesn't hear the signal. @throws what `error` gives, when aborted before */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  error: (signal: AbortSignal) => unknown,
): Promise<T> {
  const aborted = deferred<never>();
  const stop = (): void => aborted.reject(error(signal));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([aborted.promise, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Waits; ends early, without throwing, when the signal is aborted. */
export function sleepFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
