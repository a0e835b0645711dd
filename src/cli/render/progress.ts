import type { RunEvent } from "../../core/events.ts";
import { isObject } from "../../core/json.ts";
import { type Output, paint } from "../output.ts";
import { visible } from "../../core/visible.ts";
import { createEachProgress } from "./each-progress.ts";
import { createLiveLine, type LiveLine } from "./live-line.ts";

export interface Progress {
  listen(event: RunEvent): void;
  /** Clears what is drawn. */
  end(): void;
}

/** Until then a run is quick enough to need no sign of life. */
const PATIENCE_MS = 800;
const REDRAW_MS = 200;

/**
 * What a person sees of a run without asking: streamed text, a line that shows it is alive (at a
 * terminal only), a pull's progress bar, and notes that matter whoever reads them.
 */
export function createProgress(
  output: Output,
  options: { stream: boolean; verbose: boolean },
): Progress {
  const live = output.terminal.stderrIsTty && !options.verbose && !options.stream;
  const line = createLiveLine(output);
  const said = new Set<string>();
  let waiting: { model: string; since: number } | null = null;
  let timer: ReturnType<typeof setInterval> | null = null;

  const each = createEachProgress();

  function tick(): void {
    const done = each.text(Date.now());
    if (done !== null) line.draw(done);
    if (done !== null || !waiting) return;
    const elapsed = Date.now() - waiting.since;
    if (elapsed >= PATIENCE_MS)
      line.draw(`waiting for ${waiting.model} … ${(elapsed / 1000).toFixed(1)} s`);
  }

  function listen(event: RunEvent): void {
    each.listen(event);
    if (event.type === "attempt-start" && live) {
      waiting = { model: event.model, since: event.at };
      timer ??= setInterval(tick, REDRAW_MS);
    } else if (event.type === "model-delta" && options.stream)
      output.terminal.stderr(visible(event.text));
    else if (event.type === "attempt-end") {
      waiting = null;
      if (each.text(event.at) === null) line.clear();
      if (options.stream) output.terminal.stderr("\n");
    } else if (event.type === "note" && !options.verbose && !said.has(event.message)) {
      if (event.kind === "degraded") said.add(event.message);
      showNote(event, output, line);
    }
  }

  function end(): void {
    if (timer) clearInterval(timer);
    line.clear();
  }

  return { listen, end };
}

export function showNote(
  event: Extract<RunEvent, { type: "note" }>,
  output: Output,
  line: LiveLine,
): void {
  const { kind, message, data } = event;
  if (kind === "progress") {
    if (isObject(data) && "entry" in data) return;
    if (output.terminal.stderrIsTty)
      line.draw(progressText(message, data, output.terminal.columns));
  } else if (
    kind === "retry-wait" ||
    kind === "fallback" ||
    kind === "restart" ||
    kind === "degraded" ||
    kind === "resumed" ||
    kind === "warning"
  ) {
    line.clear();
    output.note(`${paint(output.color, 33, `${kind}:`)} ${visible(message)}`);
  }
}

/**
 * `message [#####.....] 50 %` where the total is known; a percentage at the end of the message is
 * the bar's own.
 */
function progressText(message: string, data: unknown, columns: number): string {
  if (
    !isObject(data) ||
    typeof data["completed"] !== "number" ||
    typeof data["total"] !== "number" ||
    data["total"] <= 0
  )
    return message;
  const share = Math.min(1, data["completed"] / data["total"]);
  const text = message.replace(/ \d+ %$/, "");
  const width = Math.max(10, Math.min(40, columns - text.length - 12));
  const full = Math.round(share * width);
  return `${text} [${"#".repeat(full)}${".".repeat(width - full)}] ${Math.floor(share * 100)} %`;
}
