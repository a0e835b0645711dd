import { visible } from "../../core/visible.ts";
import type { Output } from "../output.ts";
import { createBlockReader } from "./blocks.ts";

/** An answer that is drawn while it comes. */
export interface AnswerView {
  /** All that has come. */
  readonly text: string;
  push(text: string): void;
  /** What was drawn is void: what comes begins anew. */
  restart(): void;
  /** Draws what is left. */
  end(): void;
}

export interface ViewOptions {
  readonly write: (text: string) => void;
  /** Of the terminal, as it is now. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly color: boolean;
}

/** Milliseconds between two drawings of the open block, at least. */
const PACE_MS = 30;
/** Drawing takes no more than this part of the time, however long the block is. */
const SHARE = 5;
/** Wider lines are hard to read. */
const WIDEST = 120;

/** The text as it is, as it comes. */
export function createPlainView({ write }: Pick<ViewOptions, "write">): AnswerView {
  let text = "";
  return {
    get text() {
      return text;
    },
    push(part) {
      text += part;
      write(visible(part));
    },
    restart() {
      if (text !== "") write("\n\n");
      text = "";
    },
    end() {
      if (text !== "" && !text.endsWith("\n")) write("\n");
    },
  };
}

/**
 * Markdown. What is whole is drawn once; the block that is still open is drawn again as it grows,
 * from the first row that changed, as far as that is still on the screen.
 */
export function createMarkdownView(options: ViewOptions): AnswerView {
  const { write, size } = options;
  let reader = createBlockReader();
  let text = "";
  /** Rows of the open block that are on the screen, the cursor below them. */
  let drawn: readonly string[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let pace = PACE_MS;

  function draw(rows: readonly string[]): void {
    const { rows: height, columns } = size();
    const same = rows.findIndex((row, index) => row !== drawn[index]);
    const first = Math.max(same === -1 ? rows.length : same, drawn.length - (height - 1), 0);
    const up = heightOf(drawn.slice(first), columns);
    const added = rows.slice(first).map((row) => `${row}\n`);
    if (up > 0 || added.length > 0)
      write(`${up > 0 ? `\u001B[${up}A\r\u001B[J` : ""}${added.join("")}`);
    drawn = rows;
  }

  function refresh(): void {
    timer = null;
    const start = performance.now();
    draw(rowsOf(reader.open, options));
    pace = Math.max(PACE_MS, (performance.now() - start) * SHARE);
  }

  function stop(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  }

  return {
    get text() {
      return text;
    },
    push(part) {
      text += part;
      for (const block of reader.push(visible(part))) {
        draw([...rowsOf(block, options), ""]);
        drawn = [];
      }
      timer ??= setTimeout(refresh, pace);
    },
    restart() {
      stop();
      if (text !== "") draw([...rowsOf(reader.open, options), ""]);
      [reader, text, drawn] = [createBlockReader(), "", []];
    },
    end() {
      stop();
      draw(rowsOf(reader.open, options));
    },
  };
}

/** Lines that rows take now: the terminal may have become narrower since. */
function heightOf(rows: readonly string[], columns: number): number {
  return rows.reduce((sum, row) => sum + Math.max(1, Math.ceil(Bun.stringWidth(row) / columns)), 0);
}

/** A whole text, as it is drawn at the terminal behind stdout. */
export function markdownText(markdown: string, { terminal, color }: Output): string {
  const size = () => ({ columns: terminal.columns, rows: terminal.rows ?? 24 });
  return rowsOf(markdown, { size, color: color && terminal.stdoutIsTty }).join("\n");
}

/** Markdown in rows that fit on the screen. */
function rowsOf(
  markdown: string,
  { size, color }: Pick<ViewOptions, "size" | "color">,
): readonly string[] {
  if (markdown.trim() === "") return [];
  const columns = Math.max(20, Math.min(size().columns - 1, WIDEST));
  const rendered = Bun.markdown.ansi(markdown, { colors: color, columns, hyperlinks: false });
  const wrapped = Bun.wrapAnsi(rendered, columns, { hard: true, wordWrap: false, trim: false });
  return wrapped.replace(/\n+$/, "").split("\n");
}
