import { CODES, type Code } from "../core/codes.ts";
import { type ErrorPayload, errorPayload, type ModullmError } from "../core/error.ts";
import { jsonFault } from "../core/json.ts";
import { visible } from "../core/visible.ts";
import type { Output, Terminal } from "./output.ts";

/**
 * Tells why a command failed. At a terminal that is the readable text alone. Everywhere else stdout
 * gets the JSON object, and stderr a line, so that nobody has to look into a file or a pipe to
 * learn of it; where both are one stream the object alone goes into it.
 */
export async function tellFailure(output: Output, error: ModullmError): Promise<void> {
  const { stdoutIsTty, stderrIsTty, oneStream = false } = output.terminal;
  const isWatched = stdoutIsTty && stderrIsTty;
  if (!isWatched || output.wantsJson) printPayload(output, error);
  if (stderrIsTty) {
    if (isWatched && output.wantsJson) return;
    const { renderError } = await import("./render/error.ts");
    output.note(renderError(error, output.color));
  } else if (!oneStream) output.note(failureLine(error.code, error.message));
}

/** `error RLLM_004: …` on one line, whatever the message quotes. */
function failureLine(code: Code, message: string): string {
  return `error ${code}: ${visible(message).replaceAll(/\s*\n\s*/g, " ")}`;
}

/** The exit status of a command that failed, or that was interrupted and says nothing of it. */
export function exitStatus(terminal: Terminal, exit: number): number {
  const signal = terminal.interruptedBy?.() ?? null;
  // What `head` has read enough of ends as the system ends it.
  if (signal === "SIGPIPE") return 141;
  return signal === "SIGTERM" && exit === CODES.RLLM_022.exit ? 143 : exit;
}

/** An error is always told, if need be without the value that can't be printed. */
function printPayload(output: Output, error: ModullmError): void {
  const payload = errorPayload(error);
  const { message, details } = payload;
  const plain = {
    ...payload,
    details: jsonFault(details) === null ? details : { reason: message },
    received_payload: null,
  };
  output.json(jsonFault(payload) === null ? payload : plain);
}

/** The same for one of several faults that a result on stdout lists. */
export function tellFault(
  { terminal, note }: Output,
  { error_code: code, message }: Pick<ErrorPayload, "error_code" | "message">,
): void {
  if (!terminal.stdoutIsTty && terminal.oneStream !== true) note(failureLine(code, message));
}
