import { type Output, paint, visible } from "./output.ts";

/** Asks for a yes; anything but `y` and `yes` is a no, and so is the end of the input. */
export type Ask = (question: string) => Promise<boolean>;

/**
 * How to ask the user at this terminal; null where nobody can be asked, as in a pipe or a job.
 * @param signal ends the wait for an answer, with a no
 */
export function createAsk(output: Output, signal?: AbortSignal): Ask | null {
  const { terminal } = output;
  if (terminal.stdinIsTty !== true || !terminal.stderrIsTty) return null;
  // One reader for all questions: what was typed ahead belongs to the next one.
  let input: AsyncIterator<Uint8Array> | null = null;
  let typed = "";
  async function line(): Promise<string> {
    input ??= terminal.stdin()[Symbol.asyncIterator]();
    const decoder = new TextDecoder();
    while (!typed.includes("\n")) {
      const next = await input.next();
      if (next.done === true) break;
      typed += decoder.decode(next.value, { stream: true });
    }
    const [first = "", ...rest] = typed.split("\n");
    typed = rest.join("\n");
    return first;
  }
  return async (question) => {
    terminal.stderr(`${visible(output.redactor.text(question))} ${paint(output.color, 1, "[y/N]")} `);
    const answer = await Promise.race([line(), aborted(signal)]);
    return /^\s*y(?:es)?\s*$/i.test(answer);
  };
}

async function aborted(signal: AbortSignal | undefined): Promise<string> {
  return await new Promise((resolve) => {
    if (signal?.aborted === true) resolve("");
    signal?.addEventListener("abort", () => resolve(""), { once: true });
  });
}
