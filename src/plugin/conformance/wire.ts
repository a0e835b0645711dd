import { setTimeout as sleep } from "node:timers/promises";
import { isObject, parseJson, writeJson } from "../../core/json.ts";
import { createLineReader, excerpt } from "../../process/lines.ts";
import { LIMITS } from "../limits.ts";
import {
  type End,
  type ProcessCommand,
  type OwnedProcess,
  startProcess,
} from "../../process/process.ts";
import { Miss } from "./verdict.ts";

export type Message = Readonly<Record<string, unknown>>;

/** One request and everything that came about it. */
export interface Exchange {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
  /** `params` of the notifications with its id, those that came too late with them. */
  readonly notes: { readonly method: string; readonly params: Message; readonly late: boolean }[];
  /** All answers; there should be one. */
  readonly answers: Message[];
  /** What came in place of its answer: a clause of which the plugin is the subject. */
  instead: string | null;
}

/** What a plugin wrote that it may not, whatever it is asked. */
export interface Stray {
  readonly kind: "garbage" | "jsonrpc" | "request" | "unknown id" | "second answer" | "late part";
  readonly text: string;
}

/** Milliseconds in which the answer may still follow an error without an id. */
const GRACE = 300;
/** Lines of a log that a message shows. */
const LAST_LINES = 5;

/**
 * A plugin's process and both ends of its pipes, without any opinion: what a check writes goes out
 * as it is, also what is wrong, and what comes is kept.
 */
export class Wire {
  readonly exchanges = new Map<number, Exchange>();
  readonly strays: Stray[] = [];
  /** Errors about lines that have no id. */
  readonly refusals: Message[] = [];
  /** Messages that came. */
  received = 0;
  /** What it wrote to standard error: all bytes' number, and the first of them. */
  logBytes = 0;
  readonly log: Uint8Array[] = [];
  /** The first line that came. */
  firstLine: string | null = null;
  /** Null while it runs. */
  end: End | null = null;
  readonly ended: Promise<End>;
  readonly #process: OwnedProcess;
  readonly #patience: number;
  #nextId = 1;
  #listeners = new Set<() => void>();

