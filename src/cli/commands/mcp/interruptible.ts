import type { App } from "../../../workspace.ts";
import type { CommandContext } from "../../command.ts";

/** The application, and a signal that a first Ctrl-C gives. */
export async function interruptible<T>(
  context: CommandContext,
  work: (app: App, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const disarm = context.output.terminal.onInterrupt(() => stop.abort(new Error("interrupt")));
  try {
    return await work(await context.app(), stop.signal);
  } finally {
    disarm();
  }
}
