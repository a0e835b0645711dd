import type { RunEvent, Trace } from "../../core/events.ts";
import { visible } from "../../core/visible.ts";
import { isRestart } from "../../chat/usage.ts";
import type { ChatEvent } from "../../chat/chat.ts";
import type { ChatTurn } from "../../store/chats.ts";
import { type Output, paint } from "../output.ts";
import { createLiveLine, type LiveLine } from "../render/live-line.ts";
import { showNote } from "../render/progress.ts";
import { type AnswerView, createMarkdownView, createPlainView } from "./answer-view.ts";

/** What a person sees of a turn. */
export interface TurnView {
  readonly trace: Trace;
  tell(event: ChatEvent): void;
  /** Draws what is left of the answer; null: there is none. */
  end(turn: ChatTurn | null): void;
}

export interface TurnViewOptions {
  readonly write: (text: string) => void;
  /** Without Markdown drawn, and without colour. */
  readonly plain: boolean;
  /** Whether answers are JSON: shown when they are whole. */
  readonly isJson: boolean;
}

/** Until then an answer is quick enough to need no sign of life. */
const PATIENCE_MS = 800;
const REDRAW_MS = 200;

export function createTurnView(output: Output, options: TurnViewOptions): TurnView {
  const { write, plain, isJson } = options;
  const color = output.color && !plain;
  const view: AnswerView = plain
    ? createPlainView({ write })
    : createMarkdownView({ write, size: () => sizeOf(output), color });
  const line = createLiveLine(output);
  const waiting = createWaiting(line);

  function listen(event: RunEvent): void {
    const isOwn = event.run === event.root;
    if (event.type === "attempt-start") {
      if (isOwn) view.restart();
      waiting.begin(event);
    } else if (event.type === "model-delta") {
      waiting.end();
      if (isOwn && !isJson) view.push(event.text);
    } else if (event.type === "attempt-end") waiting.end();
    else if (event.type === "tool-start") output.note(dim(`→ ${visible(event.tool)}`));
    else if (event.type === "tool-end" && !event.ok)
      output.note(dim(`  ${visible(event.tool)} failed: ${visible(event.reason ?? "")}`));
    else if (event.type === "note") {
      if (isRestart(event)) view.restart();
      showNote(event, output, line);
    }
  }

  function dim(text: string): string {
    waiting.end();
    return paint(color, 2, text);
  }

  return {
    trace: { wants: { payloads: false, deltas: true }, listen },
    tell(event) {
      if (event.type === "shortening")
        output.note(
          dim(`The conversation is near its window: summarising ${turns(event.turns)} …`),
        );
      else
        output.note(
          dim(`${capital(turns(event.turns))} stand in a summary now; all of it stays on record.`),
        );
    },
    end(turn) {
      waiting.end();
      const answer = turn?.answer ?? null;
      if (answer !== null && isJson) view.push(plain ? answer : `\`\`\`json\n${answer}\n\`\`\``);
      else if (answer !== null && !view.text.trim().endsWith(answer)) {
        view.restart();
        view.push(answer);
      }
      view.end();
      if (turn?.state === "interrupted") output.note(dim("[stopped]"));
    },
  };
}

/** A line that says which model is waited for, once it takes long. */
function createWaiting(line: LiveLine): {
  begin(attempt: { readonly model: string; readonly at: number }): void;
  end(): void;
} {
  let timer: ReturnType<typeof setInterval> | undefined;
  function end(): void {
    clearInterval(timer);
    line.clear();
  }
  return {
    begin({ model, at }) {
      clearInterval(timer);
      timer = setInterval(() => {
        const elapsed = Date.now() - at;
        if (elapsed >= PATIENCE_MS)
          line.draw(`waiting for ${model} … ${(elapsed / 1000).toFixed(1)} s`);
      }, REDRAW_MS);
    },
    end,
  };
}

export function sizeOf({ terminal }: Output): { readonly columns: number; readonly rows: number } {
  return { columns: terminal.columns, rows: terminal.rows ?? 24 };
}

function turns(count: number): string {
  return count === 1 ? "the oldest turn" : `the ${count} oldest turns`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
