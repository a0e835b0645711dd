import type { AnswerQuestion, KeptAnswer } from "../answers.ts";
import type { EventRows } from "../events.ts";
import type { Channel } from "./channel.ts";
import type { Failure } from "./failure.ts";
import { pendingFolder } from "./pending.ts";
import type { WriteReport } from "./request.ts";
import type { Write } from "./write.ts";

/** Rows are gathered this long before they are written. */
const GATHER_MS = 20;
/** Rows of one transaction: a few milliseconds' work. */
const BATCH = 200;

export interface WriterOptions {
  readonly path: string;
  readonly warn: (message: string) => void;
}

/** Gathers rows and writes them in batches, in order. */
export class Writer {
  readonly #channel: Channel;
  readonly #options: WriterOptions;
  readonly #queue: Write[] = [];
  /** Answers that are to be found although they are not written yet. */
  readonly #unwritten = new Map<string, KeptAnswer>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** The end of the writes that are under way. */
  #writing: Promise<void> = Promise.resolve();
  #lost: Failure | null = null;
  #closed = false;

  constructor(channel: Channel, options: WriterOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  append(write: Write): void {
    if (this.#closed) return;
    if (write.area === "answers") this.#unwritten.set(idOf(write.row), write.row);
    this.#queue.push(write);
    this.#timer ??= setTimeout(() => void this.flush({ ends: false }), GATHER_MS);
  }

  unwrittenAnswer(question: AnswerQuestion): KeptAnswer | null {
    const answer = this.#unwritten.get(idOf(question));
    return answer && answer.kept >= question.since ? answer : null;
  }

  /** @param options.ends whether nothing more is known to come. @default true */
  flush({ ends = true } = {}): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#queue.length > 0) {
      const writes = this.#queue.splice(0);
      this.#writing = this.#writing.then(() => this.#write(writes, ends));
    }
    return this.#writing;
  }

  /** Why rows have been lost since this was last asked; null where none have. */
  takeLoss(): Failure | null {
    const lost = this.#lost;
    this.#lost = null;
    return lost;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
  }

  async #write(writes: readonly Write[], ends: boolean): Promise<void> {
    for (let at = 0; at < writes.length; at += BATCH) {
      const batch = writes.slice(at, at + BATCH);
      const reply = await this.#channel.request(
        { kind: "write", writes: together(batch) },
        { ends },
      );
      for (const { area, row } of batch)
        if (area === "answers" && this.#unwritten.get(idOf(row)) === row)
          this.#unwritten.delete(idOf(row));
      this.#report(reply.ok ? (reply.value as WriteReport) : { ...reply, lost: batch.length });
    }
  }

  #report({ failure, lost }: WriteReport): void {
    if (failure === null) return;
    const { path, warn } = this.#options;
    const { reason, kind } = failure;
    if (lost > 0) this.#lost = failure;
    else if (kind === "busy") return;
    const then =
      lost > 0
        ? "programs run, but are missing from stats"
        : `it waits in "${pendingFolder(path)}" until that is mended`;
    warn(`Cannot record this run in "${path}": ${reason}; ${then}`);
  }
}

/** Events of one tree become one row. */
function together(writes: readonly Write[]): readonly Write[] {
  const rows = new Map<string, EventRows & { readonly lines: string[] }>();
  const others = writes.filter((write) => {
    if (write.area !== "events") return true;
    const known = rows.get(write.row.root);
    if (known) known.lines.push(...write.row.lines);
    else rows.set(write.row.root, { ...write.row, lines: [...write.row.lines] });
    return false;
  });
  return [...others, ...[...rows.values()].map((row) => ({ area: "events", row }) as const)];
}

function idOf({ tenant, key }: { readonly tenant: string; readonly key: string }): string {
  return JSON.stringify([tenant, key]);
}
