import type { Item } from "./batches.ts";
import { cancellation } from "../state.ts";

/** A stage through which requests go several at a time, and come out in order. */
export interface Pipeline<Result> {
  /** Texts as they come, those that are there at one time together. */
  readonly input: AsyncIterable<readonly string[]>;
  /** Takes in what came. */
  take(texts: readonly string[]): Promise<void>;
  /** Whether there is enough for now, so that nothing more is read. */
  full(): boolean;
  /** @param rest whether what there is shall not wait for more */
  next(state: { readonly rest: boolean; readonly open: number }): readonly Item[] | null;
  /** Asks for these. */
  ask(items: readonly Item[]): Promise<Result>;
  /** Requests at a time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Ends the requests under way: nobody waits for them any more. */
  abandon(): void;
}

/**
 * Reads no faster than what it gives is taken, and holds no more than a few requests' texts. What
 * has come is asked for at once while nothing else is under way; else it waits until a request is
 * full, or another one has ended. When reading fails, what came before is given first.
 */
export async function* flow<Result>(pipeline: Pipeline<Result>): AsyncGenerator<Result> {
  const work = new Flow(pipeline);
  try {
    for (;;) {
      work.ask();
      if (work.isOver()) break;
      work.read();
      if ((await work.wait()) === "asked") yield await work.first();
      else await work.take();
    }
  } finally {
    await work.leave();
  }
  work.throwFault();
}

type Read = Promise<IteratorResult<readonly string[]>>;

class Flow<Result> {
  readonly #pipeline: Pipeline<Result>;
  readonly #input: AsyncIterator<readonly string[]>;
  readonly #open: Promise<Result>[] = [];
  readonly #stop: Stop;
  #reading: Read | null = null;
  #ended = false;
  #fault: { readonly thrown: unknown } | null = null;

  constructor(pipeline: Pipeline<Result>) {
    this.#pipeline = pipeline;
    this.#input = pipeline.input[Symbol.asyncIterator]();
    this.#stop = stopOf(pipeline.signal);
  }

  isOver(): boolean {
    return this.#ended && this.#open.length === 0;
  }

  ask(): void {
    const { concurrency } = this.#pipeline;
    while (this.#open.length < concurrency) {
      const open = this.#open.length;
      const items = this.#pipeline.next({ rest: this.#ended || open === 0, open });
      if (items === null) return;
      this.#open.push(heard(this.#pipeline.ask(items)));
    }
  }

  read(): void {
    if (this.#ended || this.#reading !== null || this.#pipeline.full()) return;
    this.#reading = heard(this.#input.next());
  }

  /** What comes first: the answer that is due next, or more to ask for. */
  async wait(): Promise<"asked" | "read"> {
    const [first] = this.#open;
    const waits: Promise<"asked" | "read">[] = [this.#stop.promise];
    if (first !== undefined) waits.push(first.then(() => "asked"));
    if (this.#reading !== null) waits.push(this.#reading.then(READ, READ));
    return await Promise.race(waits);
  }

  async first(): Promise<Result> {
    const [first] = this.#open.splice(0, 1);
    if (first === undefined) throw new Error("nothing was asked for");
    return await first;
  }

  async take(): Promise<void> {
    try {
      const read = await this.#reading;
      if (read === null || read.done === true) this.#ended = true;
      else await this.#pipeline.take(read.value);
    } catch (thrown) {
      this.#ended = true;
      this.#fault = { thrown };
    }
    this.#reading = null;
  }

  async leave(): Promise<void> {
    this.#stop.release();
    // A source that is waiting for its own input may never answer.
    if (!this.#ended) this.#input.return?.().catch(() => undefined);
    if (this.#open.length > 0) this.#pipeline.abandon();
    await Promise.allSettled(this.#open);
  }

  throwFault(): void {
    if (this.#fault !== null) throw this.#fault.thrown;
  }
}

const READ = (): "read" => "read";

/** Whoever waits for it hears of its failure; it must not end the process before. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

interface Stop {
  readonly promise: Promise<never>;
  release(): void;
}

/** Ends a wait when the signal is aborted. */
function stopOf(signal: AbortSignal): Stop {
  let release: () => void = NOTHING;
  const promise = new Promise<never>((_, reject) => {
    const abort = (): void => reject(cancellation(signal));
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    release = () => signal.removeEventListener("abort", abort);
  });
  return { promise: heard(promise), release: () => release() };
}

const NOTHING = (): void => undefined;
