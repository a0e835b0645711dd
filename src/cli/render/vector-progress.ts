import type { RunEvent, Trace } from "../../core/events.ts";
import type { Output } from "../output.ts";
import { createLiveLine } from "./live-line.ts";
import { showNote } from "./progress.ts";

/** Until then the work is quick enough to need no sign of life. */
const PATIENCE_MS = 800;
const REDRAW_MS = 200;

export interface VectorProgress {
  readonly trace: Trace;
  /** How many texts are done. */
  count: number;
  /** Clears what is drawn; called before anything is printed to the same terminal. */
  clear(): void;
  end(): void;
}

/** What a person sees of embedding and reranking: notes, and at a terminal how far it is. */
export function createVectorProgress(output: Output): VectorProgress {
  const line = createLiveLine(output);
  const start = performance.now();
  let requests = 0;
  const shown: VectorProgress = {
    count: 0,
    trace: { wants: { payloads: false, deltas: false }, listen },
    clear: () => line.clear(),
    end() {
      clearInterval(timer);
      line.clear();
    },
  };

  function listen(event: RunEvent): void {
    if (event.type === "attempt-end" && event.ok) requests++;
    if (event.type === "note") showNote(event, output, line);
  }

  function draw(): void {
    const elapsed = performance.now() - start;
    if (elapsed < PATIENCE_MS) return;
    const [texts, asked] = [shown.count, requests].map((count) => count.toLocaleString("en"));
    line.draw(`${texts} texts, ${asked} requests … ${(elapsed / 1000).toFixed(1)} s`);
  }

  const timer = output.terminal.stderrIsTty ? setInterval(draw, REDRAW_MS) : undefined;
  return shown;
}
