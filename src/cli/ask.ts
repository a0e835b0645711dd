import { ModullmError } from "../core/error.ts";
import { createLines } from "./lines.ts";
import { type Output, paint } from "./output.ts";
import { visible } from "../core/visible.ts";

/**
 * Asks for a yes; anything but `y` and `yes` is a no, and so is the end of the input.
 * @throws {ModullmError} RLLM_022 when the user interrupts it
 */
export type Ask = (question: string) => Promise<boolean>;

/** How to ask the user at this terminal; null where nobody can be asked, as in a pipe or a job. */
export function createAsk(output: Output): Ask | null {
  const { terminal } = output;
  if (terminal.stdinIsTty !== true || !terminal.stderrIsTty) return null;
  // One reader for all questions: what was typed ahead belongs to the next one.
  const lines = createLines(terminal);
  return async (question) => {
    terminal.stderr(
      `${visible(output.redactor.text(question))} ${paint(output.color, 1, "[y/N]")} `,
    );
    const interruption = new ModullmError(
      "RLLM_022",
      "Stopped at a question that was not answered",
      {
        details: { reason: "interrupt" },
        hint: "Nothing was changed.",
      },
    );
    const { promise: interrupted, reject } = Promise.withResolvers<never>();
    const disarm = terminal.onInterrupt(() => reject(interruption));
    try {
      return /^\s*y(?:es)?\s*$/i.test((await Promise.race([lines.next(), interrupted])) ?? "");
    } finally {
      disarm();
    }
  };
}
