import type { Keyboard } from "./keyboard.ts";
import { layOut } from "./layout.ts";
import { emptyLine, type Line, press, withText } from "./line.ts";

export interface EditorOptions {
  readonly keyboard: Keyboard;
  readonly write: (text: string) => void;
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** In front of what is written. */
  readonly prompt: string;
  /** As the user reads it: a secret is not shown. */
  readonly shown: (text: string) => string;
  /** What may stand for a word that was begun; as it is where nothing does. */
  readonly complete: (text: string) => string;
  /** Stops the process until it is continued. */
  readonly suspend: () => Promise<void>;
  /** Calls back when the terminal has another size; gives what ends that. */
  readonly onResize: (callback: () => void) => () => void;
}

export type Written = { readonly text: string } | "interrupt" | "end";

/** Lets the user write a text, drawn where the cursor stands. */
export async function writeLine(
  history: readonly string[],
  options: EditorOptions,
): Promise<Written> {
  const { keyboard, complete, suspend, onResize, write } = options;
  const pen = createPen(options);
  let line = emptyLine(history);
  pen.draw(line);
  const disarm = onResize(() => pen.draw(line));
  try {
    for (;;) {
      const key = await keyboard.next();
      if (key === null) return leave("end");
      const { line: next, act } = press(line, key);
      line = next;
      if (act === "send") return leave({ text: line.text });
      if (act === "end") return leave("end");
      if (act === "interrupt") {
        if (line.text === "") return leave("interrupt");
        pen.leave(line);
        line = emptyLine(history);
      } else if (act === "complete") line = withText(line, complete(line.text));
      else if (act === "suspend") {
        pen.leave(line);
        await suspend();
      } else if (act === "redraw") {
        write("\u001B[H\u001B[2J");
        pen.forget();
      }
      if (!keyboard.waits) pen.draw(line);
    }
  } finally {
    disarm();
  }

  function leave(written: Written): Written {
    pen.leave(line);
    return written;
  }
}

interface Pen {
  draw(line: Line): void;
  /** Draws it for the last time, with the cursor behind it. */
  leave(line: Line): void;
  /** The screen was cleared. */
  forget(): void;
}

function createPen({ write, size, prompt, shown }: EditorOptions): Pen {
  /** Rows above the cursor that were drawn. */
  let above = 0;
  function draw(line: Line): void {
    const { columns, rows } = size();
    const most = Math.max(1, rows - 2);
    const layout = layOut(line.text, line.cursor, { columns, most, prompt });
    const below = layout.rows.length - 1 - layout.row;
    write(
      `${above > 0 ? `\u001B[${above}A` : ""}\r\u001B[J${shown(layout.rows.join("\n"))}` +
        `${below > 0 ? `\u001B[${below}A` : ""}\r\u001B[${layout.column}C`,
    );
    above = layout.row;
  }
  return {
    draw,
    leave(line) {
      draw({ ...line, cursor: line.text.length });
      write("\n");
      above = 0;
    },
    forget() {
      above = 0;
    },
  };
}
