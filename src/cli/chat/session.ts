import type { Chat } from "../../chat/chat.ts";
import type { AttachedFile, UserMessage } from "../../chat/message.ts";
import { lastTurn } from "../../chat/history.ts";
import { toModullmError } from "../../core/error.ts";
import { visible } from "../../core/visible.ts";
import type { ChatTurn } from "../../store/chats.ts";
import { UsageError } from "../command.ts";
import { type Output, paint } from "../output.ts";
import { renderError } from "../render/error.ts";
import { shellWord } from "../shell-word.ts";
import { writeLine } from "./editor.ts";
import { costText, tokenText } from "./facts.ts";
import { type Keyboard, openKeyboard } from "./keyboard.ts";
import { onResize, suspend } from "./process-signals.ts";
import { completeSlash, readSlash, runSlash, type SlashContext } from "./slash.ts";
import { createTurnView, sizeOf } from "./turn-view.ts";

export interface SessionOptions {
  readonly output: Output;
  readonly plain: boolean;
  /** Said at once; null: the user is asked. */
  readonly said: UserMessage | null;
  /** For what is said next. */
  readonly files: readonly AttachedFile[];
  resolve(path: string): string;
}

/** Talks with the user at a terminal until they leave. */
export async function holdSession(chat: Chat, options: SessionOptions): Promise<void> {
  const { output } = options;
  const { terminal } = output;
  const input = terminal.keyboard?.();
  if (input === undefined) throw new Error("there is no keyboard");
  const keyboard = openKeyboard(input, (text) => terminal.stderr(text));
  try {
    await new Session(chat, keyboard, options).hold();
  } finally {
    keyboard.close();
  }
  const { name } = chat.record;
  if (chat.turns.length > 0) output.note(`Go on with: modullm chat --resume ${shellWord(name)}`);
}

class Session implements SlashContext {
  readonly chat: Chat;
  attached: readonly AttachedFile[] = [];
  readonly #keyboard: Keyboard;
  readonly #options: SessionOptions;
  readonly #output: Output;
  readonly #color: boolean;
  /** Whether the last key was Ctrl-C: once more, and the user leaves. */
  #interrupted = false;
  readonly #history: string[];
  /** Stops the answer that is coming. */
  #stop: AbortController | null = null;

  constructor(chat: Chat, keyboard: Keyboard, options: SessionOptions) {
    this.chat = chat;
    this.#keyboard = keyboard;
    this.#options = options;
    this.#output = options.output;
    this.#color = options.output.color && !options.plain;
    this.#history = chat.turns.flatMap(({ text }) => (text === "" ? [] : [text]));
  }

  /** Until the user leaves, or a signal ends the process in good order. */
  async hold(): Promise<void> {
    const disarm = this.#output.terminal.onInterrupt(() => {
      this.#stop?.abort();
      this.#keyboard.end();
    });
    try {
      await this.#talk();
    } finally {
      disarm();
    }
  }

  readonly say = (text: string): void => {
    this.#output.note(paint(this.#color, 2, visible(text)));
  };

  readonly resolve = (path: string): string => {
    const { HOME = "" } = this.#output.terminal.env;
    return this.#options.resolve(path.replace(/^~(?=\/|$)/, HOME));
  };

  readonly retry = async (): Promise<void> => {
    await this.#turn(async (watch) => {
      const turn = await this.chat.retry(watch);
      if (turn === null) this.say("Nothing was said yet.");
      return turn;
    });
  };

  async #talk(): Promise<void> {
    this.#greet();
    const { said, files } = this.#options;
    if (said !== null) await this.#take(said);
    this.attached = files;
    for (;;) {
      const written = await writeLine(this.#history, {
        keyboard: this.#keyboard,
        write: (text) => this.#output.terminal.stderr(text),
        size: () => sizeOf(this.#output),
        prompt: paint(this.#color, 36, "> "),
        shown: (text) => this.#output.redactor.text(text),
        complete: completeSlash,
        suspend: () => suspend(this.#keyboard),
        onResize,
      });
      if (written === "end") return;
      if (written === "interrupt") {
        if (this.#interrupted) return;
        this.#interrupted = true;
        this.say("Ctrl-C once more, or Ctrl-D, leaves.");
        continue;
      }
      this.#interrupted = false;
      const text = written.text.trim();
      if (text === "" && this.attached.length === 0) continue;
      if (text !== "" && text !== this.#history.at(-1)) this.#history.push(written.text);
      const slash = readSlash(written.text);
      if (slash?.name === "exit" || slash?.name === "quit") return;
      if (slash) await this.#try(() => runSlash(slash.name, slash.given, this));
      else await this.#take(this.#message(text));
    }
  }

  #message(text: string): UserMessage {
    const files = this.attached;
    this.attached = [];
    return { text, files };
  }

  async #take(message: UserMessage): Promise<void> {
    await this.#try(() => this.#turn((watch) => this.chat.ask(message, watch)));
  }

  /** One turn, shown as it comes; Ctrl-C stops it. */
  async #turn(ask: (watch: Parameters<Chat["ask"]>[1]) => Promise<ChatTurn | null>): Promise<void> {
    const { plain } = this.#options;
    const { terminal } = this.#output;
    const write = (text: string): void => terminal.stderr(text);
    const isJson = this.chat.world.program !== null;
    const view = createTurnView(this.#output, { write, plain, isJson });
    const stop = new AbortController();
    this.#stop = stop;
    const unlisten = this.#keyboard.listen((key) => {
      if (key.type !== "key" || key.name !== "interrupt" || stop.signal.aborted) return false;
      stop.abort();
      this.#interrupted = true;
      return true;
    });
    let turn: ChatTurn | null = null;
    try {
      const tell = view.tell.bind(view);
      turn = await ask({ signal: stop.signal, traces: [view.trace], tell });
    } finally {
      unlisten();
      this.#stop = null;
      view.end(turn);
    }
    if (turn !== null) this.#close(turn);
  }

  /** What a turn took, under its answer. */
  #close({ model, answer, prompt_tokens, completion_tokens, cost_usd, ms }: ChatTurn): void {
    const { stdoutIsTty } = this.#output.terminal;
    if (!stdoutIsTty && answer !== null) this.#output.text(answer);
    const parts = [
      model,
      `${tokenText(prompt_tokens, completion_tokens)} tokens`,
      ...(cost_usd === null ? [] : [costText(cost_usd)]),
      `${((ms ?? 0) / 1000).toFixed(1)} s`,
    ];
    this.say(parts.join(" · "));
    this.#output.note("");
  }

  /** What goes wrong is told, and the chat goes on. */
  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (thrown) {
      if (thrown instanceof UsageError) this.say(thrown.message);
      else this.#output.note(renderError(toModullmError(thrown), this.#color));
    }
  }

  #greet(): void {
    const { record, turns, opens } = this.chat;
    const last = lastTurn(turns);
    const named = record.name === "" ? "A new chat" : record.name;
    this.say(`${named} · ${record.model} · /help shows what there is beside talking`);
    if (opens) this.say("The first message is the program's input.");
    if (last === null) return;
    this.say(`\n> ${last.text.replaceAll("\n", "\n  ")}`);
    if (last.answer !== null) this.#output.note(visible(last.answer));
    else this.say("[not answered: /retry asks again]");
  }
}
