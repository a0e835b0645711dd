import { ModullmError } from "../../core/error.ts";
import type { AnswerArea, AnswerQuestion } from "../answers.ts";
import type { ChatArea } from "../chats.ts";
import type { EventArea, EventRows } from "../events.ts";
import type { ProgramArea } from "../programs.ts";
import type { RunArea, RunFilter, RunRecord } from "../runs.ts";
import type { Store } from "../store.ts";
import { Channel, type ChannelOptions } from "./channel.ts";
import type { Failure } from "./failure.ts";
import type { Operation, Operations } from "./operations.ts";
import type { Cursor, Page } from "./runs.ts";
import { storedRun } from "./row.ts";
import { Writer } from "./writer.ts";

const PAGE = 500;

type ValuesOf<Name extends Operation> = Operations[Name] extends (
  database: never,
  ...values: infer Values
) => unknown
  ? Values
  : never;

export class SqliteStore implements Store {
  readonly runs: RunArea;
  readonly events: EventArea;
  readonly answers: AnswerArea;
  readonly chats: ChatArea;
  readonly programs: ProgramArea;
  readonly #path: string;
  readonly #warn: (message: string) => void;
  readonly #channel: Channel;
  readonly #writer: Writer;

  constructor(options: ChannelOptions) {
    this.#path = options.path;
    const warned = new Set<string>();
    this.#warn = (message) => {
      if (!warned.has(message)) options.warn(message);
      warned.add(message);
    };
    this.#channel = new Channel({ ...options, warn: this.#warn });
    this.#writer = new Writer(this.#channel, { path: options.path, warn: this.#warn });
    this.runs = this.#runArea();
    this.events = this.#eventArea();
    this.answers = this.#answerArea();
    this.chats = this.#chatArea();
    this.programs = this.#programArea();
  }

  async flushed(): Promise<void> {
    await this.#writer.flush();
    const lost = this.#writer.takeLoss();
    if (lost !== null) throw this.#failed("record in", lost);
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#channel.close();
  }

  #runArea(): RunArea {
    return {
      append: (run) => this.#writer.append({ area: "runs", row: storedRun(run) }),
      query: (filter, { limit = Number.POSITIVE_INFINITY } = {}) => this.#query(filter, limit),
      find: (id) => this.#ask("find", id),
      tree: (id) => this.#ask("tree", id),
      summaries: (filter) => this.#ask("summaries", filter),
      remove: (filter) => untilNone(() => this.#ask("remove", filter)),
      prune: (retention) => untilNone(() => this.#ask("prune", retention)),
    };
  }

  #eventArea(): EventArea {
    let part = 0;
    return {
      append: (root, line) => {
        const row = { root, part: part++, at: Date.now(), lines: [line] };
        this.#writer.append({ area: "events", row });
      },
      read: (root) => this.#readEvents(root),
    };
  }

  #answerArea(): AnswerArea {
    return {
      find: (question) => this.#findAnswer(question),
      keep: (row) => this.#writer.append({ area: "answers", row }),
      stats: () => this.#ask("answers"),
      clear: (before) => this.#ask("clear", before),
    };
  }

  #chatArea(): ChatArea {
    return {
      keep: (row) => this.#writer.append({ area: "chats", row }),
      keepTurn: (row) => this.#writer.append({ area: "turns", row }),
      list: (filter) => this.#ask("chats", filter),
      turns: (chat) => this.#ask("turns", chat),
      search: (text, filter) => this.#ask("searchChats", text, filter),
      removeTurns: (ids) => this.#ask("removeTurns", ids),
      remove: (ids) => this.#ask("removeChats", ids),
    };
  }

  #programArea(): ProgramArea {
    return {
      folder: (folder) => this.#ask("programFolder", folder),
      files: (folder) => this.#ask("programFiles", folder),
      rows: (folders) => this.#ask("programRows", folders),
      entry: (id) => this.#ask("programEntry", id),
      words: (question) => this.#ask("programWords", question),
      vectors: (model) => this.#ask("vectors", model),
      change: (folder, change) =>
        this.#call({
          operation: "changePrograms",
          values: [folder, change],
          keeps: true,
          ends: !change.more,
        }),
      settle: (folder, scan) => this.#keep("settleFolder", folder, scan),
      decide: (decisions) => this.#keep("decide", decisions),
      keepVectors: (model, vectors) => this.#keep("keepVectors", model, vectors),
    };
  }

  async #findAnswer(question: AnswerQuestion): Promise<unknown> {
    const unwritten = this.#writer.unwrittenAnswer(question);
    if (unwritten !== null) return unwritten.value;
    const values = [question];
    const request = {
      kind: "call",
      operation: "answer",
      values,
      brief: true,
      keeps: false,
    } as const;
    const reply = await this.#channel.request(request);
    if (!reply.ok) return undefined;
    const { value, damaged } = reply.value as ReturnType<Operations["answer"]>;
    if (damaged) this.#warn(`An answer kept in "${this.#path}" is damaged, and is asked for anew`);
    if (value !== undefined) this.#writer.append({ area: "hits", row: question });
    return value;
  }

  async *#query(filter: RunFilter, limit: number): AsyncGenerator<RunRecord> {
    let after: Cursor | null = null;
    for (let left = limit; left > 0;) {
      const page: Page = await this.#ask("page", filter, after, Math.min(left, PAGE));
      if (page.damaged > 0)
        this.#warn(`Damaged rows in "${this.#path}" are shown without their calls and tags`);
      yield* page.runs;
      if (page.next === null) return;
      after = page.next;
      left -= page.runs.length;
    }
  }

  async *#readEvents(root: string): AsyncGenerator<string> {
    for (let part = -1; ;) {
      const rows: readonly EventRows[] = await this.#ask("events", root, part);
      for (const row of rows) yield* row.lines;
      const last = rows.at(-1);
      if (last === undefined) return;
      part = last.part;
    }
  }

  async #ask<Name extends Operation>(
    operation: Name,
    ...values: ValuesOf<Name>
  ): Promise<ReturnType<Operations[Name]>> {
    await this.#writer.flush();
    return await this.#call({ operation, values, keeps: false });
  }

  async #keep<Name extends Operation>(
    operation: Name,
    ...values: ValuesOf<Name>
  ): Promise<ReturnType<Operations[Name]>> {
    return await this.#call({ operation, values, keeps: true });
  }

  async #call<Name extends Operation>({
    ends = true,
    ...call
  }: {
    readonly operation: Name;
    readonly values: ValuesOf<Name>;
    readonly keeps: boolean;
    readonly ends?: boolean;
  }): Promise<ReturnType<Operations[Name]>> {
    const reply = await this.#channel.request({ kind: "call", ...call, brief: false }, { ends });
    if (reply.ok) return reply.value as ReturnType<Operations[Name]>;
    throw this.#failed(call.keeps ? "write to" : "read the statistics in", reply.failure);
  }

  #failed(action: string, { reason }: Failure): ModullmError {
    const path = this.#path;
    return new ModullmError("RLLM_018", `Cannot ${action} "${path}": ${reason}`, {
      details: { path, reason },
      hint: "Move the file away to start anew, or use the version of this program that wrote it.",
    });
  }
}

/** Step by step, so that others can write in between. */
async function untilNone(step: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let gone = await step(); gone > 0; gone = await step()) total += gone;
  return total;
}
