import type { Chat } from "../../chat/chat.ts";
import { turnView } from "../../chat/export.ts";
import type { UserMessage } from "../../chat/message.ts";
import { isRestart } from "../../chat/usage.ts";
import { ModullmError } from "../../core/error.ts";
import type { RunEvent, Trace } from "../../core/events.ts";
import type { ChatTurn } from "../../store/chats.ts";
import type { Output } from "../output.ts";
import { createProgress } from "../render/progress.ts";
import { createTurnView } from "./turn-view.ts";

export interface OnceOptions {
  readonly output: Output;
  readonly plain: boolean;
}

/**
 * One answer, for a pipe or a terminal. With JSON asked for, an event a line, the last of which is
 * the turn.
 * @throws {ModullmError} what the turn ends with; RLLM_022 where it was interrupted
 */
export async function answerOnce(
  chat: Chat,
  message: UserMessage,
  { output, plain }: OnceOptions,
): Promise<void> {
  const { terminal } = output;
  const stop = new AbortController();
  const disarm = terminal.onInterrupt(() => stop.abort());
  const ask = async (watching: Pick<Parameters<Chat["ask"]>[1], "traces" | "tell">) =>
    whole(await chat.ask(message, { signal: stop.signal, ...watching }));
  try {
    if (output.wantsJson) await answerInLines(chat, output, ask);
    else if (terminal.stdoutIsTty) await answerDrawn(chat, { output, plain }, ask);
    else await answerInText(output, ask);
  } finally {
    disarm();
  }
}

type AskOnce = (watching: Pick<Parameters<Chat["ask"]>[1], "traces" | "tell">) => Promise<ChatTurn>;

/** @throws {ModullmError} RLLM_022 for a part of an answer */
function whole(turn: ChatTurn): ChatTurn {
  if (turn.state !== "interrupted") return turn;
  throw new ModullmError("RLLM_022", "The answer was interrupted", {
    details: { reason: "interrupted" },
    hint: "What had come of it is on record: `modullm chat --continue` goes on.",
  });
}

async function answerInLines(chat: Chat, output: Output, ask: AskOnce): Promise<void> {
  let shown = false;
  function listen(event: RunEvent): void {
    const isOwn = event.run === event.root;
    if (shown && isOwn && (event.type === "attempt-start" || isRestart(event))) {
      output.line({ type: "restart" });
      shown = false;
    }
    if (event.type === "model-delta" && isOwn) {
      output.line({ type: "delta", text: event.text });
      shown = true;
    } else if (event.type === "tool-end") {
      const { tool, ok, error, ms } = event;
      output.line({ type: "tool", tool, ok, error, ms });
    } else if (event.type === "note") {
      const { kind, message } = event;
      output.line({ type: "note", kind, message });
    }
  }
  const trace: Trace = { wants: { payloads: false, deltas: true }, listen };
  const turn = await ask({ traces: [trace], tell: (event) => output.line(event) });
  output.line({ type: "message", chat: chat.record.name, ...turnView(turn) });
}

async function answerDrawn(
  chat: Chat,
  { output, plain }: OnceOptions,
  ask: AskOnce,
): Promise<void> {
  const write = (text: string): void => output.terminal.stdout(text);
  const view = createTurnView(output, { write, plain, isJson: chat.world.program !== null });
  let turn: ChatTurn | null = null;
  try {
    turn = await ask({ traces: [view.trace], tell: (event) => view.tell(event) });
  } finally {
    view.end(turn);
  }
}

/** The answer once it is whole: what was printed can't be taken back. */
async function answerInText(output: Output, ask: AskOnce): Promise<void> {
  const progress = createProgress(output, { stream: false, verbose: false });
  const trace = { wants: { payloads: false, deltas: false }, listen: progress.listen };
  try {
    const turn = await ask({ traces: [trace] });
    progress.end();
    output.text(turn.answer ?? "");
  } finally {
    progress.end();
  }
}
