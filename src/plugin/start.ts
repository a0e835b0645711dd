import type { InitializeResult } from "../../plugins/sdk/protocol.ts";

/** A start that somebody waits for. */
export interface Start {
  readonly promise: Promise<InitializeResult>;
  resolve(result: InitializeResult): void;
  reject(error: Error): void;
}

export function createStart(): Start {
  let settle: Omit<Start, "promise"> | null = null;
  const promise = new Promise<InitializeResult>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whoever waits hears of it; without anyone it must not end the program.
  promise.catch(() => {});
  return {
    promise,
    resolve: (result) => settle?.resolve(result),
    reject: (error) => settle?.reject(error),
  };
}