  constructor(command: ProcessCommand, options: { readonly patience: number }) {
    this.#patience = options.patience;
    this.#process = startProcess(command);
    const reader = createLineReader(LIMITS.pluginLine);
    const take = (line: string): boolean => {
      this.#receive(line);
      return true;
    };
    this.#process.stdout.on("data", (bytes: Uint8Array) => {
      const fault = reader.push(bytes, take);
      if (fault !== null) this.strays.push({ kind: "garbage", text: fault.reason });
      this.#tell();
    });
    this.#process.stderr.on("data", (bytes: Uint8Array) => {
      if (this.logBytes < LIMITS.log) this.log.push(bytes);
      this.logBytes += bytes.length;
    });
    this.ended = this.#process.ended.then((end) => {
      if (reader.partial > 0) this.strays.push({ kind: "garbage", text: "it ended within a line" });
      this.end = end;
      this.#tell();
      return end;
    });
  }

  write(text: string | Uint8Array): void {
    this.#process.stdin.write(text);
  }

  /** A message as one line. */
  send(message: object): void {
    this.write(`${writeJson({ jsonrpc: "2.0", ...message })}\n`);
  }

  /** Keeps what comes about a request that the caller writes. */
  expect(method: string, params: unknown, id: number = this.#nextId++): Exchange {
    const exchange: Exchange = { id, method, params, notes: [], answers: [], instead: null };
    this.exchanges.set(id, exchange);
    return exchange;
  }

  open(method: string, params: unknown, id?: number): Exchange {
    const exchange = this.expect(method, params, id);
    this.send({ id: exchange.id, method, params });
    return exchange;
  }

  /**
   * The answer, whichever it is.
   * @throws {Miss} when none comes in time, or something else in its place
   */
  async answer(exchange: Exchange, patience: number = this.#patience): Promise<Message> {
    const before = this.refusals.length;
    await this.until(
      () =>
        exchange.answers.length > 0 || exchange.instead !== null || this.refusals.length > before,
      `"${exchange.method}" was not answered`,
      patience,
    );
    if (exchange.answers.length === 0 && exchange.instead === null)
      await this.until(() => exchange.answers.length > 0, "", GRACE).catch(() => {});
    const [answer] = exchange.answers;
    if (answer !== undefined) return answer;
    throw new Miss(exchange.instead ?? withoutId(exchange, this.refusals.splice(before, 1)[0]));
  }

  async ask(method: string, params: unknown, id?: number): Promise<Message> {
    return await this.answer(this.open(method, params, id));
  }

  /** The next error about a line without an id. */
  async refusal(): Promise<Message> {
    await this.until(() => this.refusals.length > 0, "no error with the id null came");
    return this.refusals.shift() ?? {};
  }

  /**
   * @throws {Miss} with `otherwise` when it does not come true in time, or the process ends before
   */
  async until(
    held: () => boolean,
    otherwise: string | (() => string),
    patience: number = this.#patience,
  ): Promise<void> {
    if (held()) return;
    const missing = (): string => (typeof otherwise === "string" ? otherwise : otherwise());
    await new Promise<void>((resolve, reject) => {
      const finish = (fault: string | null): void => {
        clearTimeout(timer);
        this.#listeners.delete(listener);
        if (fault === null) resolve();
        else reject(new Miss(fault));
      };
      const listener = (): void => {
        if (held()) finish(null);
        else if (this.end !== null) finish(`${missing()}: ${this.end.how}${this.lastWords()}`);
      };
      const timer = setTimeout(() => finish(`${missing()} within ${patience / 1000} s`), patience);
      this.#listeners.add(listener);
      listener();
    });
  }

  /** Waits for what may still come. */
  async rest(milliseconds = 150): Promise<void> {
    await sleep(milliseconds);
  }

  endInput(): void {
    this.#process.stdin.end();
  }

  /** Ends it, with all it started. */
  async kill(): Promise<void> {
    this.#process.kill();
    await this.ended;
  }

  /** The last lines of its log, for messages. */
  lastWords(): string {
    const lines = Buffer.concat(this.log).toString("utf8").trim().split("\n").slice(-LAST_LINES);
    const shown = lines.map(excerpt).join(", ");
    return lines[0] === "" ? "" : `; its log ends with ${shown}`;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #stray(kind: Stray["kind"], line: string): void {
    this.strays.push({ kind, text: excerpt(line) });
  }

  #receive(line: string): void {
    this.received++;
    this.firstLine ??= line;
    let message: unknown;
    try {
      message = parseJson(line, { decimals: "nearest" });
    } catch {
      return this.#stray("garbage", line);
    }
    if (!isObject(message)) return this.#stray("garbage", line);
    if (message["jsonrpc"] !== "2.0") this.#stray("jsonrpc", line);
    const { id, method, params } = message;
    if (method !== undefined && id !== undefined) return this.#stray("request", line);
    if (typeof method !== "string" && method !== undefined) return this.#stray("garbage", line);
    if (method !== undefined) return this.#note(method, isObject(params) ? params : {}, line);
    if (id === null && isObject(message["error"])) return void this.refusals.push(message);
    const exchange = typeof id === "number" ? this.exchanges.get(id) : undefined;
    if (exchange === undefined) {
      this.#misnamed(id);
      const text = `the id ${excerpt(JSON.stringify(id) ?? "none")} in ${excerpt(line)}`;
      return void this.strays.push({ kind: "unknown id", text });
    }
    if (exchange.answers.length > 0) this.#stray("second answer", line);
    exchange.answers.push(message);
  }

  /** An answer whose id is none: it ends the wait of the request that it can only be meant for. */
  #misnamed(id: unknown): void {
    const named = typeof id === "string" ? this.exchanges.get(Number(id)) : undefined;
    const waiting = [...this.exchanges.values()].filter(({ answers }) => answers.length === 0);
    const meant = named ?? (waiting.length === 1 ? waiting[0] : undefined);
    if (meant === undefined) return;
    const shown = (JSON.stringify(id) ?? "").slice(0, 80);
    const how =
      id === undefined
        ? "without an id"
        : `with the id ${shown}${typeof id === "string" ? ", a string" : ""}`;
    meant.instead = `it answered ${how}; the id of the request was the number ${meant.id}`;
    this.#tell();
  }

  #note(method: string, params: Message, line: string): void {
    const exchange =
      typeof params["id"] === "number" ? this.exchanges.get(params["id"]) : undefined;
    if (exchange === undefined) return this.#stray("unknown id", line);
    const late = exchange.answers.length > 0;
    if (late) this.#stray("late part", line);
    exchange.notes.push({ method, params, late });
  }
}

/** An error without an id is an answer to whatever was asked last, to whom nobody can give it. */
function withoutId({ method }: Exchange, refusal: Message | undefined): string {
  const error = isObject(refusal?.["error"]) ? refusal["error"] : {};
  const { code, message } = error;
  return `it answered "${method}" with the id null and ${String(code)}: ${String(message)}`;
}
