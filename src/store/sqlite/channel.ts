import type { Reply, Request, SessionOptions } from "./request.ts";
import { Session } from "./session.ts";
import type { SqlDriver } from "./driver.ts";
import { startThread, type StoreThread } from "./thread.ts";

export interface ChannelOptions extends SessionOptions {
  readonly driver: SqlDriver;
  /** Whether many runs are to come: everything is then done on a thread of its own. */
  readonly stays: boolean;
  readonly warn: (message: string) => void;
}

/**
 * The way to the file: a thread while runs go on, and this one where that has not been needed
 * before the end, since a thread costs a short command as much again as its row.
 */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #session: Session;
  #thread: StoreThread | "none" | null = null;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#session = new Session(options, options.driver, options.warn);
  }

  /** @param options.ends whether nothing more is known to come: no thread is started for it then */
  async request(request: Request, { ends = true } = {}): Promise<Reply> {
    const { stays, path, legacyPath, retention, warn } = this.#options;
    if (this.#thread === null && (stays || !ends))
      this.#thread = startThread({ path, legacyPath, retention }, warn);
    if (this.#thread !== null && this.#thread !== "none") {
      try {
        return await this.#thread.request(request);
      } catch {
        // A bundle without the thread's file: the same is done here.
        this.#thread = "none";
      }
    }
    return this.#session.answer(request);
  }

  async close(): Promise<void> {
    if (this.#thread !== null && this.#thread !== "none") {
      await this.#thread.request({ kind: "close" }).catch(() => null);
      await this.#thread.end();
    }
    this.#session.answer({ kind: "close" });
  }
}
