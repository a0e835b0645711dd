import { type Output } from "../output.ts";
import { visible } from "../../core/visible.ts";

/** One line at the bottom of the terminal that is drawn over. */
export interface LiveLine {
  draw(text: string): void;
  clear(): void;
}

export function createLiveLine(output: Output): LiveLine {
  let drawn = false;
  const canDraw = output.terminal.env["TERM"] !== "dumb";
  return {
    draw(text) {
      if (!canDraw) return;
      drawn = true;
      output.terminal.stderr(
        `\r\u001B[2K${visible(output.redactor.text(text)).slice(0, Math.max(20, output.terminal.columns - 1))}`,
      );
    },
    clear() {
      if (drawn) output.terminal.stderr("\r\u001B[2K");
      drawn = false;
    },
  };
}
