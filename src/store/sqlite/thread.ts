import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeJson } from "../../core/json.ts";
import type { Reply, Request, SessionOptions } from "./request.ts";

/** A session on a thread of its own. It keeps the process alive only while it owes a reply. */
export interface StoreThread {
  /** Rejects where the thread can't be started or has died. */
  request(request: Request): Promise<Reply>;
  end(): Promise<void>;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

export function startThread(options: SessionOptions, warn: (message: string) => void): StoreThread {
  // It brings all streams with it, and most commands start no thread.
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const worker = new Worker(workerFile(), { workerData: options });
  const waiting: Waiting[] = [];
  let dead: unknown = null;
  function die(error: unknown): void {
    dead = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  }
  worker.on("message", (message: { readonly reply: Reply } | { readonly warn: string }) => {
    if ("warn" in message) return warn(message.warn);
    waiting.shift()?.resolve(message.reply);
    if (waiting.length === 0) worker.unref();
  });
  worker.on("error", die);
  worker.on("exit", () => die(new Error("the thread has ended")));
  worker.unref();
  return {
    async request(request) {
      // oxlint-disable-next-line typescript/only-throw-error -- what the thread died of
      if (dead !== null) throw dead;
      worker.ref();
      return await new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        // Rows as text: copying objects from thread to thread takes several times as long.
        const message = request.kind === "write" ? writeJson(request) : request;
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker
        worker.postMessage(message);
      });
    },
    end: async () => void (await worker.terminate()),
  };
}

declare const IN_BINARY: boolean | undefined;

/** Within the binary; beside this file in the sources; beside the bundle it is in, elsewhere. */
function workerFile(): string | URL {
  if (typeof IN_BINARY !== "undefined")
    return join(dirname(Bun.main), "store/sqlite/store-worker.js");
  const source = new URL("./store-worker.ts", import.meta.url);
  return existsSync(source) ? source : new URL("./store-worker.js", import.meta.url);
}
