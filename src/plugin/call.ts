import type { ChatPart, Methods, Notifications } from "../../plugins/sdk/protocol.ts";
import type { Method } from "./checks.ts";
import type { RequestDeadlines } from "./limits.ts";

export interface CallOptions {
  readonly onPart?: ((part: ChatPart) => void) | undefined;
  readonly onProgress?: ((progress: Notifications["progress"]) => void) | undefined;
}

/**
 * One request to a plugin, from the moment it is made. It is settled once; what comes after that is
 * nobody's.
 *
 * waiting: it has not been sent. sent: it is the plugin's to answer. A sent one that is settled by
 * something else than its answer (an abort, a deadline) has been cancelled, and still takes its
 * place until the plugin answers.
 */
export class Call<M extends Method = Method> {
  readonly method: M;
  readonly params: Methods[M]["params"];
  readonly deadlines: RequestDeadlines;
  readonly onPart: CallOptions["onPart"];
  readonly onProgress: CallOptions["onProgress"];
  readonly result: Promise<Methods[M]["result"]>;
  /** Given by the connection it is sent on; 0 before that. */
  id = 0;
  /** Bytes of what has come for it. */
  bytes = 0;
  /** Whether anything has come for it. */
  begun = false;
  /** Whether it was sent to a process that was killed for another one's sake, and is sent again. */
  repeated = false;
  settled = false;
  /**
   * When it was made, when it was sent and when something last came for it, by `performance.now()`.
   */
  readonly madeAt = performance.now();
  sentAt = 0;
  signAt = 0;
  /** When it was settled without an answer of the plugin's; 0 where it was not. */
  cancelledAt = 0;
  #resolve: (result: unknown) => void = () => {};
  #reject: (error: Error) => void = () => {};
  /** Called when it is settled. */
  unwatch: (() => void) | null = null;

  constructor(
    method: M,
    params: Methods[M]["params"],
    deadlines: RequestDeadlines,
    options: CallOptions = {},
  ) {
    this.method = method;
    this.params = params;
    this.deadlines = deadlines;
    this.onPart = options.onPart;
    this.onProgress = options.onProgress;
    this.result = new Promise<Methods[M]["result"]>((resolve, reject) => {
      // Whoever settles it has checked that it is one.
      this.#resolve = resolve as (result: unknown) => void;
      this.#reject = reject;
    });
  }

  /** @param result checked */
  succeed(result: unknown): void {
    if (this.#settle()) this.#resolve(result);
  }

  fail(error: Error): void {
    if (this.#settle()) this.#reject(error);
  }

  /**
   * When its next limit is over, by `performance.now()`, and which one that is. Null: it has none.
   */
  next(): {
    readonly at: number;
    readonly deadline: "first" | "gap" | "total";
    readonly limit: number;
  } | null {
    const { total, first, gap } = this.deadlines;
    const end =
      total === null
        ? null
        : ({ at: this.madeAt + total, deadline: "total", limit: total } as const);
    const silence = this.begun ? gap : first;
    if (this.sentAt === 0 || silence === null) return end;
    const at = (this.begun ? this.signAt : this.sentAt) + silence;
    if (end !== null && end.at <= at) return end;
    return { at, deadline: this.begun ? "gap" : "first", limit: silence };
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.unwatch?.();
    return true;
  }
}
